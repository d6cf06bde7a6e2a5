// What a broker finds in its data directory: a file is cut or refused, entries make sense or are refused.
#include "core/broker_core.hpp"
#include "core/journal_format.hpp"
#include "core/recovery.hpp"
#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

struct no_journal : embedded::journal {
  void append(bytes head, embedded::shared_slice body) override {
    fuzz::require(!head.empty(), "entries have a kind");
    octets += head.size() + body.content.size();
  }
  std::size_t octets = 0;
};

constexpr embedded::instant now{std::chrono::seconds{1'700'000'000}};

/// What came back works: leaders take over, transactions end, everything can be written down again.
void go_on(embedded::broker_core& core) {
  no_journal after;
  core.record_to(after);
  embedded::recovery{core}.finish(now);
  core.advance(now);
  core.advance(now + std::chrono::hours{1});
  for (auto& [name, of] : core.state().topics()) {
    for (std::size_t i = 0; i < of.partitions.size() && i < 8; ++i) {
      core.compact(name, partition_id{static_cast<std::int32_t>(i)}, now);
    }
  }
  core.image(after);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  embedded::broker_core core{embedded::core_options{}};
  embedded::recovery back{core};
  if (in.flag()) {
    embedded::journal_reader file{in.rest()};
    while (const auto entry = file.next()) {
      if (back.apply(*entry, now)) return 0;
    }
    fuzz::require(file.at() <= in.rest().size(), "the end of what is good lies in the file");
  } else {
    // As if the checksums held.
    while (!in.empty()) {
      if (back.apply(in.piece(), now)) return 0;
    }
  }
  go_on(core);
  return 0;
}
