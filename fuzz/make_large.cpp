// Makes inputs of 1 MB for targets of messages, batches and codecs, by which `tools/fuzz --memory` tells what
// they take: messages that are one long array of their smallest element, record sets of the smallest records,
// octets that compress well or not at all. usage: make_large FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>
#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "support/dice.hpp"
#include "support/messages.hpp"

namespace {

using namespace kwire;
using namespace kwire::protocol;
namespace fs = std::filesystem;

constexpr std::size_t most = 1'000'000;

void add(const fs::path& folder, const std::string& target, std::string_view name,
         std::initializer_list<int> front, bytes_view content) {
  fs::create_directories(folder / target);
  std::ofstream out{folder / target / name, std::ios::binary};
  for (const auto octet : front) out.put(static_cast<char>(octet));
  out << as_text(content);
}

/// Makes the first array of a message longer.
class grower final : public visitor {
 public:
  grower(std::int16_t version, std::size_t count) : version_(version), count_(count) {}
  bool grown() const noexcept { return grown_; }

 private:
  void visit(std::string_view, value_ref field, const traits& how) override {
    if (grown_ || !how.exists(version_)) return;
    if (field.type->shape == kind::optional && field.type->inner->shape == kind::array) {
      field = {field.type->engage(field.at), field.type->inner};
    }
    if (field.type->shape != kind::array) return;
    field.type->resize(field.at, count_);
    grown_ = true;
  }

  std::int16_t version_;
  std::size_t count_;
  bool grown_ = false;
};

/// Octets of the message whose first array has so many elements; nothing when it has none, or is too large.
bytes with_elements(const message_entry& entry, std::int16_t version, std::size_t count) {
  const auto message = entry.make();
  grower visitor{version, count};
  const auto value = message.ref().value;
  value.type->describe(value.at, visitor);
  writer out;
  if (!visitor.grown() || !encode(message.ref(), version, out) || out.buffer().size() > most) return {};
  return std::move(out.buffer());
}

void add_messages(const fs::path& folder) {
  constexpr std::string_view targets[] = {"requests", "responses", "stored", "headers"};
  for (const auto& entry : all_messages()) {
    const auto version = entry.info->versions.max;
    const auto few = with_elements(entry, version, 100);
    if (few.empty()) continue;
    const auto each = (few.size() - with_elements(entry, version, 0).size()) / 100;
    const auto wire = with_elements(entry, version, (most - 1000) / std::max<std::size_t>(each, 1));
    const auto chosen = fuzz::selector(entry, version);
    const auto number = [&](std::size_t i) { return std::to_integer<int>(chosen[i]); };
    add(folder, std::string{targets[static_cast<std::size_t>(entry.info->way)]}, entry.info->name,
        {number(0), number(1)}, wire);
  }
}

bytes batch_of(codec type, std::size_t value_size) {
  static compressor pack;
  bytes buffer(most - 100);
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  const bytes value(value_size, std::byte{7});
  while (builder.append(0, {}, value)) {
  }
  return to_bytes(builder.seal({}, {type}, &pack));
}

void add_records(const fs::path& folder) {
  for (const auto type : {codec::none, codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{50'000}}) {
      const auto set = batch_of(type, size);
      const auto named = std::string{name(type)} + std::to_string(size);
      add(folder, "record_set", named, {}, set);
      add(folder, "batch_v2", named, {}, set);
      add(folder, "down_convert", named, {1, static_cast<int>(type)}, set);
      add(folder, "up_convert", named, {1, 1}, set);
      add(folder, "batch_codecs", named, {static_cast<int>(type), 1, 0}, bytes_view{set}.subspan(61));
    }
  }
  add(folder, "message_set", "zero", {0}, bytes(most));
  add(folder, "batch_builder", "ones", {4, 255, 255}, bytes(most, std::byte{1}));
}

void add_codecs(const fs::path& folder) {
  bytes noise(most);
  fuzz::dice random{1};
  for (auto& octet : noise) octet = static_cast<std::byte>(random());
  const bytes even(most, std::byte{3});
  compressor pack;
  const auto put = [&](const std::string& target, codec type, lz4_flavor lz4, snappy_flavor snappy) {
    for (const auto* plain : {&std::as_const(noise), &even}) {
      const std::string_view what = plain == &noise ? "noise" : "even";
      bytes out;
      const auto packed = pack.compress({type}, bytes_view{*plain}.first(most - 10'000), out, lz4, snappy);
      if (packed) add(folder, target, std::string{"packed_"}.append(what), {}, *packed);
      add(folder, target, what, {}, *plain);
    }
  };
  put("gzip", codec::gzip, {}, {});
  put("zstd", codec::zstd, {}, {});
  put("lz4", codec::lz4, {}, {});
  put("lz4_magic0", codec::lz4, lz4_flavor::legacy_header_checksum, {});
  put("snappy_xerial", codec::snappy, {}, {});
  put("snappy_raw", codec::snappy, {}, snappy_flavor::bare);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: make_large FOLDER\n";
    return 2;
  }
  add_messages(arguments[1]);
  add_records(arguments[1]);
  add_codecs(arguments[1]);
  return 0;
}
