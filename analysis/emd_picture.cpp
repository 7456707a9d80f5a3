// SPDX-License-Identifier: Apache-2.0
#include "analysis/emd_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "analysis/plan_picture.h"
#include "core/atomic_file.h"
#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

/// Where a row of the file lies among those that were read.
int64_t position(const EmdRows& rows, int64_t row)
{
    const auto found = std::ranges::find(rows.source_rows, row);
    if (found == rows.source_rows.end())
        throw UserError(
            "--plan: row {} is not among the {} {} that were read (numbers {} to {}). Choose "
            "another "
            "row.",
            row, rows.source_rows.size(), rows.noun, std::ranges::min(rows.source_rows),
            std::ranges::max(rows.source_rows));
    return found - rows.source_rows.begin();
}

std::vector<double> values(const at::Tensor& tensor)
{
    const auto host = tensor.cpu().contiguous();
    const auto* first = host.const_data_ptr<double>();
    return {first, first + host.numel()};
}

PlanEvent plan_event(const kernels::EmdEvents& events, int64_t position)
{
    const auto offsets = events.offsets_N1.cpu();
    const auto begin = offsets[position].item<int64_t>(),
               end = offsets[position + 1].item<int64_t>();
    return {"", values(events.x_T.slice(0, begin, end)), values(events.y_T.slice(0, begin, end)),
            values(events.weight_T.slice(0, begin, end))};
}

/// Azimuths of both events in the branch of the first particle, as near as the distances are.
void unroll(PlanEvent& event, double azimuth)
{
    for (double& y : event.y) y = azimuth + std::remainder(y - azimuth, 2 * std::numbers::pi);
}

std::string name(int64_t row, const PlanEvent& event)
{
    return fmt::format("row {}: {:.4g} GeV", row,
                       std::accumulate(event.weight.begin(), event.weight.end(), 0.0));
}

}  // namespace

void write_plan_picture(const std::filesystem::path& path, const EmdTask& task, int64_t first_row,
                        int64_t second_row)
{
    if (task.options.ground != kernels::EmdGround::jets)
        throw UserError(
            "--plan: plans between events are not drawn (jets are wanted). Leave it away.");
    if (task.isotropy.wanted())
        throw UserError(
            "--plan: plans to a uniform event are not drawn (two rows are wanted). Leave --plan "
            "away, or --isotropy.");
    const int64_t i = position(task.first, first_row), j = position(task.second, second_row);
    const auto plan = kernels::emd_plan(task.first.events, i, task.second.events, j, task.options);
    if (plan.status != kernels::EmdStatus::ok)
        throw UserError(
            "--plan: rows {} and {} have no plan ({}; two whole jets wanted). Choose other "
            "rows.",
            first_row, second_row, kernels::status_text(plan.status));
    PlanEvent first = plan_event(task.first.events, i), second = plan_event(task.second.events, j);
    if (task.options.periodic)
        for (const double azimuth = first.y.front(); auto* event : {&first, &second})
            unroll(*event, azimuth);
    first.name = name(first_row, first);
    second.name = fmt::format("{}; distance {:.4g}{}", name(second_row, second), plan.value,
                              task.options.norm ? "" : " GeV");
    write_atomically(path, plan_svg(first, second, values(plan.flow_NM)));
}

}  // namespace jetsmith::analysis
