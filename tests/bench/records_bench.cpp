// CPU time of the record paths, one thread: nanoseconds per record, or per call where it says so. Takes the
// best of several rounds, since other work on the machine only ever adds.

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/crc32c.hpp>
#include <string>

using namespace kwire;
using namespace kwire::protocol;

namespace {

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <class Work>
double best_of(int rounds, double units, Work work) {
  double best = 1e300;
  for (int i = 0; i < rounds; ++i) {
    const auto start = cpu_ns();
    work();
    best = std::min(best, (cpu_ns() - start) / units);
  }
  return best;
}

template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

std::int32_t fill(batch_builder& builder, bytes& buffer, bytes_view value, bool with_key) {
  builder.open(buffer.data(), buffer.size());
  const auto key = as_bytes("key-0001");
  std::int64_t now = 1'700'000'000'000;
  for (std::int32_t i = 0;; ++i) {
    if ((i & 63) == 0) ++now;
    const bool fits = with_key ? builder.append(now, key, value) : builder.append(now, std::nullopt, value);
    if (!fits) return builder.count();
  }
}

void bench_append(const char* what, std::size_t size, bool with_key) {
  bytes buffer(256 * 1024);
  const bytes value(size, std::byte{'x'});
  batch_builder builder;
  const auto count = fill(builder, buffer, value, with_key);
  const auto ns = best_of(200, count * 10.0, [&] {
    for (int i = 0; i < 10; ++i) keep(fill(builder, buffer, value, with_key));
  });
  std::printf("append %-24s %7.1f ns/record\n", what, ns);
  const auto seal = best_of(50, count, [&] {
    fill(builder, buffer, value, with_key);
    keep(builder.seal({}).size());
  });
  std::printf("append + seal %-17s %7.1f ns/record\n", what, seal);
}

void bench_iterate(std::size_t size) {
  bytes buffer(256 * 1024);
  batch_builder builder;
  const auto count = fill(builder, buffer, bytes(size, std::byte{'x'}), false);
  const bytes_view batch = builder.seal({});
  const auto read = [&] {
    record_set set{batch};
    std::int64_t sum = 0;
    for (const auto& view : set) {
      auto range = records(view, view.body);
      for (const auto record : range) {
        sum += record.offset() + static_cast<std::int64_t>(record.value()->size());
        sum += record.key().has_value() ? 1 : 0;
      }
    }
    keep(sum);
  };
  std::printf("iterate %4zu B                  %7.1f ns/record\n", size, best_of(200, count * 10.0, [&] {
                for (int i = 0; i < 10; ++i) read();
              }));
  std::printf("verify + iterate %4zu B         %7.1f ns/record\n", size, best_of(200, count, [&] {
                record_set set{batch};
                keep(verify(*set.begin()).has_value());
                read();
              }));
}

void bench_crc() {
  const bytes data(64 * 1024, std::byte{0x5a});
  std::printf("crc32c 64 KiB                   %7.0f ns\n", best_of(200, 10, [&] {
                for (int i = 0; i < 10; ++i) keep(crc32c(data));
              }));
  std::printf("crc32c 1 KiB                    %7.0f ns\n", best_of(200, 100, [&] {
                for (int i = 0; i < 100; ++i) keep(crc32c(bytes_view{data}.first(1024)));
              }));
  std::printf("crc32c 64 KiB, portable         %7.0f ns\n",
              best_of(50, 1, [&] { keep(detail::crc32c_portable(data, 0)); }));
}

void bench_codecs() {
  bytes buffer(256 * 1024);
  batch_builder builder;
  builder.open(buffer.data(), 64 * 1024);
  for (int i = 0;; ++i) {
    std::string value = "{\"order\":" + std::to_string(i * 7919) + ",\"customer\":\"c" +
                        std::to_string(i % 97) + "\",\"amount\":" + std::to_string(i * 31 % 10007) +
                        ",\"currency\":\"EUR\"}";
    value.resize(100, ' ');
    if (!builder.append(1'700'000'000'000 + i, std::nullopt, as_bytes(value))) break;
  }
  const auto count = builder.count();
  const bytes plain = to_bytes(builder.seal({}).subspan(batch_header_size));
  compressor packer;
  decompressor unpacker;
  bytes packed;
  bytes unpacked;
  for (const auto type : {codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    bytes_view result;
    const auto in = best_of(20, count, [&] { result = *packer.compress(type, plain, packed); });
    const auto out =
        best_of(50, count, [&] { keep(unpacker.decompress(type, result, 1 << 20, unpacked)->size()); });
    std::printf("%-6s compress %6.1f ns/record, decompress %5.1f ns/record, to %4.1f %%\n", name(type).data(),
                in, out, 100.0 * static_cast<double>(result.size()) / static_cast<double>(plain.size()));
  }
}

}  // namespace

int main() {
  bench_append("100 B", 100, false);
  bench_append("100 B, 8 B key", 100, true);
  bench_append("1 KiB", 1024, false);
  bench_iterate(100);
  bench_iterate(1024);
  bench_crc();
  bench_codecs();
}
