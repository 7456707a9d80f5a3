// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace jetsmith {

/// Calls work(k) once for each k in [0, count), on the threads of LibTorch's own loops. Between two
/// of those they stay awake, so that a call costs a microsecond: for pieces of work between
/// LibTorch operations, where parallel_for would have to wake threads that then compete with
/// LibTorch's. A thread takes neighbouring k in order; at::get_num_threads() says how many there
/// are. The first exception is rethrown here. Nested calls run in the calling thread.
void on_torch_threads(int64_t count, const std::function<void(int64_t k)>& work);

}  // namespace jetsmith
