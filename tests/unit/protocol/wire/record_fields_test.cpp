#include <doctest/doctest.h>

#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/wire/record_fields.hpp>

using namespace kwire;
using namespace kwire::protocol;

TEST_CASE("record sets of a message in the order of its fields") {
  produce_request message;
  CHECK(record_fields(ref(message), 9).empty());
  message.topic_data.resize(2);
  message.topic_data[0].partition_data.resize(1);
  message.topic_data[1].partition_data.resize(2);
  message.topic_data[0].partition_data[0].records = as_bytes("one");
  message.topic_data[1].partition_data[0].records.reset();
  message.topic_data[1].partition_data[1].records = bytes_view{};
  const auto found = record_fields(ref(message), 9);
  REQUIRE(found.size() == 3);
  CHECK(as_text(found[0].value()) == "one");
  CHECK_FALSE(found[1].has_value());
  CHECK(found[2].value().empty());
}
