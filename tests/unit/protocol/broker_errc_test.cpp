#include <doctest/doctest.h>

#include <kwire/protocol/broker_errc.hpp>
#include <set>

using namespace kwire;

TEST_CASE("broker_errc: numbers, names and kinds are Kafka's") {
  CHECK(static_cast<int>(broker_errc::unknown_server_error) == -1);
  CHECK(static_cast<int>(broker_errc::not_leader_or_follower) == 6);
  CHECK(static_cast<int>(broker_errc::controller_id_not_registered) == 136);
  CHECK(to_string(broker_errc::not_leader_or_follower) == "NOT_LEADER_OR_FOLLOWER");
  CHECK(to_string(broker_errc::none) == "NONE");
  CHECK(broker_errors().size() == 138);

  CHECK(is_retriable(broker_errc::corrupt_message));
  CHECK_FALSE(needs_metadata_refresh(broker_errc::corrupt_message));
  CHECK(is_retriable(broker_errc::leader_not_available));
  CHECK(needs_metadata_refresh(broker_errc::leader_not_available));
  CHECK_FALSE(is_retriable(broker_errc::message_too_large));
  CHECK_FALSE(is_retriable(broker_errc::rebootstrap_required));
}

TEST_CASE("broker_errc: the table is complete and without repetition") {
  std::set<std::string_view> names;
  std::set<std::string_view> meanings;
  for (const auto& line : broker_errors()) {
    CHECK(names.insert(line.name).second);
    CHECK(meanings.insert(line.meaning).second);
    CHECK(line.meaning.ends_with('.'));
    CHECK(find(line.code) == &line);
    CHECK(parse_broker_errc(line.name) == line.code);
    if (line.needs_metadata) CHECK(line.retriable);
  }
  CHECK(parse_broker_errc("producer_fenced") == broker_errc::producer_fenced);
  CHECK_FALSE(parse_broker_errc("PRODUCER").has_value());
}

TEST_CASE("broker_errc: a code from the future keeps its number") {
  for (int number : {137, 4711, -2, -32768, 32767}) {
    const broker_errc code{static_cast<std::int16_t>(number)};
    CHECK(find(code) == nullptr);
    CHECK(to_string(code) == "UNKNOWN(" + std::to_string(number) + ")");
    CHECK_FALSE(is_retriable(code));
    CHECK_FALSE(needs_metadata_refresh(code));
    CHECK_FALSE(meaning(code).empty());
  }
}

TEST_CASE("broker_errc: converts to an error_code that says name and meaning") {
  const boost::system::error_code code = broker_errc::illegal_generation;
  CHECK(code.value() == 22);
  CHECK(code.category() == broker_category());
  CHECK(code.message().starts_with("ILLEGAL_GENERATION: "));
  CHECK_FALSE(boost::system::error_code{broker_errc::none}.failed());
}
