#include <doctest/doctest.h>

#include <cstdlib>
#include <kwire/protocol/wire/json.hpp>

#include "dump.hpp"
#include "sample.hpp"

using namespace kwire;
using namespace kwire::protocol;
using test::sample;

TEST_CASE("json: exactly the fields of the version, in Kafka's layout") {
  sample message;
  message.port = 65535;
  message.mask = 0xffffffff;
  message.offset = INT64_MIN;
  message.payload = test::from_hex("fbff");
  const auto records = test::from_hex("010203");
  message.records = records;
  message.items.resize(1);
  CHECK(to_json(message, 0) == R"({"flag":false,"port":65535,"name":"","note":null,"items":[{"number":0}]})");
  CHECK(to_json(message, 1) ==
        R"({"flag":false,"port":65535,"mask":4294967295,"offset":-9223372036854775808,)"
        R"("id":"AAAAAAAAAAAAAAAAAAAAAA","name":"","note":null,"payload":"+/8=","recordsSizeInBytes":3,)"
        R"("items":[{"number":0,"text":""}]})");
  message.records.reset();
  CHECK(to_json(message, 1).find(R"("records":null)") != std::string::npos);
}

TEST_CASE("json: tagged fields only when they differ from their default, unknown ones never") {
  sample message;
  message.unknown.add(50, test::from_hex("00"));
  CHECK(to_json(message, 3).find("tagged") == std::string::npos);
  message.tagged_number = 1;
  message.tagged_list = {1, 2};
  CHECK(to_json(message, 3).find(R"("taggedNumber":1,"taggedList":[1,2])") != std::string::npos);
}

TEST_CASE("json: doubles read back to the same value") {
  for (double value : {0.0, 0.1, 1e300, -2.5e-300, 1.0 / 3}) {
    sample message;
    message.ratio = value;
    const auto json = to_json(message, 3);
    CHECK(std::strtod(json.c_str() + json.find("\"ratio\":") + 8, nullptr) == value);
  }
}

TEST_CASE("json: secrets are masked unless asked for") {
  sample message;
  message.secret = "s3cret";
  CHECK(to_json(message, 4).find(R"("secret":"***")") != std::string::npos);
  CHECK(to_json(message, 4, json_options{}.show_secrets()).find(R"("secret":"s3cret")") != std::string::npos);
}

TEST_CASE("json: indented") {
  sample message;
  message.items.resize(1);
  CHECK(to_json(message, 0, json_options{}.indent(2)) == R"({
  "flag": false,
  "port": 0,
  "name": "",
  "note": null,
  "items": [
    {
      "number": 0
    }
  ]
})");
  CHECK(to_json(sample{}, 0, json_options{}.indent(2)).find("\"items\": []") != std::string::npos);
}

TEST_CASE("json: names") {
  CHECK(camel_case("throttle_time_ms") == "throttleTimeMs");
  CHECK(camel_case("enable2_pc") == "enable2Pc");
  CHECK(camel_case("name") == "name");
}
