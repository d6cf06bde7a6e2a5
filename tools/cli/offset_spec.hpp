#pragma once

#include <cstdint>
#include <kwire/client/record.hpp>
#include <optional>
#include <string_view>

namespace kwire::cli {

/// What `-o` says.
struct offset_spec {
  enum class kind : std::uint8_t {
    beginning,
    end,
    stored,
    absolute,    ///< this offset
    from_end,    ///< so many records before the end
    start_time,  ///< the first record not older
    stop_time,   ///< stop at the first record not older
  };

  kind what = kind::beginning;
  std::int64_t number = 0;  ///< offset, records, or milliseconds since 1970
};

/// Reads `beginning`, `end`, `stored`, N, -N, s@MS, e@MS, or @TIME, where TIME is milliseconds since 1970, a
/// date (2026-11-01[T10:30[:15[.250]]][Z], local time without Z) or a duration back from `now` (-90s, -15m,
/// -2h, -1d). Throws `usage_error`.
offset_spec parse_offset(std::string_view text, timestamp now);

/// The time part of `@TIME`; nothing when it is none.
std::optional<std::int64_t> parse_time(std::string_view text, timestamp now);

}  // namespace kwire::cli
