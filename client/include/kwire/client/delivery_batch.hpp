#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <kwire/client/delivery.hpp>
#include <string_view>

namespace kwire {

/// Outcomes that are told together: of records of one partition that travelled and ended as one batch, in
/// their order. Valid during the call; iterate once.
class delivery_batch {
 public:
  /// Yields one delivery after the other, null at the end.
  class source {
   public:
    virtual const delivery* next() = 0;

   protected:
    ~source() = default;
  };
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = delivery;
    using difference_type = std::ptrdiff_t;
    using pointer = const delivery*;
    using reference = const delivery&;

    iterator() = default;
    explicit iterator(source& from) : from_(&from), at_(from.next()) {}
    const delivery& operator*() const noexcept { return *at_; }
    const delivery* operator->() const noexcept { return at_; }
    iterator& operator++() {
      at_ = from_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& a, std::default_sentinel_t) noexcept { return a.at_ == nullptr; }

   private:
    source* from_ = nullptr;
    const delivery* at_ = nullptr;
  };

  delivery_batch(outcome what, std::string_view topic, partition_id partition, std::size_t size,
                 const kwire::error* why, source& records)
      : what_(what), topic_(topic), partition_(partition), size_(size), why_(why), records_(&records) {}

  /// What all of its records have in common; see `delivery`.
  explicit operator bool() const noexcept { return why_ == nullptr; }
  outcome result() const noexcept { return what_; }
  const kwire::error& error() const noexcept { return *why_; }
  std::string_view topic() const noexcept { return topic_; }
  partition_id partition() const noexcept { return partition_; }
  /// Records told here: those that were produced without a callback of their own.
  std::size_t size() const noexcept { return size_; }

  iterator begin() const { return iterator{*records_}; }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  outcome what_;
  std::string_view topic_;
  partition_id partition_;
  std::size_t size_;
  const kwire::error* why_;
  source* records_;
};

using delivery_batch_callback = std::function<void(const delivery_batch&)>;

}  // namespace kwire
