// SPDX-License-Identifier: Apache-2.0
// Which validation figure says that one epoch is better than another.
#pragma once

#include <cmath>
#include <string>

#include "trainers/callback.h"

namespace jetsmith {

struct Selected {
    double value = 0;
    bool higher_is_better = false;

    /// NaN is worse than every number.
    bool better_than(double other) const
    {
        if (std::isnan(other)) return !std::isnan(value);
        return higher_is_better ? value > other : value < other;
    }
};

/// The figure called `name` ("loss" or a metric) of an epoch. Throws UserError with the known
/// names when there is none; `place`: the key that asks for it.
Selected select_figure(const EpochRecord& record, const std::string& name,
                       const std::string& place);

}  // namespace jetsmith
