// SPDX-License-Identifier: Apache-2.0
#include "trainers/seen_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/config_place.h"
#include "core/log.h"

namespace jetsmith {
namespace {

/// Splits whose rows are scored for figures.
std::vector<Split> measured_splits(const RunConfig& config)
{
    if (config.folds.active()) return {Split::train};
    return {Split::val, Split::test};
}

/// What is wrong, and what to do about it.
std::string advice(const RunConfig& config)
{
    if (config.folds.active())
        return "every row of it is tested by a member of the folds (other files wanted). Make it "
               "from a file that is not in data.train";
    return "figures are measured on it (other rows wanted). Take rows of data.train for that";
}

}  // namespace

void warn_of_seen_files(RunBuilder& run)
{
    const auto seen = run.input->source_hashes();
    if (seen.empty()) return;  // nobody waits for hashes then
    for (const Split split : measured_splits(run.config))
        for (const auto& file : run.reader->files(split)) {
            if (std::find(seen.begin(), seen.end(), run.hashes.of(file)) == seen.end()) continue;
            const auto warning = fmt::format(
                "data.{}: {} also served to make what inputs brings along, and {}, or "
                "figures will flatter.",
                split_name(split), file.string(), advice(run.config));
            log::warning("{}", with_place(run.root, warning));
        }
}

}  // namespace jetsmith
