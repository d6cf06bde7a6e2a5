#pragma once

#include <kwire/protocol/bytes.hpp>
#include <memory>

namespace kwire::core {

/// A received message without its length prefix. Copies share the storage, so what was decoded as views
/// (record sets) stays valid for as long as any copy lives.
class frame {
 public:
  frame() = default;
  frame(std::shared_ptr<const void> keep, bytes_view content) : keep_(std::move(keep)), content_(content) {}

  bytes_view content() const noexcept { return content_; }
  /// The same storage, seen from `offset` on.
  frame from(std::size_t offset) const { return {keep_, content_.subspan(offset)}; }

 private:
  std::shared_ptr<const void> keep_;
  bytes_view content_;
};

}  // namespace kwire::core
