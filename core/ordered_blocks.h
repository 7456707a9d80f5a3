// SPDX-License-Identifier: Apache-2.0
// Blocks that several threads make side by side and that are taken over one after the other.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

namespace jetsmith {

/// Blocks that may be made but not yet taken at any time.
constexpr int blocks_in_flight(int threads) { return threads + 1; }

/// Makes blocks 0 ... count - 1 with `threads` threads, the calling one among them, and takes each
/// over in order, one at a time; whichever thread is free does it.
///   make(block, slot, thread)  slot: in [0, blocks_in_flight(threads)), no other block's until this
///                              one is taken; thread: in [0, threads)
///   take(block, slot)
/// Within both, parallel_for runs serially. The first exception stops all and is rethrown here once
/// the threads have come to rest. `stop`: ends early when it becomes true; the blocks taken so far
/// are without gaps.
void make_in_order(int64_t count, int threads,
                   const std::function<void(int64_t block, size_t slot, size_t thread)>& make,
                   const std::function<void(int64_t block, size_t slot)>& take,
                   const std::atomic<bool>& stop);

}  // namespace jetsmith
