// The consumer protocol's subscriptions and assignments, the sticky assignors' user data, and what an
// assignor makes of a group of hostile members.
#include <algorithm>
#include <kwire/client/assignor.hpp>
#include <kwire/protocol/messages/stored/sticky_assignor.hpp>
#include <set>

#include "support/check.hpp"
#include "support/memory.hpp"
#include "support/messages.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

std::vector<topic_partition> draw_partitions(fuzz::input& in) {
  std::vector<topic_partition> list;
  for (auto left = in.below(6); left > 0; --left) {
    const auto topic = static_cast<char>('s' + in.below(3));
    list.push_back({std::string(1, topic), partition_id{in.number<std::int8_t>()}});
  }
  return list;
}

/// Each existing partition of a subscribed topic goes to one member that wants it; nobody gets another.
void check_assignor(const assignor& by, fuzz::input& in) {
  std::map<std::string, std::int32_t> partitions;
  partitions["s"] = static_cast<std::int32_t>(in.below(5));
  partitions["t"] = static_cast<std::int32_t>(in.below(9));
  std::vector<group_subscription> members;
  for (auto left = in.below(5) + 1; left > 0; --left) {
    auto& member = members.emplace_back("m" + std::to_string(left), std::vector<std::string>{});
    for (auto topics = in.below(4); topics > 0; --topics) {
      member.topics.emplace_back(1, static_cast<char>('s' + in.below(3)));
    }
    member.owned = draw_partitions(in);
    member.generation = generation_id{static_cast<std::int32_t>(in.below(4)) - 1};
    by.read_user_data(in.take(in.below(64)), member);
  }
  const auto all = by.assign(members, partitions);
  fuzz::require(all.size() == members.size(), "every member has an entry");
  std::set<topic_partition> given;
  for (const auto& member : members) {
    for (const auto& where : all.at(member.member_id)) {
      fuzz::require(given.insert(where).second, "no partition goes to two members");
      fuzz::require(raw(where.partition) >= 0 && partitions.contains(where.topic) &&
                        raw(where.partition) < partitions.at(where.topic),
                    "only partitions that exist are assigned");
      fuzz::require(std::ranges::find(member.topics, where.topic) != member.topics.end(),
                    "only what a member subscribed to");
    }
  }
}

void check_user_data(bytes_view octets) {
  protocol::sticky_assignor_user_data data;
  fuzz::memory_watch watch;
  const auto version = protocol::decode_user_data(data, octets);
  fuzz::require_memory(watch, octets.size());
  if (!version) return;
  protocol::writer out;
  fuzz::require(protocol::encode(data, *version, out).has_value(), "user data can be written again");
  fuzz::require(same_bytes(out.buffer(), octets), "user data comes back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  constexpr std::string_view names[] = {"range", "roundrobin", "sticky", "cooperative-sticky"};
  const auto how = in.below(6);
  if (how == 4) {
    check_user_data(in.rest());
  } else if (how == 5) {
    const auto* entry =
        protocol::find_message(in.flag() ? "ConsumerProtocolSubscription" : "ConsumerProtocolAssignment");
    const auto message = entry->make();
    (void)protocol::decode_stored(message.ref(), in.rest()).has_value();
  } else {
    check_assignor(*find_assignor(names[how]), in);
  }
  return 0;
}
