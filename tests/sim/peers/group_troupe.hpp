#pragma once

#include "peers/group_peer.hpp"
#include "peers/troupe.hpp"

namespace kwire::sim {

/// Members of one group under KIP-848, dynamic and static ones, by name and by pattern, that read what
/// kwire's producers write.
class group_troupe final : public troupe {
 public:
  explicit group_troupe(stage on);

  void start() override;
  bool request(host_id host, wire_id wire, const frame_head& head, bytes& frame) override;
  bool may_be_late() const override { return commit_is_current_; }
  void served(host_id host, const frame_head& head, bytes& frame) override;
  void answer(host_id host, wire_id wire, const frame_head& head, bytes& frame) override;
  void flap() override;
  void kill(std::uint32_t who) override;
  std::string unsettled() override;
  std::int64_t progress() const override;
  void close() override;
  bool closed() const override;

 private:
  void join(group_peer::habits how, micros wait);
  std::vector<group_peer*> living();
  void come_back(group_peer& who, int tries);

  group_setting setting_;
  std::vector<std::unique_ptr<group_peer>> members_;
  bool commit_is_current_ = true;
  bool closing_ = false;
  unsigned last_instance_ = 0;
};

}  // namespace kwire::sim
