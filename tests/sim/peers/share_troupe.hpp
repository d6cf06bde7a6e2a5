#pragma once

#include "peers/share_judge.hpp"
#include "peers/share_peer.hpp"
#include "peers/troupe.hpp"

namespace kwire::sim {

/// Members of a share group that read what kwire's producers write. What is said between them and the brokers
/// is looked at where the brokers have it.
class share_troupe final : public troupe {
 public:
  explicit share_troupe(stage on);

  void start() override;
  bool request(host_id host, wire_id wire, const frame_head& head, bytes& frame) override;
  void answer(host_id host, wire_id wire, const frame_head& head, bytes& frame) override;
  void disconnected(host_id host, wire_id wire) override;
  void flap() override;
  void kill(std::uint32_t who) override;
  void healed() override { setting_.calm = true; }
  std::string unsettled() override;
  std::int64_t progress() const override { return static_cast<std::int64_t>(history_.finished()); }
  void close() override;
  bool closed() const override;
  void check() override;

 private:
  struct statement {
    share_judge::run what;
    std::vector<std::int8_t> types;
  };
  struct question {
    api key{};
    std::vector<statement> said;
  };

  void join(micros wait);
  std::vector<share_peer*> living();
  template <class Request>
  void listen(host_id host, wire_id wire, std::int32_t correlation, bytes& frame);
  void settle(host_id host, const question& asked, const std::map<std::int32_t, std::int16_t>& results,
              std::int16_t error);
  void hear_fetch(host_id host, const question& asked, const bytes& frame, std::int16_t version);
  void hear_acknowledge(host_id host, const question& asked, const bytes& frame, std::int16_t version);
  void tamper_answer(const frame_head& head, bytes& frame);

  share_setting setting_;
  share_judge history_;
  std::vector<std::unique_ptr<share_peer>> members_;
  std::map<std::pair<wire_id, std::int32_t>, question> open_;
};

}  // namespace kwire::sim
