#pragma once

#include "api/delivery_queue.hpp"
#include "core/producer/producer_core.hpp"
#include "host.hpp"
#include "judge.hpp"
#include "mutants.hpp"
#include "options.hpp"

namespace kwire::sim {

/// A program that produces numbered records and keeps what it is told of them. Does with the accumulator and
/// the core what `kwire::producer` does, without its threads.
class producer_app final : public application, private core::producer_sink {
 public:
  producer_app(std::uint32_t id, host& on, const scenario& plan, bool idempotent, judge& truth, mutant wrong);
  ~producer_app() override;

  void start();
  /// No further records; what is left is flushed.
  void finish();
  bool done() const { return finished_ && truth_.unreported(id_) == 0; }
  /// Ends by the close time-out; what has no outcome by then gets one.
  void close();
  std::uint64_t produced() const noexcept { return last_; }
  const core::producer_core& core() const noexcept { return core_; }

 private:
  void pumped() override;
  void finished(core::finished_batch done) override { reports_.push(std::move(done)); }
  void topics_changed() override {}
  void tick();
  bool produce(std::uint64_t number, std::int32_t partition);
  void report(const delivery& what);

  const std::uint32_t id_;
  host& host_;
  const scenario& plan_;
  core::producer_settings settings_;
  judge& truth_;
  const mutant wrong_;
  core::random_source random_;
  core::accumulator accumulator_;
  api_detail::delivery_queue reports_;
  core::producer_core core_;
  std::uint64_t last_ = 0;
  bool finished_ = false;
};

/// What a record of the simulation holds: producer and number, and filling.
std::string make_value(const record_key& key, std::size_t filling);
std::optional<record_key> read_value(std::optional<bytes_view> value);

}  // namespace kwire::sim
