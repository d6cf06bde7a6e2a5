// CPU time and allocations of whole messages, one thread. Writes the octets it decodes into a folder, so that
// another implementation can be given the same; prints a line of JSON for each measurement.
//
// usage: messages_bench FOLDER
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <new>
#include <string>

using namespace kwire;
using namespace kwire::protocol;

namespace {

std::size_t allocations = 0;

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// The median of the rounds, and the allocations of the last one.
template <class Work>
void measure(const char* name, int rounds, Work work) {
  std::vector<double> took;
  std::size_t made = 0;
  for (int i = 0; i < rounds; ++i) {
    const auto before = allocations;
    const auto start = cpu_ns();
    work();
    took.push_back(cpu_ns() - start);
    made = allocations - before;
  }
  std::ranges::sort(took);
  std::printf("{\"case\":\"%s\",\"ns\":%.0f,\"allocations\":%zu}\n", name, took[took.size() / 2], made);
}

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "messages_bench: %s\n", what);
  std::exit(1);
}

void keep(const std::string& path, const bytes& content) {
  std::ofstream out{path, std::ios::binary};
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  if (!out) die("cannot write into the folder");
}

template <class M>
bytes encoded(M& message, std::int16_t version) {
  writer out;
  if (!encode(message, version, out)) die("a message does not encode");
  return out.buffer();
}

/// Decodes into a new object each time, and into one that is used again; and encodes.
template <class M>
void measure_message(const std::string& folder, const std::string& name, M& message, std::int16_t version,
                     int rounds) {
  const auto octets = encoded(message, version);
  keep(folder + "/" + name, octets);
  measure((name + " fresh").c_str(), rounds, [&] {
    M fresh;
    if (!decode(fresh, version, octets)) die("a message does not decode");
  });
  M warm;
  if (!decode(warm, version, octets)) die("a message does not decode");
  measure((name + " warm").c_str(), rounds, [&] {
    if (!decode(warm, version, octets)) die("a message does not decode");
  });
  writer out;
  measure((name + " encode").c_str(), rounds, [&] {
    out.clear();
    if (!encode(message, version, out)) die("a message does not encode");
  });
}

metadata_response big_metadata() {
  metadata_response message;
  for (std::int32_t i = 0; i < 30; ++i) {
    auto& broker = message.brokers.emplace_back();
    broker.id = node_id{i};
    broker.host = "broker-" + std::to_string(i) + ".kafka.example.com";
    broker.port = 9092;
    broker.rack = "rack-" + std::to_string(i % 3);
  }
  message.cluster_id = "cluster";
  for (int i = 0; i < 10'000; ++i) {
    auto& topic = message.topics.emplace_back();
    topic.name = "department.application.events-" + std::to_string(i);
    topic.topic_id.octets[0] = static_cast<std::uint8_t>(i);
    for (std::int32_t number = 0; number < 20; ++number) {
      auto& partition = topic.partitions.emplace_back();
      partition.partition_index = partition_id{number};
      partition.leader_id = node_id{(i + number) % 30};
      partition.epoch = leader_epoch{7};
      for (int copy = 0; copy < 3; ++copy) {
        partition.replica_nodes.push_back(node_id{(i + number + copy) % 30});
        partition.isr_nodes.push_back(node_id{(i + number + copy) % 30});
      }
    }
  }
  return message;
}

bytes batch(std::size_t room) {
  bytes buffer(room);
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  const bytes value(100, std::byte{'x'});
  while (builder.append(1'700'000'000'000, std::nullopt, value)) {
  }
  return to_bytes(builder.seal({}));
}

fetch_response big_fetch(bytes_view records) {
  fetch_response message;
  auto& topic = message.responses.emplace_back();
  topic.topic_id.octets[0] = 1;
  for (std::int32_t number = 0; number < 12; ++number) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = partition_id{number};
    partition.high_watermark = 1'000'000;
    partition.records = records;
  }
  return message;
}

produce_request big_produce(bytes_view records) {
  produce_request message;
  message.acks = -1;
  message.timeout_ms = 30'000;
  auto& topic = message.topic_data.emplace_back();
  topic.topic_id.octets[0] = 1;
  for (std::int32_t number = 0; number < 12; ++number) {
    auto& partition = topic.partition_data.emplace_back();
    partition.index = partition_id{number};
    partition.records = records;
  }
  return message;
}

}  // namespace

// The linker takes these for all of the program.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* at = std::malloc(size)) return at;
  throw std::bad_alloc{};
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

int main(int argc, char** argv) {
  if (argc != 2) die("usage: messages_bench FOLDER");
  const std::string folder = argv[1];
  auto metadata = big_metadata();
  measure_message(folder, "metadata-13", metadata, 13, 11);
  const auto records = batch(16 * 1024);
  auto fetch = big_fetch(records);
  measure_message(folder, "fetch-17", fetch, 17, 2001);
  auto produce = big_produce(records);
  measure_message(folder, "produce-13", produce, 13, 2001);
}
