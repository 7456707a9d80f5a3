// SPDX-License-Identifier: Apache-2.0
#include "analysis/roc.h"

#include <fmt/format.h>

#include <cmath>

#include "analysis/text_tables.h"

namespace jetsmith::analysis {

std::vector<double> roc_grid()
{
    std::vector<double> grid;
    for (int i = 1; i <= 200; ++i) grid.push_back(i / 200.0);
    return grid;
}

RocCurve roc_curve(std::string name, const RankedSample& sample)
{
    return {std::move(name), working_points(sample, roc_grid())};
}

std::string roc_csv(std::span<const RocCurve> curves)
{
    std::string text =
        "tagger,signal_efficiency,background_efficiency,background_efficiency_error,rejection,"
        "rejection_error,rejection_is_lower_limit,background_rows,threshold\n";
    for (const auto& curve : curves)
        for (const auto& p : curve.points)
            text += fmt::format("{},{},{:.8g},{:.4g},{:.8g},{},{},{},{:.9g}\n",
                                csv_field(curve.name), p.signal_efficiency,
                                p.background_efficiency, p.background_error, p.rejection,
                                std::isnan(p.rejection_error)
                                    ? std::string()
                                    : fmt::format("{:.4g}", p.rejection_error),
                                p.lower_limit ? 1 : 0, p.background_rows, p.threshold);
    return text;
}

}  // namespace jetsmith::analysis
