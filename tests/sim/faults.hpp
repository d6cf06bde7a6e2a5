#pragma once

#include <string>
#include <vector>

#include "agenda.hpp"
#include "options.hpp"

namespace kwire::sim {

/// Something that goes wrong at some time for some time. What `who` and `where` mean depends on the kind.
struct misfortune {
  enum class kind : std::uint8_t {
    cut,          ///< connections of host `who` break at any octet; `where` percent of them
    silence,      ///< nothing passes between host `who` and node `where`
    kill_links,   ///< connections between them fall silent for good
    drip,         ///< what passes between them comes in small pieces, slowly
    refuse,       ///< node `where` takes no new connections
    pause_host,   ///< the process `who` stands still
    pause_node,   ///< node `where` stands still
    crash_node,   ///< with the tail that followers do not have
    stop_node,    ///< in order
    move_leader,  ///< of partition `who` to node `where`
    bump_epoch,   ///< of partition `who`
    move_coordinator,
    refuse_requests,  ///< an API answers an error
    delay_answers,
    drop_requests,  ///< an API's requests are cut off before they are served
    drop_answers,   ///< and after
    throttle,
    hold_replication,
    hide_topic,
    jump_clock,     ///< of the brokers, forward
    kill_consumer,  ///< without a word; another one comes instead
    count_
  };
  micros at = 0;
  kind what{};
  std::uint32_t who = 0;
  std::int32_t where = 0;
  micros lasts = 0;
  std::uint32_t how = 0;

  std::string describe() const;
};

using fault_plan = std::vector<misfortune>;

/// The misfortunes of a seed, in order of time.
fault_plan draw_plan(const scenario& from);

}  // namespace kwire::sim
