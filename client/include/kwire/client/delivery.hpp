#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <kwire/client/error.hpp>
#include <kwire/client/record.hpp>
#include <new>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace kwire {

/// What is known of a record's fate.
enum class outcome : std::uint8_t {
  persisted,           ///< in the log, as `acks` asks for
  not_persisted,       ///< certainly not in the log; produce it again without fear of a duplicate
  possibly_persisted,  ///< it was sent and nothing certain was heard of it
};

/// The end of one record's way, told exactly once. Views are valid during the callback.
class delivery {
 public:
  delivery(outcome what, std::string_view topic, partition_id partition, std::int64_t offset,
           std::uint64_t opaque, const kwire::error* why)
      : what_(what), topic_(topic), partition_(partition), offset_(offset), opaque_(opaque), why_(why) {}
  delivery& at(kwire::timestamp time, kwire::timestamp_type whose) noexcept {
    timestamp_ = time;
    type_ = whose;
    return *this;
  }
  delivery& after(std::chrono::microseconds latency) noexcept {
    latency_ = latency;
    return *this;
  }
  delivery& with(const record_view* record) noexcept {
    record_ = record;
    return *this;
  }

  /// No error: the record is persisted (with acks=0: was handed to the network).
  explicit operator bool() const noexcept { return why_ == nullptr; }
  outcome result() const noexcept { return what_; }
  const kwire::error& error() const noexcept { return *why_; }
  std::string_view topic() const noexcept { return topic_; }
  partition_id partition() const noexcept { return partition_; }
  /// -1 when the broker did not tell it.
  std::int64_t offset() const noexcept { return offset_; }
  /// What `record::opaque` was given.
  std::uint64_t opaque() const noexcept { return opaque_; }
  /// The time the record bears in the log: the broker's where the topic has message.timestamp.type of
  /// LogAppendTime, else the record's own.
  kwire::timestamp timestamp() const noexcept { return timestamp_; }
  kwire::timestamp_type timestamp_type() const noexcept { return type_; }
  /// From `produce` to the outcome. Batches are timed, and within a batch a coarse clock tells how much later
  /// a record came: exact to a tick of the kernel's, some 4 ms.
  std::chrono::microseconds latency() const noexcept { return latency_; }
  /// With `delivery.report.record=true` the record as it was produced (key, value, headers, its own time),
  /// else null.
  const record_view* record() const noexcept { return record_; }

 private:
  outcome what_;
  std::string_view topic_;
  partition_id partition_;
  std::int64_t offset_;
  std::uint64_t opaque_;
  const kwire::error* why_;
  kwire::timestamp timestamp_{};
  kwire::timestamp_type type_ = kwire::timestamp_type::none;
  std::chrono::microseconds latency_{};
  const record_view* record_ = nullptr;
};

/// Takes a delivery report. Captures of up to 32 octets are kept in place, so that a report costs no
/// allocation; larger ones take one. Move-only.
class delivery_callback {
 public:
  delivery_callback() noexcept = default;

  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, delivery_callback> &&
             std::is_invocable_v<F&, const delivery&>)
  delivery_callback(F&& function) {  // NOLINT(google-explicit-constructor)
    using stored = std::remove_cvref_t<F>;
    if constexpr (sizeof(stored) <= capacity && alignof(stored) <= alignof(void*) &&
                  std::is_nothrow_move_constructible_v<stored>) {
      ::new (static_cast<void*>(space_)) stored(std::forward<F>(function));
      table_ = &inline_table<stored>;
    } else {
      ::new (static_cast<void*>(space_)) stored*(new stored(std::forward<F>(function)));
      table_ = &heap_table<stored>;
    }
  }
  delivery_callback(delivery_callback&& other) noexcept : table_(std::exchange(other.table_, nullptr)) {
    if (table_ != nullptr) table_->move(other.space_, space_);
  }
  delivery_callback& operator=(delivery_callback&& other) noexcept {
    if (this != &other) {
      this->~delivery_callback();
      ::new (static_cast<void*>(this)) delivery_callback(std::move(other));
    }
    return *this;
  }
  ~delivery_callback() {
    if (table_ != nullptr) table_->destroy(space_);
  }

  explicit operator bool() const noexcept { return table_ != nullptr; }
  void operator()(const delivery& d) { table_->call(space_, d); }

 private:
  static constexpr std::size_t capacity = 32;
  struct table {
    void (*call)(std::byte*, const delivery&);
    void (*move)(std::byte*, std::byte*);
    void (*destroy)(std::byte*);
  };
  template <class F>
  static constexpr table inline_table{
      [](std::byte* at, const delivery& d) { (*std::launder(reinterpret_cast<F*>(at)))(d); },
      [](std::byte* from, std::byte* to) {
        auto* old = std::launder(reinterpret_cast<F*>(from));
        ::new (static_cast<void*>(to)) F(std::move(*old));
        old->~F();
      },
      [](std::byte* at) { std::launder(reinterpret_cast<F*>(at))->~F(); }};
  template <class F>
  static constexpr table heap_table{
      [](std::byte* at, const delivery& d) { (**std::launder(reinterpret_cast<F**>(at)))(d); },
      [](std::byte* from, std::byte* to) {
        ::new (static_cast<void*>(to)) F*(*std::launder(reinterpret_cast<F**>(from)));
      },
      [](std::byte* at) { delete *std::launder(reinterpret_cast<F**>(at)); }};

  alignas(void*) std::byte space_[capacity];
  const table* table_ = nullptr;
};

}  // namespace kwire
