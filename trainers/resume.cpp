// SPDX-License-Identifier: Apache-2.0
#include "trainers/resume.h"

#include <fmt/format.h>
#include <torch/version.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/errors.h"
#include "core/log.h"
#include "core/version.h"

namespace jetsmith {
namespace {

using Json = nlohmann::ordered_json;

/// What a run may be continued with. Everything else would make it another run.
const std::set<std::string> kMayChange{"name",
                                       "trainer.epochs",
                                       "trainer.device",
                                       "trainer.on_nan",
                                       "trainer.keep_checkpoints",
                                       "trainer.checkpoint_steps",
                                       "trainer.checkpoint_seconds",
                                       "data.loading",
                                       "data.loader_threads",
                                       "data.memory",
                                       "trainer.repeat",
                                       "trainer.side_by_side"};

constexpr size_t kMostShown = 4;

/// Values by dotted key; none for files, whose content is compared instead.
using Values = std::map<std::string, std::optional<std::string>>;

void flatten(const ConfigNode& node, const std::string& key, Values& all)
{
    const auto below = [&](const std::string& name) { return key.empty() ? name : key + "." + name; };
    for (const auto& [name, value] : node.entries) flatten(value, below(name), all);
    for (size_t i = 0; i < node.items.size(); ++i)
        flatten(node.items[i], fmt::format("{}[{}]", key, i), all);
    if (!node.entries.empty() || !node.items.empty()) return;
    // Quotes are a matter of how a text was written.
    const bool scalar = node.kind == ConfigNode::Kind::scalar;
    all[key] = node.path ? std::nullopt : std::optional(scalar ? node.scalar : node.shown());
}

std::string value_text(const Values& values, const std::string& key)
{
    const auto found = values.find(key);
    if (found == values.end()) return "absent";
    return found->second->empty() ? "empty" : *found->second;
}

std::string hashes_text(const Json& facts, const std::string& split)
{
    std::string text;
    for (const std::string hash : facts.at("data").value(split, Json::array()))
        text += (text.empty() ? "" : " ") + hash.substr(0, 12);
    return text.empty() ? "no file" : text;
}

std::vector<std::string> different_keys(const ConfigNode& before, const ConfigNode& now)
{
    Values old_values, new_values;
    flatten(before, "", old_values);
    flatten(now, "", new_values);
    std::vector<std::string> different;
    const auto compare = [&](const std::string& key) {
        const auto file = new_values.find(key);
        if (kMayChange.count(key) || (file != new_values.end() && !file->second)) return;
        const std::string was = value_text(old_values, key), is = value_text(new_values, key);
        if (was != is) different.push_back(fmt::format("{} was {} and is {}", key, was, is));
    };
    std::set<std::string> keys;
    for (const auto* values : {&old_values, &new_values})
        for (const auto& [key, value] : *values) keys.insert(key);
    for (const auto& key : keys) compare(key);
    return different;
}

ConfigNode without_model(ConfigNode root)
{
    std::erase_if(root.entries, [](const auto& entry) { return entry.first == "model"; });
    return root;
}

/// Throws where anything is different.
void refuse(const std::vector<std::string>& different, const std::string& run)
{
    if (different.empty()) return;
    const size_t shown = std::min(different.size(), kMostShown);
    std::string text = fmt::format("{}", fmt::join(different.begin(), different.begin() + shown, "; "));
    if (different.size() > shown) text += fmt::format("; and {} more", different.size() - shown);
    throw UserError("{}: cannot go on with another config ({}). Give what the run was started with "
                    "(its config.yaml), or start a new run, which may begin with these weights: "
                    "--init-from {}.",
                    run, text, run);
}

}  // namespace

Json run_facts(const Json& hashes)
{
    Json data = Json::object();
    for (const auto& [split, files] : hashes.items()) {
        data[split] = Json::array();
        for (const auto& [file, hash] : files.items()) data[split].push_back(hash);
    }
    return {{"data", data},
            {"versions", {{"jetsmith", program_version()}, {"libtorch", TORCH_VERSION}}}};
}

void check_same_run(const ConfigNode& before, const ConfigNode& now, const Json& facts_before,
                    const Json& facts_now, const std::string& run)
{
    std::vector<std::string> different = different_keys(before, now);
    for (const auto& [split, hashes] : facts_now.at("data").items())
        if (facts_before.at("data").value(split, Json::array()) != hashes)
            different.push_back(fmt::format("data.{} was SHA-256 {} and is {}", split,
                                            hashes_text(facts_before, split),
                                            hashes_text(facts_now, split)));
    refuse(different, run);
}

void check_same_settings(const ConfigNode& before, const ConfigNode& now, const std::string& run)
{
    refuse(different_keys(without_model(before), without_model(now)), run);
}

namespace {

class ResumeCallback final : public Callback {
  public:
    explicit ResumeCallback(Checkpoint checkpoint) : checkpoint_(std::move(checkpoint)) {}

    void on_fit_begin(Trainer& trainer) override
    {
        restore(checkpoint_, trainer);
        log::info("going on after step {} ({})", checkpoint_.state.at("step").get<int64_t>(),
                  checkpoint_.folder.string());
        checkpoint_ = {};
    }

  private:
    Checkpoint checkpoint_;
};

}  // namespace

std::unique_ptr<Callback> make_resume_callback(Checkpoint checkpoint)
{
    return std::make_unique<ResumeCallback>(std::move(checkpoint));
}

}  // namespace jetsmith
