#include "decode.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "api_argument.hpp"
#include "commands.hpp"
#include "decode/capture.hpp"
#include "decode/frame_input.hpp"
#include "decode/frame_printer.hpp"
#include "decode_ndjson.hpp"
#include "proxy/proxy.hpp"
#include "session.hpp"
#include "signals.hpp"

namespace kwire::cli {
namespace {

constexpr std::size_t most_input = std::size_t{1} << 30;

constexpr option_spec options[] = {
    {'i', "in", "FORM", "what the input is: hex, base64, raw, pcap or auto (default: auto)"},
    {'r', "response", "", "the frames are responses; needs --api and --version"},
    {'a', "api", "NAME", "the API of the responses, by name or key"},
    {'V', "version", "N", "the version of the responses"},
    {'l', "listen", "HOST:PORT",
     "stand in front of a cluster here and show what passes; port 0 takes a free one"},
    {'t', "to", "HOST:PORT", "with --listen: a broker of the cluster"},
    {'J', "json", "", "one JSON object a frame and line"},
    {0, "filter", "TERM,...",
     "of captures and --listen, show only what fits: api=NAME, client=PATTERN, topic=PATTERN; several of one "
     "name: any"},
    {0, "stats", "",
     "of captures and --listen, show counts, sizes and latencies by API and version instead of frames"},
    {0, "port", "PORT", "of captures, look at connections with this port alone (default: at all)"},
    {0, "max-bytes", "COUNT", "how much of a key, value or other octets is shown (default: 64)"},
    {0, "ndjson", "",
     "answer programs: one JSON object a line on standard input, one on standard output, until input ends"},
    {0, "show-secrets", "", "print passwords, tokens and the like, which else read ***"},
};

constexpr std::string_view details =
    "Shows Kafka's messages field by field, with the offset of each in its frame (the length in front not "
    "counted), and the records in them. Frames come from files or standard input, with or without their "
    "length in front, one or several. What does not decode is told with field and offset, and the status is "
    "1.\n"
    "Examples:\n"
    "kwire decode request.bin\n"
    "echo 00120000000000010000 | kwire decode --in hex\n"
    "kwire decode --response --api Metadata --version 12 --json answer.bin\n"
    "tcpdump -i any -w - port 9092 | kwire decode --in pcap --filter api=Fetch,topic=orders\n"
    "kwire decode --stats traffic.pcapng\n"
    "kwire decode --listen 127.0.0.1:19092 --to localhost:9092\n"
    "With --ndjson a line asks to decode {\"api\",\"key\",\"version\",\"kind\",\"hex\"} or, with "
    "\"op\":\"encode\", to encode {...,\"json\",\"records\"}. The kinds are request, response, "
    "request_frame, "
    "response_frame, header, data (stored messages) and records (record batches). The answer has \"json\" in "
    "the layout of Kafka's own converters, secrets included, \"hex\", which is the object encoded anew, and "
    "\"records\", the record sets in it; or \"error\".";

decode_view view_of(const arguments& args) {
  decode_view view;
  if (const auto most = args.number("max-bytes", 0, INT32_MAX))
    view.max_bytes = static_cast<std::size_t>(*most);
  view.secrets = args.has("show-secrets");
  return view;
}

traffic_choice choice_of(const arguments& args) {
  traffic_choice choice;
  choice.view = view_of(args);
  choice.json = args.has("json");
  choice.frames = !args.has("stats");
  choice.statistics = args.has("stats") || args.has("listen");
  choice.filter = frame_filter{args.value("filter").value_or("")};
  return choice;
}

/// What all frames of the input have in common.
seen_frame kind_of_frames(const arguments& args) {
  seen_frame kind;
  const auto name = args.value("api");
  const auto version = args.number("version", 0, INT16_MAX);
  if (!args.has("response")) {
    if (name || version) throw usage_error{"--api and --version are for --response; requests tell theirs"};
    return kind;
  }
  if (!name || !version) throw usage_error{"--response needs --api NAME and --version N"};
  kind.way = protocol::direction::response;
  kind.key = parse_api_option("--api ", *name);
  kind.version = static_cast<std::int16_t>(*version);
  return kind;
}

struct close_file {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using open_file = std::unique_ptr<std::FILE, close_file>;

/// Puts captures together and shows what they hold. A broken one is told when all are done.
int decode_captures(session& here, traffic& to, open_file from, const std::string& name) {
  const auto port = here.args().number("port", 1, 65535);
  capture packets{to, port ? std::optional{static_cast<std::uint16_t>(*port)} : std::nullopt};
  int status = 0;
  try {
    read_capture(from.release(), name, packets);
  } catch (const failure& why) {
    packets.finish();
    here.complain(why.what());
    status = 1;
  }
  here.detail(fmt::format("{}: {} packets, {} TCP connections, {} of them with Kafka", name,
                          packets.packets(), packets.connections(), packets.understood()));
  if (status == 0 && packets.understood() == 0) {
    here.complain(fmt::format("{}: no Kafka in its {} packets and {} TCP connections", name,
                              packets.packets(), packets.connections()));
    status = 1;
  }
  return status;
}

/// The file when it is a capture.
open_file find_capture(const std::string& name, const std::string& form) {
  const bool standard = name == "-";
  if (form != "pcap" && (form != "auto" || standard)) return nullptr;
  open_file file{standard ? ::fdopen(::dup(0), "rb") : std::fopen(name.c_str(), "rbe")};
  if (!file) throw failure{name + ": " + std::strerror(errno)};
  if (form == "pcap") return file;
  std::byte beginning[4];
  const auto count = std::fread(beginning, 1, sizeof beginning, file.get());
  if (!is_capture({beginning, count}) || std::fseek(file.get(), 0, SEEK_SET) != 0) return nullptr;
  return file;
}

/// Captures among the files; they share the statistics.
class capture_reader {
 public:
  explicit capture_reader(session& here) : here_(here), to_(choice_of(here.args()), here.out()) {}

  int read(open_file file, const std::string& name) {
    return decode_captures(here_, to_, std::move(file), name);
  }
  int finish() {
    to_.finish();
    return to_.unreadable() == 0 ? 0 : 1;
  }

 private:
  session& here_;
  traffic to_;
};

int decode_text(session& here, seen_frame kind, const std::string& text, octet_form form) {
  const auto& args = here.args();
  for (const auto* option : {"filter", "stats", "port"}) {
    if (args.has(option)) throw usage_error{std::string{"--"} + option + " is for captures and --listen"};
  }
  frame_printer printer{view_of(args), args.has("json"), here.out()};
  const auto reads = [&](bytes_view octets) {
    kind.octets = octets;
    return read_frame(kind).has_value();
  };
  const auto frames = read_frames(text, form, reads);
  if (text.empty() || frames.empty()) throw failure{"nothing to decode: the input is empty"};
  bool sound = true;
  for (const auto& frame : frames) {
    kind.octets = frame;
    sound = printer.print(kind, read_frame(kind)) && sound;
  }
  return sound ? 0 : 1;
}

int run_proxy(session& here) {
  const auto& args = here.args();
  if (!args.has("listen") || !args.has("to")) throw usage_error{"a proxy needs both --listen and --to"};
  const auto listen = parse_address("--listen", *args.value("listen"));
  const auto to = parse_address("--to", *args.value("to"));
  if (to.port == 0) throw usage_error{"--to: port 0 is none"};
  for (const auto* option : {"in", "port", "response", "api", "version"}) {
    if (args.has(option)) throw usage_error{std::string{"--"} + option + " does not go with --listen"};
  }
  if (!args.operands().empty()) throw usage_error{"files do not go with --listen"};
  traffic shown{choice_of(args), here.out()};
  decoding_proxy proxy{listen, to, shown, here.out()};
  here.inform(fmt::format("listening on {}:{}", listen.host, proxy.port()));
  proxy.run(stop_requested());
  shown.finish();
  return 0;
}

int run(session& here) {
  if (here.args().has("ndjson")) return run_ndjson(here);
  const auto& args = here.args();
  if (args.has("listen") || args.has("to")) return run_proxy(here);
  const auto kind = kind_of_frames(args);
  const auto form = args.value("in").value_or("auto");
  const auto octets = form == "pcap" ? octet_form::raw : parse_octet_form(form);
  auto files = args.operands();
  if (files.empty()) files.emplace_back("-");
  capture_reader captures{here};
  int status = 0;
  for (const auto& name : files) {
    if (auto file = find_capture(name, form)) {
      status = std::max(status, captures.read(std::move(file), name));
      continue;
    }
    auto text = read_input(name);
    if (form == "auto" && is_capture(as_bytes(text))) {
      open_file file{::fmemopen(text.data(), text.size(), "rb")};
      status = std::max(status, captures.read(std::move(file), name));
    } else {
      status = std::max(status, decode_text(here, kind, text, octets));
    }
  }
  return std::max(status, captures.finish());
}

}  // namespace

std::string read_input(std::string_view name) {
  const bool standard = name.empty() || name == "-";
  const std::string path{name};
  const int from = standard ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (from < 0) throw failure{path + ": " + std::strerror(errno)};
  std::string text;
  char piece[65536];
  ssize_t count = 0;
  while ((count = ::read(from, piece, sizeof piece)) > 0 || (count < 0 && errno == EINTR)) {
    if (count > 0) text.append(piece, static_cast<std::size_t>(count));
    if (text.size() > most_input) break;
  }
  const int problem = count < 0 ? errno : 0;
  if (!standard) ::close(from);
  if (problem != 0) throw failure{(standard ? "standard input" : path) + ": " + std::strerror(problem)};
  if (text.size() > most_input) throw failure{"more than 1 GiB of input: give it in pieces, or as a capture"};
  return text;
}

const command_spec decode_command{
    "decode", "[FILE...]", "show Kafka messages field by field", details, options, run, 0, any_number};

}  // namespace kwire::cli
