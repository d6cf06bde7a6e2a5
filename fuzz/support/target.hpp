#pragma once

#include <cstddef>
#include <cstdint>

// What libFuzzer and replay_main.cpp call; each file in targets/ defines the first one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed);
