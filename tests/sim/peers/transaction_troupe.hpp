#pragma once

#include <set>

#include "peers/transaction_peers.hpp"
#include "peers/troupe.hpp"

namespace kwire::sim {

/// Writers of one topic, copiers of it to another, readers of both; instances that do not know that another
/// one has taken over.
class transaction_troupe final : public troupe {
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

 private:
  struct watched {
    std::int64_t seen = 0;  ///< of the log
    std::int64_t stable = 0;
  };

  template <class Peer, class... More>
  Peer& cast(std::vector<std::unique_ptr<Peer>>& into, More... more);
  void another(const std::string& transactional_id);
  std::vector<transactional_peer*> instances(bool newest_only);
  void watch(const std::string& name, embedded::topic& of);
  void check_appended(const std::string& topic, std::int32_t index, const protocol::batch_view& batch);
  const embedded::transaction* transaction_of(producer_id id) const;
  std::vector<transaction_judge::line> read_log(const embedded::partition& from);
  void forge_epoch(const frame_head& head, bytes& frame);
  bool lose_commit(bytes& frame);
  void apply_offsets(const bytes& frame);

  transaction_judge history_;
  transaction_setting setting_;
  std::vector<std::unique_ptr<writing_peer>> writers_;
  std::vector<std::unique_ptr<copying_peer>> copiers_;
  std::vector<std::unique_ptr<reading_peer>> readers_;
  std::map<transaction_judge::place, watched> watched_;
  std::map<std::int32_t, std::int64_t> offsets_;
  std::set<std::pair<std::string, producer_epoch>> lost_;  ///< by a mutant
};

}  // namespace kwire::sim
