// SPDX-License-Identifier: Apache-2.0
#include "trainers/selection.h"

#include <limits>

#include "core/errors.h"

namespace jetsmith {

Selected select_figure(const EpochRecord& record, const std::string& name)
{
    if (name == "loss") return {record.val_loss, false};
    std::vector<std::string> known{"loss"};
    for (const auto& metric : record.metrics) {
        if (metric.name == name) return {metric.value, metric.higher_is_better};
        known.push_back(metric.name);
    }
    throw UserError("there is no validation figure called '{}'.{}", name,
                    suggestion(name, known));
}

double worst(bool higher_is_better)
{
    const double infinity = std::numeric_limits<double>::infinity();
    return higher_is_better ? -infinity : infinity;
}

}  // namespace jetsmith
