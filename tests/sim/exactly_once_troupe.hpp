#pragma once

#include "copier_app.hpp"
#include "peers/transaction_troupe.hpp"
#include "transactional_app.hpp"

namespace kwire::sim {

/// A process of kwire's that writes transactions, or copies as a member of a group.
class transactional_process final : public transactional_instance {
 public:
  struct parts {
    trace& log;
    transaction_setting& setting;
    const scenario& plan;
    std::function<void()> replaced;  ///< it cannot go on; whoever runs it starts another
  };
  transactional_process(host& on, std::string transactional_id, bool copies, parts around,
                        std::uint64_t seed);
  ~transactional_process() override;

  host_id number() const override { return host_.id(); }
  endpoint& process() override { return host_; }
  const std::string& name() const override { return transactional_id_; }
  bool at_rest() const override;
  void begin() override;
  std::optional<std::int64_t> copied(std::int32_t partition) const override;
  void close() override;
  bool closed() const override { return host_.dead() || !reads_ || copier_->closed(); }

 private:
  void ready();
  void write();
  void ended(const error& why);

  host& host_;
  const std::string transactional_id_;
  parts around_;
  core::random_source random_;
  transactional_app app_;
  std::unique_ptr<copier_app> copier_;  ///< of a process that copies
  std::uint64_t last_ = 0;
  bool reads_ = false;
  bool resting_ = false;
  bool gone_ = false;
};

/// The transactions of kwire's own producer and consumer: as `transaction_troupe`, but those who write and
/// copy are kwire's, and the copiers are members of one group.
class exactly_once_troupe final : public transaction_troupe {
 public:
  explicit exactly_once_troupe(stage on);

  void close() override;
  bool closed() const override;

 private:
  instance make_writer(const std::string& transactional_id) override { return make(transactional_id, false); }
  instance make_copier(const std::string& transactional_id) override { return make(transactional_id, true); }
  instance make(const std::string& transactional_id, bool copies);

  bool closing_ = false;
};

}  // namespace kwire::sim
