// SPDX-License-Identifier: Apache-2.0
// Makes one system call of a writer fail: see fault_library.cpp.
#pragma once

extern "C" {

/// From now on the `at`-th use (from 1) of `call` (write, fsync, rename, open, mkdir) below
/// `folder` fails with `error`; 0 lets a write take half of its bytes.
void jetsmith_arm_fault(const char* call, long at, int error, const char* folder);
void jetsmith_disarm_fault();

/// True once the call was made to fail.
bool jetsmith_fault_happened();
}
