#pragma once

#include <cstdint>
#include <kwire/protocol/api.hpp>
#include <kwire/protocol/api_facts.hpp>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/wire/error.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/type_info.hpp>
#include <kwire/protocol/wire/writer.hpp>

namespace kwire::protocol {

enum class direction : std::uint8_t { request, response, stored, header };

/// Version that no message reaches: "never flexible".
inline constexpr std::int16_t never = 0x7fff;

/// The logs of the coordinators: __consumer_offsets, __transaction_state and __share_group_state.
enum class coordinator_log : std::uint8_t { none, group, transaction, share };

/// What a stored message is a half of: the records of one type in a coordinator's log. Each key begins with
/// the type, each value with the version of its message.
struct record_half {
  enum part : std::uint8_t { key, value };
  coordinator_log log = coordinator_log::none;
  std::int16_t type = -1;
  part which = value;

  friend constexpr bool operator==(const record_half&, const record_half&) = default;
};

/// Facts of a message that hold for all its versions; sits on the struct as `info`.
struct message_info {
  std::string_view name;  ///< Kafka's, e.g. `MetadataRequest`
  api key{};
  direction way{};
  version_range versions;              ///< all that are described
  std::int16_t flexible = never;       ///< first version with compact lengths and tagged fields
  std::int16_t latest_stable = never;  ///< versions above are described but never negotiated
  record_half half{};                  ///< of stored messages only

  constexpr bool is_flexible(std::int16_t version) const { return version >= flexible; }
  constexpr version_range stable() const {
    return {versions.min, versions.max < latest_stable ? versions.max : latest_stable};
  }
};

/// The facts of a coordinator record's key, which has but one version.
constexpr message_info record_key(std::string_view name, coordinator_log log, std::int16_t type) {
  return {name, no_api, direction::stored, {0, 0}, never, never, {log, type, record_half::key}};
}
constexpr message_info record_value(std::string_view name, coordinator_log log, std::int16_t type,
                                    version_range versions = {0, 0}, std::int16_t flexible = 0) {
  return {name, no_api, direction::stored, versions, flexible, never, {log, type, record_half::value}};
}

/// A message with its type forgotten.
struct message_ref {
  value_ref value;
  const message_info* info;
};

template <class M>
message_ref ref(M& message) noexcept {
  return {{&message, type_of<M>}, &M::info};
}
/// The encoding visitors never write to what they visit; one cast here saves a second set of tables.
template <class M>
message_ref ref(const M& message) noexcept {
  return ref(const_cast<M&>(message));
}

/// Appends `message` in the form of `version`. Fails with `unsupported_version`, or `not_representable`
/// naming the first field that holds something the version cannot carry.
[[nodiscard]] wire_result<void> encode(message_ref message, std::int16_t version, writer& out);

/// Octets that `encode` will append.
[[nodiscard]] std::size_t encoded_size(message_ref message, std::int16_t version);

/// Reads a whole message; every octet of `input` must belong to it. Storage that `message` already has is
/// reused. On failure the message holds a mixture and must not be read.
[[nodiscard]] wire_result<void> decode(message_ref message, std::int16_t version, bytes_view input);

/// Reads a message from the octets in front and leaves what follows it to be read. Offsets of errors are the
/// reader's.
[[nodiscard]] wire_result<void> decode_front(message_ref message, std::int16_t version, reader& in);

/// A stored message (`direction::stored`): the version as int16, then the message; before a record key
/// stands the record's type instead.
[[nodiscard]] wire_result<void> encode_stored(message_ref message, std::int16_t version, writer& out);

/// Reads what `encode_stored` wrote and gives the version found. One above ours is read as our latest and
/// what it adds at the end is ignored, so that members of different ages understand each other, as in Kafka.
/// A key of another type than the message's is `unsupported_version`.
[[nodiscard]] wire_result<std::int16_t> decode_stored(message_ref message, bytes_view input);

template <class M>
[[nodiscard]] wire_result<void> encode(const M& message, std::int16_t version, writer& out) {
  return encode(ref(message), version, out);
}
template <class M>
[[nodiscard]] std::size_t encoded_size(const M& message, std::int16_t version) {
  return encoded_size(ref(message), version);
}
template <class M>
[[nodiscard]] wire_result<void> decode(M& message, std::int16_t version, bytes_view input) {
  return decode(ref(message), version, input);
}

}  // namespace kwire::protocol
