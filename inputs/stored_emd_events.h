// SPDX-License-Identifier: Apache-2.0
// Prepared events in files: what distances were measured between, so that they can be measured to
// other rows later. Datasets PREFIX_x, PREFIX_y, PREFIX_weight (float64, T particles of N events),
// PREFIX_offsets (int64, N + 1) and, for ground `events`, PREFIX_pt (float64) and PREFIX_object
// (uint8, EmdObject).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "datasets/hdf5/arrays.h"
#include "kernels/emd/emd.h"

namespace jetsmith::inputs {

/// Events on the CPU, contiguous.
void write_emd_events(hdf5::ArrayWriter& file, const std::string& prefix,
                      const kernels::EmdEvents& events);

/// Nothing where the file has no PREFIX_offsets. Throws UserError when datasets are missing or do
/// not fit each other.
std::optional<kernels::EmdEvents> read_emd_events(const std::shared_ptr<const hdf5::File>& file,
                                                  const std::string& prefix);

/// Copies of some events, in the order given.
kernels::EmdEvents select_emd_events(const kernels::EmdEvents& events,
                                     std::span<const int64_t> rows);

/// Throws UserError that begins with `place` unless the tensors are of the types above (object:
/// int8), fit each other, and name known objects.
void check_emd_events(const kernels::EmdEvents& events, const std::string& place);

}  // namespace jetsmith::inputs
