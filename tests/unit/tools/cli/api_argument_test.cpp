#include "api_argument.hpp"

#include <doctest/doctest.h>

using namespace kwire;
using namespace kwire::cli;

namespace {

std::string refusal(const std::string& name) {
  try {
    (void)parse_api_option("--api ", name);
  } catch (const usage_error& why) {
    return why.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("api argument: by name in any case, or by key") {
  for (auto name : {"Fetch", "fetch", "FETCH", "1"}) CHECK(parse_api_option("--api ", name) == api::fetch);
  CHECK(parse_api_option("--api ", "94") == api::unregister_controller);
}

TEST_CASE("api argument: what is none is refused, with the nearest name") {
  CHECK(refusal("Fetsh") == "--api Fetsh: there is no such API; did you mean Fetch?");
  CHECK(refusal("95") == "--api 95: there is no such API");
  CHECK(refusal("-1") == "--api -1: there is no such API");
}

TEST_CASE("api argument: the request that --api tells") {
  arguments args;
  CHECK_THROWS_AS(api_argument(args), usage_error);
  args.add("api", "22");
  CHECK(api_argument(args).info->name == "InitProducerIdRequest");
}
