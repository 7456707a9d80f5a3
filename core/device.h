// SPDX-License-Identifier: Apache-2.0
// Where a run computes and how precisely, from the config's words to LibTorch's types.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <string>

namespace jetsmith {

/// Device for "auto", "cpu", "cuda" or "cuda:N"; "auto" takes the first GPU there is. Opens the
/// CUDA plug-in when a GPU is wanted and makes that GPU the current one. Throws UserError with the
/// reason when a GPU was asked for and cannot be used.
at::Device choose_device(const std::string& wanted);

struct Precision {
    at::ScalarType compute;  ///< float32, or bfloat16 under autocast with float32 parameters
    std::string reason;      ///< for the log, e.g. "bf16 (tensor cores)"
};

/// Whether products of bfloat16 beat those of float32: with matrix units (AMX), and on AMD, whose
/// AVX-512 makes twice as many; Intel's AVX-512 makes half as many (80 against 147 GFLOP/s on one
/// thread for 4096 x 100 x 256; CNN trainings run at 0.6 of the rate).
bool cpu_is_fast_at_bf16();

/// Precision for "auto", "fp32" or "bf16" on the given device. "auto" takes bf16 where the
/// hardware multiplies it fast: see above; every GPU since Ampere.
Precision choose_precision(const std::string& wanted, const at::Device& device);

/// Processor name as the operating system gives it, or the GPU's.
std::string device_description(const at::Device& device);

}  // namespace jetsmith
