// SPDX-License-Identifier: Apache-2.0
#include "trainers/out_of_memory.h"

#include <c10/util/Exception.h>

#include <new>
#include <string_view>

namespace jetsmith {

bool is_out_of_memory(const std::exception& error)
{
    if (dynamic_cast<const std::bad_alloc*>(&error)) return true;
    if (dynamic_cast<const c10::OutOfMemoryError*>(&error)) return true;
    if (!dynamic_cast<const c10::Error*>(&error)) return false;
    const std::string_view text = error.what();
    for (const char* words : {"can't allocate memory", "out of memory", "STATUS_ALLOC_FAILED"})
        if (text.find(words) != std::string_view::npos) return true;
    return false;
}

}  // namespace jetsmith
