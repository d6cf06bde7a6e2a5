// A producer among hostile brokers: every record has one outcome.
#include <map>

#include "core/cluster/metadata_snapshot.hpp"
#include "core/producer/producer_core.hpp"
#include "support/reactor_game.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

class game final : public core::producer_sink {
 public:
  explicit game(fuzz::input& in)
      : in_(in),
        settings_(draw(in)),
        source_(8192, 1 << 20, [] {}),
        core_(client_, settings_, source_, *this, 7) {}

  void play() {
    leaders(2);
    for (int steps = 0; !in_.empty() && steps < 4096; ++steps) step();
    core_.abandon(error{errc::closed});
    advance();
    fuzz::require(core_.unfinished_records() == 0, "no record stays without an outcome");
    for (std::uint64_t i = 1; i <= added_; ++i) fuzz::require(told_[i] == 1, "one outcome for each record");
  }

 private:
  /// The accumulator reads the real clock when it opens a batch. Virtual time is that much ahead, and so are
  /// the settings that count from there.
  static constexpr auto ahead = std::chrono::hours{1};

  static core::producer_settings draw(fuzz::input& in) {
    core::producer_settings settings;
    settings.linger = ahead + std::chrono::milliseconds{in.below(3)};
    settings.idempotence = in.flag();
    settings.acks = settings.idempotence ? -1 : static_cast<std::int64_t>(in.below(3)) - 1;
    settings.max_in_flight = static_cast<std::int64_t>(in.below(5)) + 1;
    settings.codec = static_cast<protocol::codec>(in.below(5));
    settings.delivery_timeout = ahead + std::chrono::seconds{30};
    return settings;
  }

  void step() {
    switch (in_.below(8)) {
      case 0:
      case 1: add(); break;
      case 2: now_ += std::chrono::milliseconds{in_.number<std::uint16_t>()}; break;
      case 3: leaders(in_.below(4)); break;
      default:
        fuzz::answer_one(requests_, in_, now_, [this](std::uint64_t token, core::response back) {
          core_.handle(token, std::move(back), now_);
        });
    }
    advance();
  }

  void advance() {
    for (int round = 0; round < 20; ++round) {
      core_.advance(now_);
      auto made = std::exchange(core_.out().requests, {});
      core_.out() = {};
      for (auto& asked : made) requests_.push_back(std::move(asked));
      if (made.empty()) return;
    }
  }

  void add() {
    auto& topic = source_.topic("t");
    const auto* table = topic.partitions.load();
    if (table == nullptr || table->slots.empty()) return;
    core::accumulator::item what;
    what.timestamp_ms = 1'000;
    what.value = in_.take(in_.below(64));
    what.opaque = added_ + 1;
    delivery_callback report{[this](const delivery& d) { ++told_[d.opaque()]; }};
    std::size_t needed = 0;
    auto& slot = *table->slots[in_.below(table->slots.size())];
    if (source_.append(slot, what, report, core::accumulator::placing::fixed, needed) ==
        core::accumulator::appended::ok)
      ++added_;
  }

  void leaders(std::size_t partitions) {
    (void)source_.topic("t");
    auto snapshot = std::make_shared<core::metadata_snapshot>();
    snapshot->revision = ++revision_;
    auto info = std::make_shared<core::topic_info>();
    info->name = "t";
    info->id.octets[0] = 1;
    for (std::size_t i = 0; i < partitions; ++i) {
      // Leaders 1 and 2, or none; 1 once the input is used up.
      const auto leader = in_.empty() ? 1 : static_cast<std::int32_t>(in_.below(3));
      info->partitions.emplace_back().leader = leader == 0 ? no_node : node_id{leader};
    }
    if (partitions == 0) info->error = broker_errc::unknown_topic_or_partition;
    snapshot->names[info->id] = "t";
    snapshot->topics["t"] = std::move(info);
    core_.metadata_changed(snapshot, now_);
    advance();
  }

  void finished(core::finished_batch done) override {
    done.report([](const char*) {});
  }
  void topics_changed() override {}

  fuzz::input& in_;
  core::client_settings client_;
  core::producer_settings settings_;
  core::accumulator source_;
  core::producer_core core_;
  core::time_point now_ = std::chrono::steady_clock::now() + ahead;
  std::deque<core::request> requests_;
  std::map<std::uint64_t, int> told_;
  std::uint64_t added_ = 0;
  std::uint64_t revision_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, std::min<std::size_t>(size, 8192)};
  game{in}.play();
  return 0;
}
