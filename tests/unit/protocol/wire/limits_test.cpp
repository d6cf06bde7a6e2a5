#include <doctest/doctest.h>

#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/wire/limits.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <kwire/protocol/wire/writer.hpp>
#include <string>

using namespace kwire;
using namespace kwire::protocol;

namespace {

struct sparse {
  static constexpr message_info info{"Sparse", no_api, direction::stored, {0, 1}, 1};
  struct element {
    std::string name;
    std::vector<std::string> words;
    unknown_fields unknown;
    void describe(visitor& v) {
      v("name", name);
      v("words", words);
    }
  };
  std::vector<element> elements;
  unknown_fields unknown;
  void describe(visitor& v) { v("elements", elements); }
};

}  // namespace

TEST_CASE("limits: the array whose elements are largest for what they take") {
  sparse message;
  const auto classic = memory_limit_of(ref(message), 0);
  CHECK(classic.path == "elements.words");
  CHECK(classic.ratio == doctest::Approx(sizeof(std::string) / 2.0));
  // In flexible versions a string takes one octet, but unknown tagged fields cost more.
  const auto flexible = memory_limit_of(ref(message), 1);
  CHECK(flexible.path == "");
  CHECK(flexible.ratio == 48);
}

TEST_CASE("limits: no message costs more than 48 octets for one") {
  for (const auto& entry : all_messages()) {
    for (auto version = entry.info->versions.min; version <= entry.info->versions.max; ++version) {
      const auto message = entry.make();
      const auto limit = memory_limit_of(message.ref(), version);
      INFO(std::string{entry.info->name}, " version ", version, " at ", limit.path);
      CHECK(limit.ratio <= 48);
    }
  }
}
