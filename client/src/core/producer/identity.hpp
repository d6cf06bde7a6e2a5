#pragma once

#include <kwire/protocol/messages/init_producer_id.hpp>
#include <optional>

#include "core/backoff.hpp"
#include "core/config/client_settings.hpp"
#include "core/config/producer_settings.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// The producer id and epoch that sequence numbers belong to (KIP-98): fetched before the first batch goes
/// out, renewed when sequence numbers had to be given up (KIP-360).
class identity {
 public:
  enum class state : std::uint8_t {
    none_needed,
    awaited,  ///< comes with the registration of the transactional id
    wanted,
    asking,
    ready,
    refused
  };

  identity(const client_settings& client, producer_settings& settings, random_source& random);

  state now_is() const noexcept { return state_; }
  bool ready() const noexcept { return state_ == state::none_needed || state_ == state::ready; }
  bool idempotent() const noexcept { return state_ != state::none_needed; }
  producer_id id() const noexcept { return id_; }
  producer_epoch epoch() const noexcept { return epoch_; }
  /// Why there will be none; valid when `refused`.
  const error& refusal() const noexcept { return refusal_; }

  /// A new epoch is needed before anything else is sent under sequence numbers that restart. Counted up
  /// here, as Java does: with the same id brokers refuse what is still on its way under the old epoch, which
  /// a new id would let through. False when the epochs are used up and a new id has to be asked for.
  bool renew(std::vector<event>& events);
  /// The request that is due, if one is.
  std::optional<request> poll(time_point now, std::uint64_t token);
  void digest(const response& answer, time_point now, std::vector<event>& events);
  /// What the transaction coordinator gave.
  void assign(producer_id id, producer_epoch epoch, std::vector<event>& events);
  time_point next_deadline() const noexcept { return state_ == state::wanted ? not_before_ : never; }

 private:
  void unsupported(const error& why, std::vector<event>& events);

  const client_settings* client_;
  producer_settings* settings_;
  random_source* random_;
  backoff pause_;
  state state_;
  producer_id id_ = no_producer_id;
  producer_epoch epoch_ = no_producer_epoch;
  time_point not_before_{};
  error refusal_;
};

}  // namespace kwire::core
