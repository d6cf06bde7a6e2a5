#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <kwire/protocol/wire/json.hpp>

#include "sample.hpp"

using namespace kwire;
using namespace kwire::protocol;
using test::sample;

TEST_CASE("schema: says what the description says") {
  sample message;
  const auto schema = boost::json::parse(describe_schema(ref(message)));
  CHECK(schema.at("name") == "SampleRequest");
  CHECK(schema.at("validVersions") == "0-4");
  CHECK(schema.at("flexibleVersions") == "2+");
  CHECK(schema.at("latestVersionUnstable") == true);
  const auto& fields = schema.at("fields").as_array();
  REQUIRE(fields.size() == 16);
  CHECK(fields[1] == boost::json::parse(R"({"name":"port","type":"uint16","versions":"0-1"})"));
  CHECK(fields[3] ==
        boost::json::parse(R"({"name":"offset","type":"int64","versions":"1+","default":"-1"})"));
  CHECK(fields[7] ==
        boost::json::parse(
            R"({"name":"note","type":"string","versions":"0+","nullableVersions":"1+","default":"null"})"));
  CHECK(fields[10].at("type") == "[]struct");
  CHECK(fields[10].at("fields").as_array().size() == 2);
  CHECK(fields[13].at("tag") == 1);
  CHECK(fields[15].at("secret") == true);
}
