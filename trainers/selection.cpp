// SPDX-License-Identifier: Apache-2.0
#include "trainers/selection.h"

#include <fmt/format.h>

#include "core/errors.h"

namespace jetsmith {

Selected select_figure(const EpochRecord& record, const std::string& name,
                       const std::string& place)
{
    if (name == "loss") return {record.val_loss, false};
    std::vector<std::string> known{"loss"};
    for (const auto& metric : record.metrics) {
        if (metric.name == name) return {metric.value, metric.higher_is_better};
        known.push_back(metric.name);
    }
    const std::string nearest = nearest_name(name, known);
    throw UserError("{}: there is no validation figure called '{}' (one of {} wanted). {}", place,
                    name, fmt::join(known, ", "),
                    nearest.empty() ? "Add its metric to evaluate.metrics, or choose another."
                                    : "Did you mean '" + nearest + "'?");
}

}  // namespace jetsmith
