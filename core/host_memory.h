// SPDX-License-Identifier: Apache-2.0
// How the C library treats memory that was freed.
#pragma once

namespace jetsmith {

/// From now on freed memory stays with the process for its next allocations. Training steps free
/// and allocate the same tensors again and again; by default the C library returns large ones to
/// the system, and every step pays for fresh, zeroed pages. Without effect where the C library is
/// not glibc.
void keep_freed_memory();

}  // namespace jetsmith
