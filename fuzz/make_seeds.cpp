// Makes the seeds of all targets below a folder: what Kafka's own classes wrote (tests/vectors), and random
// messages made from the descriptions. usage: make_seeds VECTORS FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/header.hpp>
#include <kwire/protocol/records/compression.hpp>
#include <kwire/protocol/records/json.hpp>
#include <kwire/protocol/wire/json.hpp>
#include <random>
#include <sstream>

#include "core/broker_core.hpp"
#include "core/journal_format.hpp"
#include "dump.hpp"
#include "generator.hpp"
#include "support/messages.hpp"
#include "support/packets.hpp"

namespace {

using namespace kwire;
using namespace kwire::protocol;
namespace fs = std::filesystem;

class seeds {
 public:
  explicit seeds(fs::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& target, const bytes& content) {
    fs::create_directories(folder_ / target);
    std::ofstream out{folder_ / target / std::to_string(++count_), std::ios::binary};
    out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  }
  std::size_t count() const noexcept { return count_; }

 private:
  fs::path folder_;
  std::size_t count_ = 0;
};

bytes join(std::initializer_list<bytes_view> parts) {
  bytes all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::string target_of(direction way) {
  switch (way) {
    case direction::request: return "requests";
    case direction::response: return "responses";
    case direction::stored: return "stored";
    default: return "headers";
  }
}

bytes octets(std::initializer_list<int> numbers) {
  bytes all;
  for (const auto number : numbers) all.push_back(static_cast<std::byte>(number));
  return all;
}

void add_message(seeds& to, const message_entry& entry, std::int16_t version, bytes_view wire) {
  const auto& info = *entry.info;
  const auto chosen = fuzz::selector(entry, version);
  const bool header = info.way == direction::header;
  to.add(target_of(info.way), header ? join({octets({2}), chosen, wire}) : join({chosen, wire}));
  const auto message = entry.make();
  if (!decode(message.ref(), version, wire)) return;
  const auto way = octets({static_cast<int>(info.way)});
  to.add("json_input",
         join({way, chosen, as_bytes(to_json(message.ref(), version, json_options{}.show_secrets()))}));
  to.add("json_output", join({octets({0}), way, chosen, wire}));
  if (info.key == no_api) return;
  writer out;
  if (info.way == direction::request) {
    encode_header({info.key, version, correlation_id{7}, "c"}, info, out);
  } else {
    encode_response_header(correlation_id{7}, info, version, out);
  }
  to.add("frames", join({octets({info.way == direction::request}), chosen, out.buffer(), wire}));
  to.add("headers", join({octets({info.way == direction::request ? 0 : 1}),
                          info.way == direction::request ? bytes{} : chosen, out.buffer()}));
}

void add_messages(seeds& to, const fs::path& vectors) {
  std::ifstream file{vectors / "messages.txt"};
  for (std::string text; std::getline(file, text);) {
    std::istringstream line{text};
    std::string name, hex;
    std::int16_t version = 0;
    line >> name >> version >> hex;
    const auto* entry = find_message(name);
    if (entry != nullptr) add_message(to, *entry, version, hex == "-" ? bytes{} : test::from_hex(hex));
  }
  for (const auto& entry : all_messages()) {
    for (auto version = entry.info->versions.min; version <= entry.info->versions.max; ++version) {
      const auto message = entry.make();
      test::generate(message.ref(), version, 11);
      writer out;
      if (encode(message.ref(), version, out)) add_message(to, entry, version, out.buffer());
    }
  }
}

void add_records(seeds& to, const fs::path& vectors) {
  std::ifstream file{vectors / "records.txt"};
  for (std::string text; std::getline(file, text);) {
    std::istringstream line{text};
    std::string kind, name, hex;
    line >> kind >> name >> hex;
    if (kind != "set") continue;
    const auto set = test::from_hex(hex);
    if (set.size() > 16'384) continue;
    to.add("record_set", set);
    to.add("batch_v2", set);
    to.add("record_json", join({octets({0}), set}));
    if (const auto as_json = records_to_json(set, 1 << 20)) {
      to.add("record_json", join({octets({1}), as_bytes(*as_json)}));
    }
    for (int magic = 0; magic < 3; ++magic) {
      to.add("down_convert", join({octets({magic, 0}), set}));
      to.add("up_convert", join({octets({1, magic & 1}), set}));
      to.add("down_convert", join({octets({magic, magic + 1}), set}));
    }
    if (set.size() > 61 && set.size() < 65'536) {
      to.add("message_set", join({octets({set[16] == std::byte{1}, static_cast<int>(set.size() & 255),
                                          static_cast<int>(set.size() >> 8)}),
                                  set}));
      to.add("batch_codecs", join({bytes{set[22], set[60], set[59]}, bytes_view{set}.subspan(61)}));
    }
  }
}

void add_codecs(seeds& to) {
  compressor pack;
  const auto put = [&](const std::string& target, codec type, bytes_view plain, lz4_flavor lz4,
                       snappy_flavor snappy) {
    bytes out;
    if (const auto packed = pack.compress({type}, plain, out, lz4, snappy)) to.add(target, to_bytes(*packed));
  };
  for (const std::size_t size : {0, 1, 10, 300, 40'000}) {
    bytes plain(size);
    for (std::size_t i = 0; i < size; ++i) plain[i] = static_cast<std::byte>(i % 251 * (i / 97));
    put("gzip", codec::gzip, plain, {}, {});
    put("zstd", codec::zstd, plain, {}, {});
    put("lz4", codec::lz4, plain, {}, {});
    put("lz4_magic0", codec::lz4, plain, lz4_flavor::legacy_header_checksum, {});
    put("snappy_xerial", codec::snappy, plain, {}, {});
    put("snappy_raw", codec::snappy, plain, {}, snappy_flavor::bare);
  }
}

bytes framed(const bytes& frame) {
  writer out;
  out.fixed(static_cast<std::int32_t>(frame.size()));
  out.raw(frame);
  return std::move(out.buffer());
}

/// A short connection: its beginning, requests and answers, its end.
std::vector<bytes> some_packets(int link, bool v6, std::uint64_t seed) {
  std::vector<bytes> packets;
  std::uint32_t sent = 100, answered = 500;
  const auto put = [&](bool from_client, std::uint8_t flags, const bytes& payload) {
    fuzz::made_segment made{v6, 50000, 9092, sent, answered, flags, payload};
    if (!from_client) {
      std::swap(made.from, made.to);
      std::swap(made.sequence, made.acknowledged);
    }
    packets.push_back(fuzz::make_packet(link, made));
    (from_client ? sent : answered) += static_cast<std::uint32_t>(payload.size());
  };
  put(true, 2, {});
  put(false, 18, {});
  ++sent, ++answered;
  for (const api key : {api::api_versions, api::metadata, api::fetch, api::produce}) {
    const auto* asked = find_message(key, direction::request);
    const auto* told = find_message(key, direction::response);
    const auto version = static_cast<std::int16_t>(asked->info->stable().max - static_cast<int>(seed % 3));
    const auto request = asked->make();
    const auto response = told->make();
    test::generate(request.ref(), version, seed);
    test::generate(response.ref(), version, seed);
    writer out;
    encode_header({key, version, correlation_id{raw(key)}, "c"}, *asked->info, out);
    if (encode(request.ref(), version, out)) put(true, 16, framed(out.buffer()));
    out.clear();
    encode_response_header(correlation_id{raw(key)}, *told->info, version, out);
    if (encode(response.ref(), version, out)) put(false, 16, framed(out.buffer()));
  }
  put(true, 17, {});
  put(false, 17, {});
  return packets;
}

void add_captures(seeds& to) {
  std::uint64_t seed = 0;
  for (const auto link : fuzz::link_layers) {
    for (const bool v6 : {false, true}) {
      const auto packets = some_packets(link, v6, ++seed);
      const auto how = static_cast<int>(seed % 8);
      to.add("capture", join({octets({0, how, 1}), fuzz::pcap_file(link, packets)}));
      to.add("capture", join({octets({0, how + 8, 0}), fuzz::pcapng_file(link, packets)}));
    }
  }
}

struct seed_journal : embedded::journal {
  void append(bytes head, embedded::shared_slice body) override {
    head.insert(head.end(), body.content.begin(), body.content.end());
    entries.push_back(std::move(head));
  }
  std::vector<bytes> entries;
};

/// What a short life of a broker leaves in its directory, as entries and as a file.
void add_journals(seeds& to) {
  using namespace embedded;
  constexpr instant now{std::chrono::seconds{1'700'000'000}};
  seed_journal kept;
  broker_core core{core_options{}};
  core.record_to(kept);
  auto config = core.default_config();
  (void)config.set("cleanup.policy", "compact");
  auto& topic = core.create_topic("t", 1, std::move(config));
  for (const auto commit : {true, false}) {
    core.write_marker(topic, partition_id{0}, {producer_id{7}, producer_epoch{0}}, commit, 0, now);
  }
  core.compact("t", partition_id{0}, now);
  auto& group = core.groups().find_or_create("g");
  core.groups().commit_offset(group, {"t", partition_id{0}}, {1, leader_epoch{0}, "m", now});
  const auto given = core.transactions().init("x", 1000, std::nullopt, now);
  (void)core.transactions().add_partition("x", given.producer, {"t", partition_id{0}}, now);
  core.administered(admin_part::tokens);
  seed_journal image;
  core.image(image);
  for (const auto& entries : {kept.entries, image.entries}) {
    auto file = join({octets({1}), as_bytes(journal_magic)});
    auto all = octets({0});
    for (const auto& entry : entries) {
      const auto size = octets({static_cast<int>(entry.size() & 0xff), static_cast<int>(entry.size() >> 8)});
      all = join({all, size, entry});
      file = join({file, entry_head(entry, {}), entry});
    }
    to.add("journal", all);
    to.add("journal", file);
  }
}

/// Targets that play a game: what a random player would do.
void add_games(seeds& to) {
  std::mt19937_64 random{1};
  for (const std::string target :
       {"admin_calls", "broker", "cluster", "consumer", "consumer_blobs", "group_member", "offsets",
        "producer", "setup_script", "reader", "batch_builder", "capture", "checksums", "partitioner",
        "record_splitter"}) {
    for (const std::size_t size : {16, 64, 200, 600, 1500, 4000}) {
      bytes content(size);
      // Mostly small numbers: those choose and are believed.
      for (auto& octet : content) {
        const auto number = random();
        octet = static_cast<std::byte>((number & 3) != 0 ? number >> 8 & 15 : number >> 8);
      }
      to.add(target, content);
    }
  }
}

/// Texts with their length in front: in two octets, or in one.
bytes piece(std::string_view text) {
  const auto size = static_cast<int>(text.size());
  return join({octets({size & 255, size >> 8}), as_bytes(text)});
}
bytes short_text(std::string_view text) {
  return join({octets({static_cast<int>(text.size())}), as_bytes(text)});
}

void add_controls(seeds& to) {
  const auto one = [](int method, std::string_view path, std::string_view body) {
    return join({octets({method}), short_text(path), piece(body)});
  };
  const std::vector<bytes> all{
      one(0, "/", ""),
      one(1, "/faults", R"({"api":"Produce","error":"NOT_ENOUGH_REPLICAS","count":2})"),
      one(1, "/faults", R"({"api":"Fetch","delay_ms":5,"topic":"t","for_ms":100})"),
      one(2, "/faults", ""),
      one(1, "/versions", R"({"api":"Produce","max":9})"),
      one(1, "/topics/new", R"({"partitions":3,"configs":{"cleanup.policy":"compact"}})"),
      one(1, "/topics/t/hide", ""),
      one(1, "/topics/t/recreate", ""),
      one(2, "/topics/%74", ""),
      one(1, "/topics/t/partitions/0/leader", R"({"to":2})"),
      one(1, "/topics/t/partitions/1/lose", R"({"from":0})"),
      one(1, "/coordinators", R"({"group":"g","to":2})"),
      one(1, "/brokers/2/stop", R"({"crash":true})"),
      one(1, "/brokers/2/start", ""),
      one(1, "/brokers/1/freeze", ""),
      one(3, "/brokers/1/disk?full", R"({"full":true})"),
      one(2, "/producers/1", "")};
  for (const auto& content : all) to.add("control", content);
  to.add("control", join({all[5], all[6], all[7], all[9], all[12], all[13]}));
}

void add_logins(seeds& to) {
  to.add("sasl", join({octets({0}), piece(std::string_view{"\0alice\0a password", 17})}));
  to.add("sasl", join({octets({0}), piece(std::string_view{"alice\0alice\0wrong", 17})}));
  for (int mechanism = 1; mechanism < 3; ++mechanism) {
    to.add("sasl", join({octets({mechanism}), piece("n,,n=alice,r=abc"), piece("c=biws,r=abcnonce,p=YWJj")}));
    to.add("sasl", join({octets({mechanism}), piece("n,a=bob,n=al=2Cice,r=abc,ext=1"),
                         piece("c=bixhPWJvYiw=,r=abcnonce,p=")}));
    to.add("sasl", join({octets({mechanism}), piece("p=tls-unique,,n=alice,r=,tokenauth=true")}));
  }
}

void add_texts(seeds& to) {
  for (const std::string text :
       {"bootstrap.servers=a:1,[::1]:2\nlinger.ms=5\nacks=all\n", "group.id=g\nauto.offset.reset=earliest\n",
        "# comment\n\ncompression.type=zstd\ncompression.zstd.level=7\nenable.idempotence=true\n",
        "broker.version.fallback=0.9.0\napi.version.request=false\nmax.in.flight=1\n"}) {
    for (int how = 0; how < 3; ++how) to.add("config_text", join({octets({how}), as_bytes(text)}));
  }
  for (const std::string text :
       {"-t\nx\n-p\n1\n-K:", "--\n-o\n-10", "-o\n@2026-11-01T10:30:15.250Z\n-e", "-o\ns@1000\n-c5",
        "beginning\nend\nstored\n-7\n@-15m", "-H\na=b\n\\x41\\n\\t"}) {
    for (int command = 0; command < 16; ++command)
      to.add("command_line", join({octets({command}), as_bytes(text)}));
  }
  for (const std::string text :
       {"{\"a\":[1,2.5,-3e7,true,null,\"x\\u00e9\"]}", "1e400", "[[[[]]]]", "\"\\ud83d\\ude00\""})
    to.add("json_text", to_bytes(as_bytes(text)));
  to.add("base64", to_bytes(as_bytes("aGVsbG8gd29ybGQ=")));
  to.add("base64", to_bytes(as_bytes("AAAAAAAAAAAAAAAAAAAAAQ")));
  to.add("record_output",
         join({octets({25}), as_bytes("%t %p %o %k %s %h %T %R%%"), octets({1, 't', 0, 1, 2, 'a', 'b'})}));
  for (const auto& entry : all_messages())
    to.add("names", join({octets({3, 0}), as_bytes(entry.info->name)}));
  for (int code = 0; code < 140; ++code)
    to.add("names", join({octets({code - 2, code < 2 ? 255 : 0}),
                          as_bytes(to_string(broker_errc{static_cast<std::int16_t>(code)}))}));
  for (const std::string text :
       {"4.1", "3.9.0", "0.8.2.1", "9", "1.x", "none", "gzip", "snappy", "lz4", "zstd"})
    to.add("names", join({octets({1, 0}), as_bytes(text)}));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: make_seeds VECTORS FOLDER\n";
    return 2;
  }
  seeds made{arguments[2]};
  add_messages(made, arguments[1]);
  add_records(made, arguments[1]);
  add_codecs(made);
  add_captures(made);
  add_journals(made);
  add_games(made);
  add_controls(made);
  add_logins(made);
  add_texts(made);
  std::cout << made.count() << " seeds\n";
  return made.count() > 1000 ? 0 : 1;
}
