// SPDX-License-Identifier: Apache-2.0
#include "trainers/members.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <set>

#include "core/config_place.h"
#include "core/errors.h"
#include "trainers/member_processes.h"
#include "trainers/member_runs.h"
#include "trainers/run_config.h"
#include "trainers/training_run.h"

namespace jetsmith {
namespace {

/// Characters that are safe in the name of a folder.
std::string safe(std::string text)
{
    for (char& c : text)
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-') c = '_';
    return text;
}

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

/// Every member once for each value of a key, in the order of the list.
std::vector<Member> scanned(const std::vector<Member>& members, const std::string& key,
                            const ConfigNode& values)
{
    if (values.kind != ConfigNode::Kind::list || values.items.empty())
        throw UserError(
            "{}: scan.{}: is no list of values (seen: {}; one value or more wanted). Write e.g. "
            "scan: {{model.latent: [2, 6, 20]}}.",
            values.place(), key, values.shown());
    std::set<std::string> different;
    for (const auto& value : values.items)
        if (!different.insert(value.shown()).second)
            throw UserError("{}: scan.{}: {} stands twice (each value once wanted). Remove one of "
                            "them.",
                            value.place(), key, value.shown());
    std::vector<Member> all;
    for (const auto& member : members)
        for (const auto& value : values.items) {
            Member next = member;
            const std::string text = value.shown();
            next.folder += (next.folder.empty() ? "" : "_") + safe(last_part(key) + "_" + text);
            next.name += fmt::format(" {}={}", last_part(key), text);
            next.values[key] = text;
            next.set.push_back(key + "=" + text);
            all.push_back(next);
        }
    return all;
}

std::vector<Member> repeated(const std::vector<Member>& members, int64_t repeat)
{
    std::vector<Member> all;
    for (const auto& member : members)
        for (int64_t i = 0; i < repeat; ++i) {
            Member next = member;
            next.seed += i;
            next.folder += fmt::format("{}seed_{}", next.folder.empty() ? "" : "_", next.seed);
            next.set.push_back(fmt::format("seed={}", next.seed));
            all.push_back(next);
        }
    return all;
}

std::vector<Member> folded(const Member& member, int64_t count)
{
    std::vector<Member> all;
    for (int64_t fold = 0; fold < count; ++fold) {
        Member next = member;
        next.folder = fmt::format("fold_{}", fold);
        next.set.push_back(fmt::format("folds.index={}", fold));
        all.push_back(next);
    }
    return all;
}

/// The number of members is a product and their seeds count up: both have an end. folds: 1 where
/// there are none.
void check_number(const RunConfig& config, const ConfigNode* scan, int64_t folds)
{
    const int64_t repeat = config.trainer.repeat;
    double members = static_cast<double>(repeat) * static_cast<double>(folds);
    if (scan != nullptr)
        for (const auto& [key, values] : scan->entries)
            members *= static_cast<double>(std::max<size_t>(1, values.items.size()));
    if (members > static_cast<double>(kMostMembers))
        throw UserError("{}: asks for {} members (at most {} wanted). Choose fewer.",
                        folds > 1 ? "folds.count" : "scan", members, kMostMembers);
    if (config.seed > std::numeric_limits<int64_t>::max() - (repeat - 1))
        throw UserError(
            "seed: {} is too large to be counted up (trainer.repeat is {}; a sum below "
            "2^63 wanted). Choose a smaller one.",
            config.seed, repeat);
}

}  // namespace

std::vector<Member> members_of(const ConfigNode& root)
{
    const RunConfig config(root);
    const ConfigNode* scan = root.find("scan");
    const bool scans = scan != nullptr && !scan->entries.empty();
    const int64_t repeat = config.trainer.repeat;
    const bool folds = config.folds.active() && config.folds.index < 0;
    if (folds && (scans || repeat > 1))
        throw UserError("folds: stand beside {} (one of them is possible). Remove one.",
                        scans ? "scan" : "trainer.repeat");
    if (!scans && !folds && repeat == 1) return {};
    check_number(config, scan, folds ? config.folds.count : 1);
    Member whole;
    whole.name = config.name;
    whole.seed = config.seed;
    whole.set = {"scan=null", "trainer.repeat=1"};
    if (folds) return folded(whole, config.folds.count);
    std::vector<Member> members{whole};
    if (scans)
        for (const auto& [key, values] : scan->entries) members = scanned(members, key, values);
    if (repeat > 1) members = repeated(members, repeat);
    for (auto& member : members) member.set.push_back("name='" + member.name + "'");
    return members;
}

std::filesystem::path train(const RunRequest& asked)
{
    RunRequest request = asked;
    if (request.config.empty()) {
        request.config = request.resume / "config.yaml";
        if (!std::filesystem::exists(request.config))
            throw UserError("{}: holds no config.yaml to go on with (the folder of a run is wanted). "
                            "Name the recipe, too: jetsmith train CONFIG --resume {}.",
                            request.resume.string(), request.resume.string());
    }
    const ConfigNode root = load_config(request.config, request.set);
    std::filesystem::path folder;
    naming_places(root, [&] {
        const auto members = members_of(root);
        ensure(members.empty() || std::getenv(kMemberVariable) == nullptr, "a member has members");
        folder = members.empty() ? train_run(root, {request.out, request.resume})
                                 : train_members(request, root, members);
    });
    return folder;
}

std::string check(const RunRequest& request)
{
    std::vector<Member> members;
    const ConfigNode whole = load_config(request.config, request.set);
    naming_places(whole, [&] { members = members_of(whole); });
    auto settings = request.set;
    if (!members.empty())
        settings.insert(settings.end(), members.front().set.begin(), members.front().set.end());
    const ConfigNode root = load_config(request.config, settings);
    std::string resolved;
    naming_places(root, [&] { resolved = check_run(root); });
    return resolved;
}

}  // namespace jetsmith
