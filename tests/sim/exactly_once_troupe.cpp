#include "exactly_once_troupe.hpp"

#include <algorithm>
#include <utility>

#include "peers/transaction_peers.hpp"

namespace kwire::sim {
namespace {

core::producer_settings adapt(core::producer_settings settings, const transaction_setting& setting,
                              std::string transactional_id) {
  settings.transactional_id = std::move(transactional_id);
  settings.transaction_timeout = std::chrono::milliseconds{setting.timeout_ms};
  settings.report_by_poll = true;
  return settings;
}

core::consumer_settings adapt(core::consumer_settings settings) {
  settings.group_id = copiers_group;
  settings.auto_commit = false;
  settings.level = core::isolation::read_committed;
  return settings;
}

}  // namespace

transactional_process::transactional_process(host& on, std::string transactional_id, bool copies,
                                             parts around, std::uint64_t seed)
    : host_(on),
      transactional_id_(std::move(transactional_id)),
      around_(std::move(around)),
      random_(seed),
      app_(on, adapt(around_.plan.producer, around_.setting, transactional_id_), around_.setting.history,
           random_.next()) {
  if (!copies) return;
  copier_ =
      std::make_unique<copier_app>(on, adapt(around_.plan.consumer), app_, around_.setting, random_.next());
}

transactional_process::~transactional_process() = default;

void transactional_process::begin() {
  host_.at(host_.clock(), [this] {
    app_.start([this] { ready(); }, [this](const error& why) { ended(why); });
    host_.pump();
  });
}

void transactional_process::ready() {
  if (!copier_) return write();
  reads_ = true;
  copier_->start();
}

void transactional_process::write() {
  resting_ = around_.setting.over;
  if (resting_) return;
  auto what = some_writes(random_, around_.setting, number(), last_);
  const auto pause = static_cast<micros>(random_.below(300 * millisecond));
  host_.at(host_.clock() + pause, [this, what = std::move(what)] {
    resting_ = around_.setting.over;
    if (!resting_) app_.carry_out(what, std::nullopt, [this](bool) { write(); });
  });
}

/// Fenced, mostly by the next process of that name. If it was by a request that came late from one before,
/// the next one has to be started.
void transactional_process::ended(const error& why) {
  around_.log.line([&] { return "client " + std::to_string(number()) + " ends: " + why.message(); });
  gone_ = true;
  if (reads_) copier_->give_in();
  if (around_.setting.newest[transactional_id_] == number()) around_.replaced();
}

bool transactional_process::at_rest() const {
  if (gone_) return true;
  return copier_ ? copier_->idle() && !app_.in_transaction() : resting_;
}

std::optional<std::int64_t> transactional_process::copied(std::int32_t partition) const {
  if (!copier_ || gone_ || !at_rest()) return std::nullopt;
  return copier_->position(partition);
}

void transactional_process::close() {
  if (host_.dead()) return;
  const bool in_hand = app_.in_transaction();
  if (!gone_) app_.close();
  if (reads_) in_hand ? copier_->give_in() : copier_->close();
}

exactly_once_troupe::exactly_once_troupe(stage on) : transaction_troupe(std::move(on)) {
  setting_.second_version = !on_.plan.old_transactions;
  group_assigns_ = true;
}

transaction_troupe::instance exactly_once_troupe::make(const std::string& transactional_id, bool copies) {
  transactional_process::parts parts{on_.log, setting_, on_.plan, {}};
  parts.replaced = [this, transactional_id] {
    if (!closing_) after(20 * millisecond, [this, transactional_id] { another(transactional_id); });
  };
  return std::make_unique<transactional_process>(on_.start_host(), transactional_id, copies, std::move(parts),
                                                 random().next());
}

void exactly_once_troupe::close() {
  closing_ = true;
  for (const auto* some : {&copiers_, &writers_}) {
    for (const auto& one : *some) one->close();
  }
}

bool exactly_once_troupe::closed() const {
  return std::ranges::all_of(copiers_, [](const auto& one) { return one->closed(); });
}

}  // namespace kwire::sim
