// SPDX-License-Identifier: Apache-2.0
// All pairs of N events from a file of `jetsmith emd`, in memory or, where that does not suffice,
// from the file whenever they are needed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/distances.h"
#include "kernels/emd/emd.h"

namespace jetsmith::analysis {

struct DistanceFile {
    std::string name;  ///< path as messages show it
    std::shared_ptr<const Distances> all;
    std::vector<int64_t> source_rows_N;  ///< row of the input
    std::string settings;                ///< JSON text: how the distances were made

    /// Bytes that distances and what is made of them may take.
    int64_t memory = std::numeric_limits<int64_t>::max();

    /// The rows as they were compared, where the file has them.
    std::optional<kernels::EmdEvents> events = {};

    int64_t rows() const { return all->rows(); }
    bool in_memory() const { return all->matrix() != nullptr; }

    /// Whether the matrix of one more class of so many rows may be held besides.
    bool has_room_for(int64_t rows) const;

    /// Throws UserError when `bytes` for `what` are more than the memory that matrices leave.
    void check_room(int64_t bytes, const std::string& what) const;
};

/// Looks through the whole file. Throws UserError when it holds no finished condensed matrix, when
/// a pair has no number (with the first such pair and how many there are), and for negative or
/// infinite distances.
DistanceFile read_distances(const std::filesystem::path& path,
                            int64_t memory = std::numeric_limits<int64_t>::max());

}  // namespace jetsmith::analysis
