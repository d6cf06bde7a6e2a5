#include "support/memory.hpp"

#include <algorithm>
#include <string>

#include "support/check.hpp"

extern "C" {
// Weak, so that builds without AddressSanitizer link: coverage counts no memory.
__attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*,
                                                                             std::size_t),
                                                                    void (*)(const volatile void*));
__attribute__((weak)) std::size_t __sanitizer_get_allocated_size(const volatile void*);
}

namespace kwire::fuzz {
namespace {

bool watching = false;
std::size_t in_use = 0;
std::size_t most = 0;

void on_malloc(const volatile void*, std::size_t size) {
  if (!watching) return;
  in_use += size;
  most = std::max(most, in_use);
}

void on_free(const volatile void* at) {
  if (!watching || at == nullptr) return;
  // What was allocated before may be freed meanwhile.
  in_use -= std::min(in_use, __sanitizer_get_allocated_size(at));
}

}  // namespace

memory_watch::memory_watch() noexcept {
  static const bool installed = __sanitizer_install_malloc_and_free_hooks != nullptr &&
                                __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0;
  in_use = most = 0;
  watching = installed;
}

memory_watch::~memory_watch() { watching = false; }

std::size_t memory_watch::peak() const noexcept { return most; }

void require_memory(const memory_watch& watch, std::size_t input, std::size_t besides) {
  require(watch.peak() <= memory_base + memory_ratio * input + besides, "memory is bound by the input", [&] {
    return std::to_string(watch.peak()) + " octets for an input of " + std::to_string(input) +
           " and an allowance of " + std::to_string(besides);
  });
}

}  // namespace kwire::fuzz
