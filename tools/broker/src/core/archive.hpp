#pragma once

#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/writer.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "core/types.hpp"

namespace kwire::embedded {

/// Writes values into a journal entry or reads them back, field by field in the same order, so that what is
/// stored is described once: by a call `a(first, second, ...)`, for a class by its member
/// `describe(archive&)` or a function of that name. Reading trusts nothing: a count that is too large ends
/// with the bytes.
class archive {
 public:
  explicit archive(protocol::writer& out) noexcept : out_(&out) {}
  explicit archive(protocol::reader& in) noexcept : in_(&in) {}

  bool reading() const noexcept { return in_ != nullptr; }
  bool ok() const noexcept { return in_ == nullptr || in_->ok(); }
  /// What was read cannot be.
  void fail() noexcept {
    if (in_ != nullptr) in_->fail(protocol::wire_errc::bad_record);
  }

  template <class... T>
  void operator()(T&... fields) {
    (field(fields), ...);
  }
  /// For who only writes.
  template <class... T>
  void put(const T&... fields) {
    (field(const_cast<T&>(fields)), ...);
  }

 private:
  template <class T>
  void field(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      auto octet = static_cast<std::int8_t>(value ? 1 : 0);
      number(octet);
      value = octet != 0;
    } else if constexpr (std::is_enum_v<T>) {
      auto plain = static_cast<std::underlying_type_t<T>>(value);
      number(plain);
      value = static_cast<T>(plain);
    } else if constexpr (std::is_integral_v<T>) {
      number(value);
    } else if constexpr (requires { value.describe(*this); }) {
      value.describe(*this);
    } else {
      describe(*this, value);
    }
  }

  template <class Int>
  void number(Int& value) {
    if constexpr (sizeof(Int) == 1) {
      if (reading()) {
        const auto octet = in_->take(1);
        value = octet.empty() ? Int{} : static_cast<Int>(octet[0]);
      } else {
        const auto octet = static_cast<std::byte>(value);
        out_->raw({&octet, 1});
      }
    } else if (reading()) {
      value = in_->template fixed<Int>();
    } else {
      out_->fixed(value);
    }
  }

  void field(double& value) {
    if (reading()) {
      value = in_->float64();
    } else {
      out_->float64(value);
    }
  }
  void field(std::string& value) {
    auto size = static_cast<std::uint32_t>(value.size());
    number(size);
    if (reading()) {
      value = as_text(in_->take(size));
    } else {
      out_->raw(as_bytes(value));
    }
  }
  void field(bytes& value) {
    auto size = static_cast<std::uint32_t>(value.size());
    number(size);
    if (reading()) {
      value = to_bytes(in_->take(size));
    } else {
      out_->raw(value);
    }
  }
  void field(uuid& value) {
    if (reading()) {
      value = in_->id();
    } else {
      out_->id(value);
    }
  }
  void field(instant& value) {
    std::int64_t count = value.time_since_epoch().count();
    number(count);
    // Far enough from the limits that nobody's arithmetic overflows.
    constexpr auto most = std::int64_t{1} << 61;
    if (count < -most || count > most) {
      fail();
      count = 0;
    }
    value = instant{std::chrono::microseconds{count}};
  }
  template <class A, class B>
  void field(std::pair<A, B>& value) {
    (*this)(value.first, value.second);
  }
  template <class T>
  void field(std::optional<T>& value) {
    bool has = value.has_value();
    field(has);
    if (reading()) value.reset();
    if (!has || !ok()) return;
    if (reading()) value.emplace();
    field(*value);
  }
  template <class T>
  void field(std::vector<T>& value) {
    auto left = count(value);
    if (!reading()) {
      for (auto& one : value) field(one);
      return;
    }
    for (; left > 0 && ok(); --left) field(value.emplace_back());
  }
  template <class T>
  void field(std::set<T>& value) {
    auto left = count(value);
    if (!reading()) {
      for (const auto& one : value) field(const_cast<T&>(one));
      return;
    }
    for (; left > 0 && ok(); --left) {
      T one{};
      field(one);
      value.insert(std::move(one));
    }
  }
  template <class K, class V, class C>
  void field(std::map<K, V, C>& value) {
    auto left = count(value);
    if (!reading()) {
      for (auto& [key, mapped] : value) (*this)(const_cast<K&>(key), mapped);
      return;
    }
    for (; left > 0 && ok(); --left) {
      K key{};
      field(key);
      field(value[std::move(key)]);
    }
  }
  /// Empties what is read into.
  template <class C>
  std::uint32_t count(C& value) {
    auto size = static_cast<std::uint32_t>(value.size());
    number(size);
    if (reading()) value.clear();
    return size;
  }

  protocol::writer* out_ = nullptr;
  protocol::reader* in_ = nullptr;
};

}  // namespace kwire::embedded
