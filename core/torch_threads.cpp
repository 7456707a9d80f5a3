// SPDX-License-Identifier: Apache-2.0
// Compiled with OpenMP, without which at::parallel_for is a plain loop.
#include "core/torch_threads.h"

#include <ATen/Parallel.h>

#ifndef _OPENMP
#error "compile this file with OpenMP"
#endif

namespace jetsmith {

#ifdef __SANITIZE_THREAD__  // which does not know the barriers of OpenMP

void on_torch_threads(int64_t count, const std::function<void(int64_t k)>& work)
{
    for (int64_t k = 0; k < count; ++k) work(k);
}

#else

void on_torch_threads(int64_t count, const std::function<void(int64_t k)>& work)
{
    at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
        for (int64_t k = begin; k < end; ++k) work(k);
    });
}

#endif

}  // namespace jetsmith
