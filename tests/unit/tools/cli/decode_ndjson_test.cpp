// Tests: decode.cpp

#include "decode_ndjson.hpp"

#include <doctest/doctest.h>

#include "commands.hpp"
#include "session.hpp"

using namespace kwire::cli;

namespace {

bool is_error(const std::string& answer) { return answer.find("\"error\":\"") != answer.npos; }

}  // namespace

TEST_CASE("a request is decoded and encoded") {
  CHECK(answer_line(
            R"({"id":7,"api":"Metadata","key":3,"version":0,"kind":"request","hex":"00000001000161"})") ==
        R"({"id":7,"json":{"topics":[{"name":"a"}]},"hex":"00000001000161"})");
  CHECK(answer_line(R"({"api":"Metadata","key":3,"version":0,"kind":"request","op":"encode",)"
                    R"("json":{"topics":[{"name":"a"}]}})") == R"({"hex":"00000001000161"})");
}

TEST_CASE("a frame has a header of the version that belongs to it") {
  const std::string json = R"({"headerVersion":2,"header":{"requestApiKey":18,"requestApiVersion":3,)"
                           R"("correlationId":5,"clientId":"c"},"body":{"clientSoftwareName":"n",)"
                           R"("clientSoftwareVersion":"v"}})";
  const std::string hex =
      "00120003000000050001630002"
      "6e"
      "0276"
      "00";
  CHECK(answer_line(R"({"api":"ApiVersions","key":18,"version":3,"kind":"request_frame","hex":")" + hex +
                    "\"}") == "{\"json\":" + json + ",\"hex\":\"" + hex + "\"}");
  CHECK(answer_line(
            R"({"api":"ApiVersions","key":18,"version":3,"kind":"request_frame","op":"encode","json":)" +
            json + "}") == "{\"hex\":\"" + hex + "\"}");
  CHECK(is_error(answer_line(R"({"api":"ApiVersions","key":18,"version":2,"kind":"request_frame","hex":")" +
                             hex + "\"}")));
}

TEST_CASE("record sets stand beside the message") {
  const std::string start = R"({"api":"Produce","key":0,"version":3,"kind":"request",)";
  const std::string hex = "ffff00010000000000000001000174000000020000000000000002abcd00000001ffffffff";
  const auto text = answer_line(start + R"("hex":")" + hex + "\"}");
  CHECK(text.find("\"recordsSizeInBytes\":2") != text.npos);
  CHECK(text.ends_with("\"hex\":\"" + hex + R"(","records":["abcd",null]})"));
  const auto json = text.substr(8, text.find(",\"hex\"") - 8);
  CHECK(answer_line(start + R"("op":"encode","records":["abcd",null],"json":)" + json + "}") ==
        "{\"hex\":\"" + hex + "\"}");
  CHECK(is_error(answer_line(start + R"("op":"encode","json":)" + json + "}")));
  CHECK(is_error(answer_line(start + R"("op":"encode","records":["abcd",null,""],"json":)" + json + "}")));
}

TEST_CASE("headers, stored messages and records") {
  CHECK(answer_line(R"({"api":"ResponseHeader","version":0,"kind":"header","hex":"00000007"})") ==
        R"({"json":{"correlationId":7},"hex":"00000007"})");
  CHECK(answer_line(R"({"api":"ConsumerProtocolAssignment","key":-1,"version":1,"kind":"data",)"
                    R"("hex":"000100000000ffffffff"})") ==
        R"({"json":{"assignedPartitions":[],"userData":null},"hex":"000100000000ffffffff"})");
  CHECK(is_error(answer_line(R"({"api":"ConsumerProtocolAssignment","key":-1,"version":0,"kind":"data",)"
                             R"("hex":"000100000000ffffffff"})")));
  CHECK(answer_line(R"({"api":"","version":2,"kind":"records","hex":""})") == R"({"json":[],"hex":""})");
  CHECK(answer_line(R"({"api":"","version":2,"kind":"records","op":"encode","json":[]})") == R"({"hex":""})");
}

TEST_CASE("every line has an answer") {
  for (const auto* line : {"", "{", "null", "[]", "{}", R"({"version":0,"kind":"request","key":3})",
                           R"({"version":0,"kind":"request","key":3,"hex":"0"})",
                           R"({"version":0,"kind":"request","key":3,"hex":"zz"})",
                           R"({"version":0,"kind":"request","key":999,"hex":"00"})",
                           R"({"version":99,"kind":"request","key":3,"hex":"00"})",
                           R"({"version":70000,"kind":"request","key":3,"hex":"00"})",
                           R"({"version":0,"kind":"request","key":3,"api":"Fetch","hex":"00000000"})",
                           R"({"version":0,"kind":"data","api":"MetadataRequest","hex":"00000000"})",
                           R"({"version":0,"kind":"nonsense","key":3,"hex":""})",
                           R"({"version":0,"kind":"request","key":3,"op":"encode"})",
                           R"({"version":0,"kind":"request","key":3,"op":"encode","json":{"topics":7}})",
                           R"({"version":0,"kind":"request_frame","key":3,"op":"encode","json":{}})",
                           R"({"version":0,"kind":"request","key":3,"op":"scramble","hex":""})"}) {
    CAPTURE(line);
    CHECK(is_error(answer_line(line)));
  }
}
