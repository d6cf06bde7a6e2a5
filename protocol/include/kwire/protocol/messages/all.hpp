#pragma once

#include <kwire/protocol/wire/message.hpp>
#include <memory>
#include <span>
#include <string_view>

namespace kwire::protocol {

/// A message of a kind that is known at run time only. It owns its storage.
class any_message {
 public:
  template <class M>
  static any_message of() {
    return any_message{new M{}, type_of<M>, &M::info, [](void* at) { delete static_cast<M*>(at); }};
  }

  const message_info& info() const noexcept { return *info_; }
  /// For `encode`, `decode` and the printers; valid as long as this object.
  message_ref ref() const noexcept { return {{storage_.get(), type_}, info_}; }

 private:
  any_message(void* at, const type_info* type, const message_info* info, void (*destroy)(void*))
      : storage_(at, destroy), type_(type), info_(info) {}

  std::unique_ptr<void, void (*)(void*)> storage_;
  const type_info* type_;
  const message_info* info_;
};

/// A line of the list of all messages.
struct message_entry {
  const message_info* info;
  any_message (*make)();   ///< with every field at its default
  const api_facts* facts;  ///< of requests; else null
};

/// Requests and responses by key, then the stored messages, then the headers.
std::span<const message_entry> all_messages() noexcept;

/// The request or response of a key, or null when it is not described. Stored messages have no key: ask by
/// name or by the record they are in.
const message_entry* find_message(api key, direction way) noexcept;

/// The key or the value of a coordinator's records of one type, which is what the record's key begins with.
const message_entry* find_message(const record_half& half) noexcept;

/// By Kafka's name, e.g. `MetadataRequest`.
const message_entry* find_message(std::string_view name) noexcept;

}  // namespace kwire::protocol
