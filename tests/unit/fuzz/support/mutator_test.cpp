// Tests: values.cpp, records.cpp
#include "support/mutator.hpp"

#include <doctest/doctest.h>

#include <array>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/records/batch_reader.hpp>

#include "dump.hpp"
#include "generator.hpp"
#include "support/messages.hpp"
#include "support/records.hpp"
#include "support/values.hpp"

using namespace kwire;
using namespace kwire::protocol;

/// What libFuzzer has: here an octet more behind the first quarter, or another one where there is no room.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size) {
  const auto place = size / 4;
  if (size == max_size) {
    if (size > 0) data[place] ^= 0x55;
    return size;
  }
  std::copy_backward(data + place, data + size, data + size + 1);
  data[place] = 0x77;
  return size + 1;
}

namespace {

bytes values_of(const any_message& message) {
  bytes all;
  fuzz::append_values(message.ref(), all);
  return all;
}

/// An input of the target `requests` or its like.
bytes input_of(const message_entry& entry, std::int16_t version, std::uint64_t seed) {
  const auto message = entry.make();
  test::generate(message.ref(), version, seed);
  writer out;
  out.raw(fuzz::selector(entry, version));
  encode(message.ref(), version, out).value();
  return out.buffer();
}

/// Mutated in a block of exactly `room` octets, so that AddressSanitizer sees what is written behind it.
template <class Mutate>
bytes mutated(const bytes& from, std::size_t room, Mutate mutate) {
  std::vector<std::uint8_t> block(room);
  std::ranges::copy(from, std::as_writable_bytes(std::span{block}).begin());
  const auto size = mutate(block.data(), from.size(), room);
  REQUIRE(size <= room);
  return to_bytes(std::as_bytes(std::span{block}.first(size)));
}

bytes mutated_request(const bytes& from, std::size_t room, unsigned seed) {
  return mutated(from, room, [&](std::uint8_t* data, std::size_t size, std::size_t most) {
    return fuzz::mutate_message(direction::request, 0, data, size, most, seed);
  });
}

bytes two_batches() {
  bytes set;
  for (const std::string value : {"one", "another"}) {
    bytes buffer(512);
    batch_builder builder;
    builder.open(buffer.data(), buffer.size());
    REQUIRE(builder.append(7, as_bytes("key"), as_bytes(value)));
    const auto sealed = builder.seal({});
    set.insert(set.end(), sealed.begin(), sealed.end());
  }
  return set;
}

bool reads_whole(bytes_view octets) {
  record_set set{octets};
  std::size_t batches = 0;
  for ([[maybe_unused]] const auto& batch : set) ++batches;
  return !set.error() && set.cut_off() == 0 && batches == 2;
}

}  // namespace

TEST_CASE("mutator: every message changes, to what its version can still express") {
  for (const auto& entry : all_messages()) {
    const auto version = entry.info->versions.max;
    int changed = 0;
    int fields = 0;
    for (std::uint64_t seed = 0; seed < 64; ++seed) {
      const auto message = entry.make();
      test::generate(message.ref(), version, seed);
      const auto before = values_of(message);
      if (before.size() > 8) ++fields;  // more than the count of its unknown fields
      fuzz::mutate(message.ref(), version, seed);
      if (values_of(message) != before) ++changed;
      writer out;
      INFO(entry.info->name, " seed ", seed);
      CHECK(encode(message.ref(), version, out).has_value());
    }
    INFO(entry.info->name, ": ", changed, " of 64");
    CHECK((fields == 0 || changed > 20));
  }
}

TEST_CASE("mutator: one field at a time, and each of them in the end") {
  std::array<int, 5> times{};
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    heartbeat_request message;
    message.group_id = "g";
    message.member_id = "m";
    message.group_instance_id = "i";
    message.generation = generation_id{5};
    const auto before = message;
    fuzz::mutate(ref(message), 4, seed);
    const std::array<bool, 5> differs{
        message.group_id != before.group_id, message.generation != before.generation,
        message.member_id != before.member_id, message.group_instance_id != before.group_instance_id,
        !(message.unknown == before.unknown)};
    CHECK(std::ranges::count(differs, true) <= 1);
    for (std::size_t i = 0; i < times.size(); ++i) times[i] += differs[i];
  }
  for (const auto count : times) CHECK(count > 200);
}

TEST_CASE("mutator: a field that the version lacks stays as it is") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    heartbeat_request message;
    fuzz::mutate(ref(message), 2, seed);
    CHECK_FALSE(message.group_instance_id.has_value());
    CHECK(message.unknown.empty());
  }
}

TEST_CASE("mutator: lengths fit again as a rule, are broken now and then, and stay within the room") {
  const auto* entry = find_message(api::metadata, direction::request);
  int fit = 0;
  int broken = 0;
  int moved = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const auto from = input_of(*entry, entry->info->versions.max, seed);
    const auto now = mutated_request(from, from.size() + seed % 300, seed);
    fuzz::input in{reinterpret_cast<const std::uint8_t*>(now.data()), now.size()};
    const auto what = fuzz::select(in, direction::request);
    CHECK(what.entry == entry);
    if (what.version != entry->info->versions.max) ++moved;
    const auto message = what.entry->make();
    ++(decode(message.ref(), what.version, in.rest()) ? fit : broken);
  }
  CHECK(fit > 200);
  CHECK(broken > 20);
  CHECK(moved > 5);
}

TEST_CASE("mutator: the same seed makes the same") {
  const auto* entry = find_message(api::fetch, direction::request);
  const auto from = input_of(*entry, 12, 3);
  int different = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    const auto first = mutated_request(from, 4096, seed);
    CHECK(first == mutated_request(from, 4096, seed));
    if (first != mutated_request(from, 4096, seed + 1)) ++different;
  }
  CHECK(different > 50);
}

TEST_CASE("mutator: inputs too short to choose, and messages that do not decode, change by octets") {
  for (std::size_t size = 0; size < 4; ++size) {
    for (unsigned seed = 0; seed < 20; ++seed) {
      const bytes from(size, std::byte{1});
      CHECK(mutated_request(from, size + 1, seed).size() == size + 1);
      CHECK(mutated_request(from, size, seed).size() == size);
    }
  }
}

TEST_CASE("mutator: of record sets lengths and checksums are right again half of the time each") {
  const auto set = two_batches();
  REQUIRE(reads_whole(set));
  int lengths = 0;
  int checksums = 0;
  constexpr int rounds = 400;
  for (unsigned seed = 0; seed < rounds; ++seed) {
    const auto mutate = [&](std::uint8_t* data, std::size_t size, std::size_t most) {
      return fuzz::mutate_records(3, data, size, most, seed);
    };
    bytes from(3);
    from.insert(from.end(), set.begin(), set.end());
    // No room: an octet behind the first batch's checksum changes.
    const auto same_size = mutated(from, from.size(), mutate);
    record_set read{bytes_view{same_size}.subspan(3)};
    bool sound = true;
    for (const auto& batch : read) sound = sound && verify(batch).has_value();
    if (sound && !read.error()) ++checksums;
    // An octet more: the end of the last batch is another one.
    auto cut = from;
    cut.pop_back();
    if (reads_whole(bytes_view{mutated(cut, cut.size(), mutate)}.subspan(3))) ++lengths;
    CHECK(same_size == mutated(from, from.size(), mutate));
  }
  CHECK(checksums > rounds * 4 / 10);
  CHECK(checksums < rounds * 6 / 10);
  CHECK(lengths > rounds * 4 / 10);
  CHECK(lengths < rounds * 6 / 10);
}

TEST_CASE("mutator: octets in front of a record set are never taken for one") {
  const auto mutate = [](std::uint8_t* data, std::size_t size, std::size_t most) {
    return fuzz::mutate_records(5, data, size, most, 1);
  };
  for (std::size_t size = 0; size < 6; ++size)
    CHECK(mutated(bytes(size), size + 1, mutate).size() == size + 1);
}

TEST_CASE("mutator: values are equal when their texts are") {
  for (const auto& entry : all_messages()) {
    const auto version = entry.info->versions.max;
    const auto one = entry.make(), same = entry.make(), other = entry.make();
    test::generate(one.ref(), version, 1);
    test::generate(same.ref(), version, 1);
    test::generate(other.ref(), version, 2);
    INFO(entry.info->name);
    CHECK(values_of(one) == values_of(same));
    CHECK((values_of(one) == values_of(other)) == (test::dump(one.ref()) == test::dump(other.ref())));
  }
}
