// SPDX-License-Identifier: Apache-2.0
#include "analysis/emd_report.h"

#include <nlohmann/json.hpp>

#include "analysis/distance_settings.h"
#include "core/errors.h"
#include "core/log.h"
#include "core/parallel.h"
#include "core/progress.h"

namespace jetsmith::analysis {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int kFormatVersion = 1;

/// "the first is pair 3 (rows 0 and 4): an event has no particles".
std::string first_failure(const EmdTask& task, const DistanceSummary& summary)
{
    const auto pair = task.order.at(summary.first_failed);
    const auto row = task.first.source_rows[static_cast<size_t>(pair[0])];
    const auto why = kernels::status_text(static_cast<kernels::EmdStatus>(summary.status));
    if (task.isotropy.wanted()) return fmt::format("the first is row {}: {}", row, why);
    return fmt::format("the first is pair {} (rows {} and {}): {}", summary.first_failed, row,
                       task.second.source_rows[static_cast<size_t>(pair[1])], why);
}

}  // namespace

Json emd_json(const EmdTask& task, const EmdOutcome& outcome, const fs::path& out)
{
    const auto& all = outcome.summary;
    Json json{{"format_version", kFormatVersion},
              {"out", out.string()},
              {"layout", layout_name(task.layout)},
              {"rows", task.first.events.size()},
              {"columns", task.second.events.size()},
              {"pairs", task.order.count()},
              {"computed", outcome.computed},
              {"seconds", outcome.seconds},
              {"pairs_per_second", nullptr},
              {"max_gap", all.max_gap},
              {"failed", all.failed},
              {"first_failed", nullptr},
              {"tier", task.settings["tier"]},
              {"device", task.settings["device"]},
              {"threads", thread_count()}};
    if (outcome.computed > 0)
        json["pairs_per_second"] = static_cast<double>(outcome.computed) / outcome.seconds;
    if (all.first_failed >= 0) json["first_failed"] = first_failure(task, all);
    return json;
}

std::string emd_text(const EmdTask& task, const EmdOutcome& outcome, const fs::path& out)
{
    const std::string rate =
        outcome.computed == 0
            ? "all of them were there"
            : count_text(static_cast<double>(outcome.computed) / outcome.seconds) + " pairs/s";
    const std::string what =
        task.isotropy.wanted()
            ? fmt::format("isotropies ({} events to {})", task.first.events.size(),
                          task.isotropy.text())
            : fmt::format("distances ({} x {} {}, {})", task.first.events.size(),
                          task.second.events.size(), task.first.noun, layout_name(task.layout));
    const std::string unit = DistanceSettings(task.settings).gap_unit;
    return fmt::format("{}: {} {}, {}, tier {}, largest certified gap {:.2g}{}{}\n", out.string(),
                       task.order.count(), what, rate, task.settings["tier"].get<std::string>(),
                       outcome.summary.max_gap, unit.empty() ? "" : " ", unit);
}

void speak_of_failures(const EmdTask& task, const EmdOutcome& outcome, const fs::path& out)
{
    const auto& all = outcome.summary;
    if (all.failed == 0) return;
    const std::string which =
        all.first_failed < 0 ? "they are NaN in the file" : first_failure(task, all);
    if (all.failed == task.order.count())
        throw UserError(
            "{}: none of its {} pairs has a distance ({}; numbers wanted). Mend the data, or "
            "choose other rows.",
            out.string(), all.failed, which);
    log::warning("{}: {} of {} pairs have no distance ({}). They are NaN in the file.",
                 out.string(), all.failed, task.order.count(), which);
}

}  // namespace jetsmith::analysis
