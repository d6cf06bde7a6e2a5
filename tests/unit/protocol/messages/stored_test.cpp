#include <doctest/doctest.h>

#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/messages/stored/consumer_group.hpp>
#include <kwire/protocol/messages/stored/group_metadata.hpp>
#include <kwire/protocol/messages/stored/sticky_assignor.hpp>
#include <utility>

#include "dump.hpp"

using namespace kwire;
using namespace kwire::protocol;
using test::from_hex;
using test::to_hex;

namespace {

std::string_view name_at(coordinator_log log, std::int16_t type, record_half::part which) {
  const auto* found = find_message({log, type, which});
  return found == nullptr ? "none" : found->info->name;
}

}  // namespace

TEST_CASE("stored: the type that a key begins with tells the messages of both halves") {
  CHECK(name_at(coordinator_log::group, 0, record_half::key) == "LegacyOffsetCommitKey");
  CHECK(name_at(coordinator_log::group, 1, record_half::value) == "OffsetCommitValue");
  CHECK(name_at(coordinator_log::group, 23, record_half::key) == "StreamsGroupTopologyKey");
  CHECK(name_at(coordinator_log::transaction, 0, record_half::key) == "TransactionLogKey");
  CHECK(name_at(coordinator_log::share, 1, record_half::value) == "ShareUpdateValue");
  CHECK(name_at(coordinator_log::group, 9, record_half::key) == "none");
  CHECK(name_at(coordinator_log::none, -1, record_half::value) == "none");
}

TEST_CASE("stored: every key has its value, and both halves are found") {
  for (const auto& entry : all_messages()) {
    auto half = entry.info->half;
    if (half.log == coordinator_log::none) continue;
    INFO(std::string{entry.info->name});
    CHECK(find_message(half) == &entry);
    half.which = half.which == record_half::key ? record_half::value : record_half::key;
    CHECK(find_message(half) != nullptr);
  }
}

TEST_CASE("stored: a key carries its type, a value its version") {
  offset_commit_key key;
  key.group = "g";
  key.topic = "t";
  key.partition = partition_id{2};
  writer out;
  REQUIRE(encode_stored(ref(key), 0, out).has_value());
  CHECK(to_hex(out.buffer()) ==
        "0001"
        "000167"
        "000174"
        "00000002");

  offset_commit_key again;
  CHECK(decode_stored(ref(again), out.buffer()).value() == 0);
  CHECK(again.partition == partition_id{2});
  legacy_offset_commit_key other;
  CHECK(decode_stored(ref(other), out.buffer()).error().code == wire_errc::unsupported_version);

  offset_commit_value value;
  CHECK(decode_stored(ref(value), from_hex("0003 0000000000000007 00000001 0000 0000000000000009")).value() ==
        3);
  CHECK(value.offset == 7);
  CHECK(value.epoch == leader_epoch{1});
}

TEST_CASE("stored: a structure in a tagged field has a null of its own") {
  consumer_group_member_metadata_value member;
  const std::string before = "01 01 01 01 01 01 ffffffff 01";
  for (const auto& [tags, is_null] : {std::pair{"01 00 01 00", true}, {"00", false}}) {
    const auto wire = from_hex(before + tags);
    REQUIRE(decode(member, 0, wire).has_value());
    CHECK(member.classic_member_metadata.has_value() == !is_null);
    writer out;
    REQUIRE(encode(member, 0, out).has_value());
    CHECK(to_hex(out.buffer()) == to_hex(wire));
  }
}

TEST_CASE("sticky user data: the latest version that fits") {
  sticky_assignor_user_data data;
  const std::string assigned = "00000001 000174 00000002 00000000 00000003";
  CHECK(decode_user_data(data, from_hex(assigned + "00000005")).value() == 1);
  CHECK(data.generation == generation_id{5});
  CHECK(data.previous_assignment.at(0).partitions.at(1) == partition_id{3});
  CHECK(decode_user_data(data, from_hex(assigned)).value() == 0);
  CHECK(data.generation == no_generation);
  CHECK(data.previous_assignment.size() == 1);
  CHECK(decode_user_data(data, from_hex("00000001")).has_error());
}
