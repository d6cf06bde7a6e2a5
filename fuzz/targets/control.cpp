// The embedded broker's control endpoint: whatever is asked of it is answered, in JSON.
#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>

#include "front/control_api.hpp"
#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

constexpr std::array methods{"GET", "POST", "DELETE", "PUT", ""};
constexpr std::array<unsigned, 5> statuses{200, 400, 404, 405, 500};

void ask(const embedded::control_api& api, fuzz::input& in) {
  embedded::control_request what;
  what.method = methods[in.below(methods.size())];
  what.target = in.text();
  what.body = as_text(in.piece());
  const auto told = api.serve(what);
  fuzz::require(std::ranges::find(statuses, told.status) != statuses.end(), "a status that is known");
  boost::system::error_code failed;
  const auto content = boost::json::parse(told.body, failed);
  fuzz::require(!failed && content.is_object(), "answers are JSON", [&] { return told.body; });
  const auto* why = content.as_object().if_contains("error");
  fuzz::require((told.status == 200) == (why == nullptr), "mistakes are told", [&] { return told.body; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  broker of{broker_options{}.topic("t", 2).brokers(2).seed(1)};
  const embedded::control_api api{of, [] { return boost::json::object{}; }};
  for (int i = 0; i < 8 && !in.empty(); ++i) ask(api, in);
  return 0;
}
