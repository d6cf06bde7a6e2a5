#pragma once

#include <set>

#include "peers/transaction_peers.hpp"
#include "peers/troupe.hpp"

namespace kwire::sim {

/// Writers of one topic, copiers of it to another, readers of both; instances that do not know that another
/// one has taken over.
class transaction_troupe : public troupe {
 public:
  explicit transaction_troupe(stage on);

  void start() override;
  bool request(host_id host, wire_id wire, const frame_head& head, bytes& frame) override;
  void served(host_id host, const frame_head& head, bytes& frame) override;
  void answer(host_id host, wire_id wire, const frame_head& head, bytes& frame) override;
  void moved() override;
  void flap() override;
  void kill(std::uint32_t who) override;
  void finish() override { setting_.over = true; }
  std::string unsettled() override;
  std::int64_t progress() const override;
  void check() override;

 protected:
  using instance = std::unique_ptr<transactional_instance>;
  virtual instance make_writer(const std::string& transactional_id);
  virtual instance make_copier(const std::string& transactional_id);
  /// One more process with that transactional id.
  void another(const std::string& transactional_id);
  bool is_newest(const transactional_instance& one) { return setting_.newest[one.name()] == one.number(); }

  transaction_judge history_;
  transaction_setting setting_;
  std::vector<instance> writers_;
  std::vector<instance> copiers_;
  bool group_assigns_ = false;  ///< what is copied by whom: it may be one who has not noticed a takeover

 private:
  struct watched {
    std::int64_t seen = 0;  ///< of the log
    std::int64_t stable = 0;
  };

  template <class Peer, class... More>
  std::unique_ptr<Peer> cast(More... more);
  void begin_soon(transactional_instance& one);
  std::vector<transactional_instance*> instances(bool newest_only);
  void watch(const std::string& name, embedded::topic& of);
  void check_appended(const std::string& topic, std::int32_t index, const protocol::batch_view& batch);
  const embedded::transaction* transaction_of(producer_id id) const;
  std::vector<transaction_judge::line> read_log(const embedded::partition& from);
  void forge_epoch(const frame_head& head, bytes& frame);
  bool lose_commit(bytes& frame);
  void apply_offsets(const bytes& frame);

  std::vector<std::unique_ptr<reading_peer>> readers_;
  std::map<transaction_judge::place, watched> watched_;
  std::map<std::int32_t, std::int64_t> offsets_;
  std::set<std::pair<std::string, producer_epoch>> lost_;  ///< by a mutant
};

}  // namespace kwire::sim
