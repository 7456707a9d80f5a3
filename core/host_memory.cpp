// SPDX-License-Identifier: Apache-2.0
#include "core/host_memory.h"

#include <cstdlib>
#include <limits>

#ifdef __GLIBC__  // defined by the header before
#include <malloc.h>
#endif

namespace jetsmith {

void keep_freed_memory()
{
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, std::numeric_limits<int>::max());
    mallopt(M_TRIM_THRESHOLD, -1);  // taken as unsigned: never
#endif
}

void keep_few_primitives()
{
    constexpr const char* kAllShapesOfANetwork = "256";
    setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", kAllShapesOfANetwork, /*overwrite=*/0);
}

}  // namespace jetsmith
