// SPDX-License-Identifier: Apache-2.0
#include "datasets/data_warnings.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetsmith {
namespace {

/// Of the largest collider that is planned (FCC-hh), and of what passes for a jet anywhere [GeV].
constexpr double kLargest = 100'000, kSmallest = 1;

}  // namespace

std::vector<std::string> data_warnings(const DataCard& card)
{
    std::vector<std::string> all;
    for (const auto& overlap : card.overlaps) {
        if (overlap.rows == 0) continue;
        const auto split = std::find_if(card.splits.begin(), card.splits.end(), [&](const auto& s) {
            return s.name == overlap.second;
        });
        all.push_back(fmt::format(
            "data.{}: {} of {} rows are also in data.{} (none wanted). Take other rows for one of "
            "them, or its figures will flatter.",
            overlap.second, overlap.rows, split->rows, overlap.first));
    }
    for (const auto& split : card.splits) {
        if (!split.median_energy) continue;
        const double energy = *split.median_energy;
        if (energy >= kSmallest && energy <= kLargest) continue;
        const bool large = energy > kLargest;
        all.push_back(fmt::format(
            "data.{}: half of the rows have {:.3g} GeV or {} in all ({}; between {:.0f} and {:.0f} "
            "GeV wanted). Is data.units right? It is GeV unless set.",
            split.name, energy, large ? "more" : "less",
            large ? "no collider makes that" : "no detector takes that for a jet", kSmallest,
            kLargest));
    }
    return all;
}

}  // namespace jetsmith
