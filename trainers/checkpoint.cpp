// SPDX-License-Identifier: Apache-2.0
#include "trainers/checkpoint.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/errors.h"
#include "trainers/safetensors.h"
#include "trainers/trainer.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
constexpr int kFormatVersion = 1;
const std::string kInputPrefix = "input.";

TensorMap model_tensors(Model& model, const Input& input)
{
    TensorMap tensors;
    for (const auto& parameter : model.named_parameters())
        tensors[parameter.key()] = parameter.value();
    for (const auto& buffer : model.named_buffers()) tensors[buffer.key()] = buffer.value();
    for (const auto& [name, value] : input.state()) tensors[kInputPrefix + name] = value;
    return tensors;
}

TensorMap training_tensors(Trainer& trainer)
{
    TensorMap tensors{{"parameters", trainer.parameters().values()}};
    if (auto* optimizer = trainer.optimizer())
        for (const auto& [name, value] : optimizer->state()) tensors["optimizer." + name] = value;
    for (const auto& callback : trainer.callbacks())
        for (const auto& [name, value] : callback->tensors()) tensors[name] = value;
    return tensors;
}

std::string state_json(Trainer& trainer)
{
    nlohmann::ordered_json state;
    state["format_version"] = kFormatVersion;
    state["epoch"] = trainer.position().epoch;
    state["step"] = trainer.position().step;
    state["steps"] = trainer.length().steps;
    state["steps_per_epoch"] = trainer.length().steps_per_epoch;
    state["seed"] = trainer.seed();
    if (const auto* schedule = trainer.schedule()) state["schedule"] = schedule->state();
    auto& callbacks = state["callbacks"] = nlohmann::ordered_json::object();
    for (const auto& callback : trainer.callbacks())
        for (const auto& [name, value] : callback->state()) callbacks[name] = value;
    return state.dump(2) + "\n";
}

}  // namespace

void save_checkpoint(const fs::path& folder, Trainer& trainer)
{
    const fs::path temporary =
        folder.parent_path() / ("." + folder.filename().string() + ".part");
    std::error_code error;
    fs::remove_all(temporary, error);
    fs::create_directories(temporary, error);
    if (error)
        throw RunError("{}: cannot be created ({}).", temporary.string(), error.message());
    const std::map<std::string, std::string> metadata{
        {"format_version", std::to_string(kFormatVersion)}};
    try {
        for (const auto& callback : trainer.callbacks()) callback->before_evaluation(trainer);
        write_safetensors(temporary / "model.safetensors",
                          model_tensors(trainer.model(), trainer.input()), metadata);
        for (const auto& callback : trainer.callbacks()) callback->after_evaluation(trainer);
        write_safetensors(temporary / "training.safetensors", training_tensors(trainer), metadata);
        write_atomically(temporary / "state.json", state_json(trainer));
        fs::remove_all(folder);
        publish(temporary, folder);
    } catch (...) {
        fs::remove_all(temporary, error);
        throw;
    }
}

fs::path checkpoint_folder(const fs::path& run, const std::string& pointer)
{
    const fs::path file = run / "checkpoints" / pointer;
    if (!fs::exists(file))
        throw UserError("{}: is no finished run (there is no {}). Name a folder that jetsmith train "
                        "wrote.",
                        run.string(), file.string());
    std::string name = read_text(file);
    name.erase(name.find_last_not_of(" \n") + 1);
    const fs::path folder = run / "checkpoints" / name;
    if (name.empty() || name.find('/') != std::string::npos || !fs::is_directory(folder))
        throw UserError("{}: points to '{}', which is no checkpoint.", file.string(), name);
    return folder;
}

void load_weights(const fs::path& folder, Model& model, Input& input)
{
    const fs::path file = folder / "model.safetensors";
    TensorMap tensors = read_safetensors(file);
    const at::NoGradGuard no_grad;
    const auto take = [&](const std::string& name, at::Tensor target) {
        const auto found = tensors.find(name);
        if (found == tensors.end())
            throw UserError("{}: has no tensor '{}' (these are the weights of another model).",
                            file.string(), name);
        if (found->second.sizes() != target.sizes())
            throw UserError("{}: tensor '{}' has shape {} (the model wants {}).", file.string(),
                            name, fmt::format("{}", fmt::join(found->second.sizes(), " x ")),
                            fmt::format("{}", fmt::join(target.sizes(), " x ")));
        target.copy_(found->second);
        tensors.erase(found);
    };
    for (auto& parameter : model.named_parameters()) take(parameter.key(), parameter.value());
    for (auto& buffer : model.named_buffers()) take(buffer.key(), buffer.value());
    InputState input_state;
    for (auto& [name, value] : tensors) {
        if (!name.starts_with(kInputPrefix))
            throw UserError("{}: tensor '{}' has no place in the model.", file.string(), name);
        input_state[name.substr(kInputPrefix.size())] = value;
    }
    input.load_state(input_state);
}

}  // namespace jetsmith
