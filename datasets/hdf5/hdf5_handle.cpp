// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/hdf5_handle.h"

namespace jetsmith::hdf5 {
namespace {

std::recursive_mutex& library_mutex()
{
    static std::recursive_mutex mutex;
    return mutex;
}

herr_t keep_innermost(unsigned, const H5E_error2_t* entry, void* text)
{
    if (entry->desc) *static_cast<std::string*>(text) = entry->desc;
    return 0;
}

}  // namespace

Lock::Lock() : lock_(library_mutex())
{
    // The library prints every error by itself; the setting belongs to the thread.
    thread_local const bool quiet = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
    static_cast<void>(quiet);
}

std::string last_error()
{
    const Lock lock;
    std::string text = "no reason given";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_innermost, &text);
    H5Eclear2(H5E_DEFAULT);
    return text;
}

}  // namespace jetsmith::hdf5
