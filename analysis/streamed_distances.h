// SPDX-License-Identifier: Apache-2.0
// Distances that stay in their file and are read from its beginning to its end as often as somebody
// asks. What is asked for at once costs one pass.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "analysis/condensed_source.h"
#include "analysis/distances.h"

namespace jetsmith::analysis {

class StreamedDistances final : public Distances {
  public:
    /// The largest distance is known to whoever has looked through the file.
    StreamedDistances(std::unique_ptr<const CondensedSource> source, float largest);

    int64_t rows() const override { return source_->rows(); }
    float largest() const override { return largest_; }
    void pass(const Take& take) const override;

    /// Reads these rows alone, each from the diagonal on.
    DistanceMatrix select(std::span<const int64_t> rows) const override;

    /// Reads the file up to the last of these rows.
    std::vector<float> to(std::span<const int64_t> rows_K) const override;

  private:
    std::unique_ptr<const CondensedSource> source_;
    float largest_;
};

}  // namespace jetsmith::analysis
