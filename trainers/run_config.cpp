// SPDX-License-Identifier: Apache-2.0
#include "trainers/run_config.h"

#include <ATen/Context.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <set>

#include "core/random.h"
#include "datasets/split_options.h"

namespace jetsmith {
namespace {

/// Replaces the path of a file by the hash of its content, so that a model keeps its group where
/// its files lie elsewhere and loses it where they hold something else.
void replace_paths(ConfigNode& node, FileHashes& hashes)
{
    for (auto& item : node.items) replace_paths(item, hashes);
    for (auto& [key, value] : node.entries) replace_paths(value, hashes);
    if (!node.path || node.scalar.empty()) return;
    std::string content;
    for (const auto& file : expand(node.scalar, "data")) content += hashes.of(file);
    node = ConfigNode::text(content);
}

/// FNV-1a, 64 bit: short, and equal on every machine.
uint64_t hash_text(const std::string& text)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

}  // namespace

RunConfig::RunConfig(const ConfigNode& root) : RunConfig(Config(root, "", "a run")) {}

RunConfig::RunConfig(Config root)
    : root_(root), data_(root.section("data", "which files and rows")),
      inputs_(root.section("inputs", "what the model sees of them")),
      model_(root.section("model", "the network")),
      objective_(root.section("objective", "what is minimised")),
      optimizer_(root.section("optimizer", "how parameters are updated")),
      schedule_(root.section("schedule", "the learning rate over time"))
{
    root.read("name", name, "name of the run: its folder and its row in tables");
    root.read("seed", seed, "origin of every random number", non_negative);
    Config trainer_section = root.section("trainer", "length, batches, device, precision");
    trainer = TrainerOptions(trainer_section);
    Config evaluate_section = root.section("evaluate", "figures of merit");
    evaluate = EvaluateOptions(evaluate_section);
    evaluate.seed = static_cast<uint64_t>(seed);
    Config folds_section = root.section("folds", "cross-validation over the training rows");
    folds = FoldOptions(folds_section);
    Config init_section = root.section("init", "weights to begin with");
    init = InitOptions(init_section);
    root.section("scan", "lists of values by key, such as model.latent: [2, 6]; a member for each");
    callbacks_ = root.items("callbacks", "optional parts of the training");
    if (root.is_describing()) return;
    // Sections of components are checked by the registry once their component has read them; the
    // rest is checked here, so that a misspelt section stops before any file is opened.
    trainer_section.finish();
    evaluate_section.finish();
    folds_section.finish();
    init_section.finish();
    root.finish_own_keys();
}

std::unique_ptr<Reader> RunConfig::make_reader()
{
    return Registry<Reader>::make(data_);
}
std::unique_ptr<Input> RunConfig::make_input() { return Registry<Input>::make(inputs_); }

std::unique_ptr<Model> RunConfig::make_model(const BatchShape& shape)
{
    at::manual_seed(random_bits({static_cast<uint64_t>(seed), Purpose::initialise}));
    return Registry<Model>::make(model_, shape);
}
std::unique_ptr<Objective> RunConfig::make_objective()
{
    return Registry<Objective>::make(objective_);
}
std::unique_ptr<Optimizer> RunConfig::make_optimizer(const at::Tensor& values)
{
    return Registry<Optimizer>::make(optimizer_, values);
}
std::unique_ptr<Schedule> RunConfig::make_schedule(const TrainingLength& length)
{
    return Registry<Schedule>::make(schedule_, length);
}
std::vector<std::unique_ptr<Callback>> RunConfig::make_callbacks()
{
    std::vector<std::unique_ptr<Callback>> all;
    std::set<std::string> types;
    for (auto& section : callbacks_) {
        all.push_back(Registry<Callback>::make(section));
        std::string type;
        section.require("type", type, "which callbacks to use");
        if (!types.insert(type).second)
            section.fail("type", fmt::format("'{}' stands twice (each callback once wanted). Remove "
                                             "one of them",
                                             type));
    }
    return all;
}

void RunConfig::resolve_all_but_model(bool steps)
{
    make_objective();
    make_callbacks();
    if (!steps) return;
    make_optimizer(at::zeros({1}));
    make_schedule({});
}

std::string RunConfig::group(FileHashes& hashes) const
{
    ConfigNode node = resolved();
    if (!init.from.empty())
        *node.find("init")->find("from") = ConfigNode::text(hashes.of(initial_weights_file(init)));
    std::erase_if(node.entries, [](const auto& entry) {
        return entry.first == "seed" || entry.first == "name";
    });
    const auto forget = [&](const char* name, const std::set<std::string>& keys) {
        if (auto* section = node.find(name))
            std::erase_if(section->entries, [&](const auto& e) { return keys.count(e.first) > 0; });
    };
    forget("trainer", {"device", "repeat", "side_by_side", "keep_checkpoints", "checkpoint_steps",
                       "checkpoint_seconds"});
    forget("folds", {"index"});
    forget("data", {"loading", "memory", "loader_threads"});
    replace_paths(node, hashes);
    return fmt::format("{:016x}", hash_text(to_yaml(node)));
}

std::vector<Declaration> RunConfig::declarations()
{
    Config describing = Config::describing("a run");
    const RunConfig config(describing);
    return describing.declarations();
}

}  // namespace jetsmith
