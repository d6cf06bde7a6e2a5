#pragma once

#include <cstddef>
#include <iterator>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/records/batch_view.hpp>
#include <kwire/protocol/records/record_range.hpp>
#include <kwire/protocol/wire/error.hpp>

namespace kwire::protocol {

/// The batches in a Fetch response's records field (or a ProduceRequest's), in order:
///
///     record_set set{records};
///     for (const batch_view& batch : set) ...
///     if (set.error()) ...        // the bytes behind the last batch are broken
///
/// Brokers cut the last batch at their size limit: such a tail ends the range without an error. All magics
/// may follow each other. Iterating does not look at checksums, codecs or records. The bytes must outlive the
/// range, the range its iterators; one thread at a time.
class record_set {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = batch_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const batch_view*;
    using reference = const batch_view&;

    iterator() = default;
    const batch_view& operator*() const noexcept { return current_; }
    const batch_view* operator->() const noexcept { return &current_; }
    iterator& operator++() noexcept {
      done_ = !set_->read(at_, current_);
      at_ += current_.raw.size();
      return *this;
    }
    void operator++(int) noexcept { ++*this; }
    friend bool operator==(const iterator& a, std::default_sentinel_t) noexcept { return a.done_; }

   private:
    friend class record_set;
    explicit iterator(record_set& set) noexcept : set_(&set) { ++*this; }

    record_set* set_ = nullptr;
    std::size_t at_ = 0;
    bool done_ = true;
    batch_view current_{};
  };

  explicit record_set(bytes_view input) noexcept : input_(input) {}

  /// Starts from the first batch; may be called again.
  iterator begin() noexcept { return iterator{*this}; }
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Why iteration stopped, once it did: `bad_length`, `bad_magic`, `bad_count` or `bad_record`, with the
  /// position of the batch in the set. Batches yielded before are sound.
  bool error() const noexcept { return error_ != wire_errc{}; }
  wire_error error_info() const { return {error_, error_at_}; }

  /// Octets of a last batch that was cut off, once iteration stopped.
  std::size_t cut_off() const noexcept { return cut_off_; }
  /// Whether not even the first batch is whole; `first_batch_size` says what a fetch would have to allow.
  bool first_batch_too_large() const noexcept { return cut_off_ != 0 && cut_off_ == input_.size(); }
  /// Size of the first batch as its length field has it; zero when that field is missing itself.
  std::size_t first_batch_size() const noexcept;

 private:
  bool read(std::size_t at, batch_view& into) noexcept;
  bool fail(wire_errc code, std::size_t at) noexcept;

  bytes_view input_;
  wire_errc error_{};
  std::size_t error_at_ = 0;
  std::size_t cut_off_ = 0;
};

}  // namespace kwire::protocol
