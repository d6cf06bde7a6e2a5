#pragma once

#include <functional>

#include "peers/log_reader.hpp"
#include "peers/transactional_peer.hpp"

namespace kwire::sim {

/// Writes transactions of numbered records to several partitions.
class writing_peer final : public transactional_peer {
 public:
  using transactional_peer::transactional_peer;

 private:
  void ready(bool again) override;

  std::uint64_t last_ = 0;
};

/// Reads partitions of one topic and writes what it reads to another, each portion with the offset behind it
/// in one transaction. Every instance of a transactional id has the same partitions.
class copying_peer final : public transactional_peer {
 public:
  copying_peer(host_id id, surroundings around, std::uint64_t seed, transaction_setting& setting,
               std::string transactional_id, std::vector<std::int32_t> partitions);
  std::optional<std::int64_t> copied(std::int32_t partition) const override;

 private:
  void ready(bool again) override;
  void find_positions();
  void next();
  void copy(std::int32_t partition, const read_result& found);

  const std::vector<std::int32_t> partitions_;
  std::map<std::int32_t, std::int64_t> positions_;
  std::size_t turn_ = 0;
};

/// Reads a topic from its beginning.
class reading_peer final : public peer {
 public:
  reading_peer(host_id id, surroundings around, std::uint64_t seed, transaction_setting& setting,
               std::string topic, bool committed);
  void start() override;
  std::int64_t position(std::int32_t partition) const;
  const std::string& topic() const noexcept { return topic_; }

 private:
  void next(std::int32_t partition);
  void broken(const std::string& what) override { setting_.truth.broken('X', what); }

  transaction_setting& setting_;
  const std::string topic_;
  const bool committed_;
  std::map<std::int32_t, std::int64_t> positions_;
};

}  // namespace kwire::sim
