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

using Json = nlohmann::ordered_json;

/// Splits whose rows are scored for figures.
std::vector<std::string> measured_splits(const RunConfig& config)
{
    if (config.folds.active()) return {"train"};
    return {"val", "test"};
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

Json source_hashes(RunBuilder& run)
{
    Json all = Json::object();
    for (const Split split : {Split::train, Split::val, Split::test})
        for (const auto& file : run.reader->files(split))
            all[std::string(split_name(split))][file.string()] = run.hashes.of(file);
    return all;
}

void warn_of_seen_files(const RunBuilder& run, const Json& hashes)
{
    const auto seen = run.input->source_hashes();
    for (const auto& split : measured_splits(run.config)) {
        if (!hashes.contains(split)) continue;
        for (const auto& [file, hash] : hashes.at(split).items()) {
            if (std::find(seen.begin(), seen.end(), hash) == seen.end()) continue;
            const auto warning = fmt::format(
                "data.{}: {} also served to make what inputs brings along, and {}, or "
                "figures will flatter.",
                split, file, advice(run.config));
            log::warning("{}", with_place(run.root, warning));
        }
    }
}

}  // namespace jetsmith
