// SPDX-License-Identifier: Apache-2.0
// The distances of a condensed file (distance_file.h), band by band: the doubles of the file never
// lie in memory as a whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "analysis/distance_file.h"
#include "analysis/distances.h"
#include "datasets/hdf5/row_source.h"

namespace jetsmith::analysis {

class CondensedSource {
  public:
    /// Throws UserError when the file holds no finished condensed matrix.
    explicit CondensedSource(const std::filesystem::path& path);

    std::string name() const { return source_.file().name(); }
    const DistanceHeader& header() const { return header_; }
    int64_t rows() const { return header_.rows(); }

    /// Hands over all pairs of rows [first, behind) with rows above them, in the order of the file
    /// and from about a megabyte of it at a time. One thread at a time.
    void read(int64_t first, int64_t behind, const Distances::Take& take) const;

  private:
    DistanceHeader header_;
    hdf5::RowSource source_;
    hdf5::Element element_;
    mutable hdf5::RowSource::Scratch scratch_;  ///< with the band that was read last
};

}  // namespace jetsmith::analysis
