#pragma once

#include <algorithm>
#include <cstdint>
#include <kwire/protocol/wire/type_info.hpp>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace kwire::protocol {

/// What a field's line in `describe` says besides name and storage, with Kafka's meaning of the words.
class traits {
 public:
  constexpr traits() = default;

  /// First version that has the field.
  constexpr traits since(std::int16_t version) const { return with(&traits::since_, version); }
  /// Last version that has the field.
  constexpr traits until(std::int16_t version) const { return with(&traits::until_, version); }
  /// First version in which the field may be null (the member is a `std::optional`).
  constexpr traits null(std::int16_t version = 0) const { return with(&traits::null_since_, version); }
  /// Tagged field number; such a field exists in flexible versions alone.
  constexpr traits tag(std::int16_t number) const { return with(&traits::tag_, number); }
  /// Value of a number at versions without the field (and the one a tagged field is left out for).
  constexpr traits def(std::int64_t value) const {
    auto copy = *this;
    copy.fallback_ = value;
    return copy;
  }
  /// The default is null.
  constexpr traits def_null() const {
    auto copy = *this;
    copy.null_fallback_ = true;
    return copy;
  }
  /// May be dropped silently when the version has no such field.
  constexpr traits ignorable() const {
    auto copy = *this;
    copy.ignorable_ = true;
    return copy;
  }
  /// Never printed unless asked for.
  constexpr traits secret() const {
    auto copy = *this;
    copy.secret_ = true;
    return copy;
  }
  /// A string that keeps its two octets of length in flexible versions.
  constexpr traits classic() const {
    auto copy = *this;
    copy.classic_ = true;
    return copy;
  }
  /// Key of a map in Kafka's schema; kept for the schema dump.
  constexpr traits key() const {
    auto copy = *this;
    copy.key_ = true;
    return copy;
  }

  constexpr bool exists(std::int16_t version) const { return version >= since_ && version <= until_; }
  constexpr bool nullable(std::int16_t version) const { return null_since_ >= 0 && version >= null_since_; }
  constexpr std::int16_t first_version() const { return since_; }
  constexpr std::int16_t last_version() const { return until_; }
  constexpr std::int16_t first_nullable() const { return null_since_; }
  constexpr std::int16_t tag_number() const { return tag_; }
  constexpr std::int64_t fallback() const { return fallback_; }
  constexpr bool null_by_default() const { return null_fallback_; }
  constexpr bool is_ignorable() const { return ignorable_; }
  constexpr bool is_secret() const { return secret_; }
  constexpr bool is_classic() const { return classic_; }
  constexpr bool is_key() const { return key_; }

 private:
  constexpr traits with(std::int16_t traits::* member, std::int16_t value) const {
    auto copy = *this;
    copy.*member = value;
    return copy;
  }

  std::int64_t fallback_ = 0;
  std::int16_t since_ = 0;
  std::int16_t until_ = 0x7fff;
  std::int16_t null_since_ = -1;
  std::int16_t tag_ = -1;
  bool null_fallback_ = false;
  bool ignorable_ = false;
  bool secret_ = false;
  bool classic_ = false;
  bool key_ = false;
};

inline constexpr traits all{};
constexpr traits since(std::int16_t version) { return all.since(version); }
constexpr traits until(std::int16_t version) { return all.until(version); }

/// Tagged fields of a structure that its description does not know: kept and written again, so that a
/// message passes through unharmed. Costs one pointer while there are none.
class unknown_fields {
 public:
  struct entry {
    std::uint32_t tag;
    kwire::bytes content;
    friend bool operator==(const entry&, const entry&) = default;
  };

  unknown_fields() = default;
  unknown_fields(const unknown_fields& other) : entries_(copy(other)) {}
  unknown_fields(unknown_fields&&) noexcept = default;
  unknown_fields& operator=(const unknown_fields& other) {
    entries_ = copy(other);
    return *this;
  }
  unknown_fields& operator=(unknown_fields&&) noexcept = default;
  ~unknown_fields() = default;

  bool empty() const noexcept { return !entries_ || entries_->empty(); }
  void clear() noexcept { entries_.reset(); }
  void add(std::uint32_t tag, bytes_view content) {
    if (!entries_) entries_ = std::make_unique<std::vector<entry>>();
    entries_->push_back({tag, to_bytes(content)});
  }
  std::span<const entry> entries() const noexcept {
    return entries_ ? std::span<const entry>{*entries_} : std::span<const entry>{};
  }
  friend bool operator==(const unknown_fields& a, const unknown_fields& b) {
    return std::ranges::equal(a.entries(), b.entries());
  }

 private:
  static std::unique_ptr<std::vector<entry>> copy(const unknown_fields& other) {
    return other.entries_ ? std::make_unique<std::vector<entry>>(*other.entries_) : nullptr;
  }
  std::unique_ptr<std::vector<entry>> entries_;
};

/// Receives the fields of a structure in wire order, one call a line of its `describe`.
class visitor {
 public:
  template <class T>
  void operator()(std::string_view name, T& field, traits how = {}) {
    visit(name, {&field, type_of<T>}, how);
  }

 protected:
  ~visitor() = default;
  virtual void visit(std::string_view name, value_ref field, const traits& how) = 0;
};

}  // namespace kwire::protocol
