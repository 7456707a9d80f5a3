// SPDX-License-Identifier: Apache-2.0
#include "trainers/member_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <sstream>

#include "analysis/evaluation.h"
#include "analysis/members_report.h"
#include "analysis/report_html.h"
#include "analysis/stitch.h"
#include "core/atomic_file.h"
#include "core/device.h"
#include "core/errors.h"
#include "core/host_memory.h"
#include "core/log.h"
#include "core/parallel.h"
#include "trainers/member_processes.h"
#include "trainers/run_config.h"
#include "trainers/run_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// What a run wants beside its data, and how much larger these are in memory than in their files.
constexpr int64_t kProgramBytes = int64_t{1} << 30;
constexpr int64_t kUnpacked = 4;

/// Below the folder: the config that its members are of, while they are trained.
const char* const kBegun = "members/config.yaml";

/// A new folder, or one of the same config in which not all members were trained.
RunFolder open_folder(const RunRequest& request, const RunConfig& config, const std::string& text)
{
    if (request.resume.empty()) check_new_run(request.out);
    RunFolder run = request.resume.empty() ? RunFolder::create(request.out, config.name)
                                           : RunFolder::reopen(request.resume);
    const fs::path& folder = run.path();
    run.make("members");
    const fs::path begun = folder / kBegun;
    if (fs::exists(begun) && read_text(begun) != text)
        throw UserError(
            "{}: holds the members of another config (the same one wanted, to go on with them). "
            "Choose another --out, or remove the folder.",
            folder.string());
    write_atomically(begun, text);
    return run;
}

/// The whole config with every value in force: what the first member resolved, without what makes
/// it this member.
ConfigNode whole_config(const fs::path& first, const ConfigNode& root, const RunConfig& config)
{
    ConfigNode whole = parse_yaml(read_text(first / "config.yaml"), "config.yaml");
    const auto set = [](ConfigNode& section, const char* key, const std::string& value) {
        if (auto* node = section.find(key)) *node = ConfigNode::text(value);
    };
    set(whole, "name", config.name);
    set(whole, "seed", std::to_string(config.seed));
    set(*whole.find("trainer"), "repeat", std::to_string(config.trainer.repeat));
    set(*whole.find("folds"), "index", std::to_string(config.folds.index));
    if (const auto* scan = root.find("scan")) *whole.find("scan") = *scan;
    return whole;
}

/// Members side by side: as asked for, or one per thread as long as memory lasts; one on a GPU.
int64_t side_by_side(RunConfig& config, int64_t members)
{
    if (config.trainer.side_by_side > 0) return std::min(config.trainer.side_by_side, members);
    if (choose_device(config.trainer.device).is_cuda()) return 1;
    int64_t bytes = 0;
    const auto reader = config.make_reader();
    for (const Split split : {Split::train, Split::val, Split::test})
        for (const auto& file : reader->files(split))
            bytes += static_cast<int64_t>(fs::file_size(file));
    const int64_t fit = available_memory() / (kProgramBytes + kUnpacked * bytes);
    return std::clamp<int64_t>(fit, 1, std::min<int64_t>(thread_count(), members));
}

std::vector<ChildJob> jobs_of(const RunRequest& request, const std::vector<Member>& members,
                              const fs::path& folder, int64_t threads)
{
    std::vector<ChildJob> jobs;
    for (const auto& member : members) {
        const fs::path run = folder / "members" / member.folder;
        if (is_finished(run)) {
            log::info("member {}: kept", member.folder);
            continue;
        }
        ChildJob job;
        job.name = "member " + member.folder;
        job.log = run.string() + ".txt";
        job.arguments = {"--threads",
                         std::to_string(threads),
                         "train",
                         request.config.string(),
                         fs::exists(run) ? "--resume" : "--out",
                         run.string()};
        for (const auto* settings : {&request.set, &member.set})
            for (const auto& setting : *settings)
                job.arguments.insert(job.arguments.end(), {"--set", setting});
        jobs.push_back(std::move(job));
    }
    return jobs;
}

/// What a member warned of, said once for all of them: their own words lie in files.
void relay_warnings(const ChildJob& job, std::set<std::string>& said)
{
    const std::string mark = "warning: ";
    std::istringstream lines(read_text(job.log));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(mark) && said.insert(line).second)
            log::warning("{}: {}", job.name, line.substr(mark.size()));
}

Json metadata_of(const RunConfig& config, const std::vector<Member>& members,
                 const std::string& kind, const fs::path& folder)
{
    Json metadata =
        Json::parse(read_text(folder / "members" / members.front().folder / "metadata.json"));
    for (const char* own : {"seed", "source_hashes", "data", "epochs"}) metadata.erase(own);
    metadata["name"] = config.name;
    metadata["kind"] = kind;
    for (const auto& member : members)
        metadata["members"].push_back({{"folder", "members/" + member.folder},
                                       {"name", member.name},
                                       {"seed", member.seed},
                                       {"values", member.values}});
    return metadata;
}

/// Every row with the scores of the member that neither trained nor stopped on it.
void stitch_folds(const fs::path& folder, const std::vector<fs::path>& runs,
                  const RunConfig& config)
{
    auto predictions = analysis::stitched(runs);
    predictions.table.name = config.name;
    analysis::write_predictions(folder / "predictions.h5", predictions);
    log::info("{}", analysis::write_evaluation(folder, predictions.table, config.evaluate));
    analysis::write_report({folder}, folder / "report.html");
}

}  // namespace

fs::path train_members(const RunRequest& request, const ConfigNode& root,
                       const std::vector<Member>& members)
{
    RunConfig config(root);
    RunFolder run = open_folder(request, config, to_yaml(root));
    const fs::path& folder = run.path();
    const int64_t at_once = side_by_side(config, std::ssize(members));
    const int64_t threads = std::max<int64_t>(1, thread_count() / at_once);
    const auto jobs = jobs_of(request, members, folder, threads);
    log::info("{} members, {} to train, {} side by side with {} thread{} each", members.size(),
              jobs.size(), at_once, threads, threads == 1 ? "" : "s");
    size_t done = members.size() - jobs.size();
    std::set<std::string> warnings;
    try {
        run_jobs(jobs, at_once, [&](const ChildJob& job) {
            relay_warnings(job, warnings);
            log::info("{} of {}: {} is trained", ++done, members.size(), job.name);
        });
    } catch (const UserError&) {
        // A mistake in the config: what was begun with it would only stand in the way. But members
        // of an earlier start may be half trained.
        if (done == 0 && run.is_new()) fs::remove_all(folder / "members");
        throw;
    }

    const bool folds = config.folds.active(), scan = !members.front().values.empty();
    const std::string kind = folds ? "folds" : scan ? "scan" : "repeat";
    write_atomically(folder / "metadata.json",
                     metadata_of(config, members, kind, folder).dump(2) + "\n");
    std::vector<fs::path> runs;
    for (const auto& member : members) runs.push_back(folder / "members" / member.folder);
    write_atomically(folder / "config.yaml", to_yaml(whole_config(runs.front(), root, config)));
    if (folds) {
        stitch_folds(folder, runs, config);
    } else {
        analysis::write_members_report(folder);
    }
    return folder;
}

}  // namespace jetsmith
