// SPDX-License-Identifier: Apache-2.0
#include "trainers/checkpoint.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "core/atomic_file.h"
#include "core/damaged_file.h"
#include "kernels/finite/finite.h"
#include "trainers/sealed_json.h"
#include "trainers/trainer.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormatVersion = 2;
const std::string kInputPrefix = "input.";
constexpr const char* kTrainingFile = "training.safetensors";
constexpr const char* kStateFile = "state.json";

/// A checkpoint that cannot be trained on or used would replace one that can.
void check_numbers(const TensorMap& tensors, int64_t step)
{
    for (const auto& [name, values] : tensors)
        if (!kernels::all_finite(values))
            throw RunError("checkpoint of step {}: is not written, since '{}' holds NaN or infinity "
                           "(numbers are wanted). The checkpoints before it are whole: start again "
                           "with a lower optimizer.lr or trainer.clip_norm: 1.",
                           step, name);
}

TensorMap model_tensors(Model& model, const Input& input)
{
    TensorMap tensors;
    for (const auto& parameter : model.named_parameters())
        tensors[parameter.key()] = parameter.value();
    for (const auto& buffer : model.named_buffers()) tensors[buffer.key()] = buffer.value();
    for (const auto& [name, value] : input.state()) tensors[kInputPrefix + name] = value;
    return tensors;
}

InputState input_state_of(const TensorMap& weights)
{
    InputState state;
    for (const auto& [name, value] : weights)
        if (name.starts_with(kInputPrefix)) state[name.substr(kInputPrefix.size())] = value;
    return state;
}

/// Live tensors, by the names that they have in training.safetensors.
TensorMap training_tensors(Trainer& trainer)
{
    TensorMap tensors{{"parameters", trainer.parameters().values()},
                      {"totals", trainer.running_totals()}};
    if (auto* optimizer = trainer.optimizer())
        for (const auto& [name, value] : optimizer->state()) tensors["optimizer." + name] = value;
    for (const auto& callback : trainer.callbacks())
        for (const auto& [name, value] : callback->tensors()) tensors[name] = value;
    return tensors;
}

Json schedule_state(const Schedule& schedule)
{
    Json state = Json::object();
    for (const auto& [name, value] : schedule.state()) state[name] = json_number(value);
    return state;
}

Json state_of(Trainer& trainer, const Json& facts)
{
    const auto& position = trainer.position();
    Json state;
    state["format_version"] = kFormatVersion;
    state["epoch"] = position.epoch;
    state["rows"] = position.rows;
    state["step"] = position.step;
    state["stop"] = position.stop;
    state["steps"] = trainer.length().steps;
    state["steps_per_epoch"] = trainer.length().steps_per_epoch;
    state["seed"] = trainer.seed();
    state.update(facts);
    if (const auto* schedule = trainer.schedule()) state["schedule"] = schedule_state(*schedule);
    state["callbacks"] = Json::object();
    for (const auto& callback : trainer.callbacks()) state["callbacks"].update(callback->state());
    return state;
}

Json seal_json(const FileSeal& seal)
{
    return {{"bytes", seal.bytes}, {"header_sha256", seal.header_sha256}};
}

Json read_state(const fs::path& folder)
{
    Json state = read_sealed(folder / kStateFile);
    const int version = state.at("format_version");
    if (version > kFormatVersion)
        throw UserError(
            "{}: has format_version {} (this program knows versions up to {}). Use the version of "
            "jetsmith that wrote it.",
            (folder / kStateFile).string(), version, kFormatVersion);
    return state;
}

TensorMap read_sealed_tensors(const fs::path& folder, const char* file, const Json& state)
{
    const Json& seal = state.at("files").at(file);
    return read_safetensors(folder / file, FileSeal{seal.at("bytes"), seal.at("header_sha256")});
}

std::string shape_text(const at::Tensor& tensor)
{
    return tensor.dim() == 0 ? "scalar" : fmt::format("{}", fmt::join(tensor.sizes(), " x "));
}

/// Copies the tensor called `name` out of `tensors`, which lie in `source`.
void take(TensorMap& tensors, const fs::path& source, const std::string& name,
          const at::Tensor& target)
{
    const auto found = tensors.find(name);
    if (found == tensors.end())
        throw UserError("{}: has no tensor '{}' (these are the weights of another model; those of "
                        "the config are wanted). Use the config.yaml of the run they are of.",
                        source.string(), name);
    if (found->second.sizes() != target.sizes())
        throw UserError("{}: tensor '{}' has shape {} (the model of the config wants {}). Use the "
                        "config.yaml of the run they are of.",
                        source.string(), name, shape_text(found->second), shape_text(target));
    at::Tensor(target).copy_(found->second);
    tensors.erase(found);
}

}  // namespace

void save_checkpoint(const fs::path& folder, Trainer& trainer, const Json& facts)
{
    trainer.settle();
    const int64_t step = trainer.position().step;
    const std::map<std::string, std::string> metadata{
        {"format_version", std::to_string(kFormatVersion)}};
    write_folder_atomically(folder, [&](const fs::path& temporary) {
        Json state = state_of(trainer, facts);
        auto& files = state["files"];
        {
            const EvaluationWeights averages(trainer);
            const TensorMap weights = model_tensors(trainer.model(), trainer.input());
            check_numbers(weights, step);
            files[kModelFile] =
                seal_json(write_safetensors(temporary / kModelFile, weights, metadata));
        }
        const TensorMap tensors = training_tensors(trainer);
        check_numbers(tensors, step);
        files[kTrainingFile] =
            seal_json(write_safetensors(temporary / kTrainingFile, tensors, metadata));
        write_atomically(temporary / kStateFile, sealed_text(std::move(state)));
    });
}

Checkpoint read_checkpoint(const fs::path& folder)
{
    const Json state = read_state(folder);
    return {folder, read_sealed_tensors(folder, kModelFile, state),
            read_sealed_tensors(folder, kTrainingFile, state), state};
}

TensorMap read_weights(const fs::path& folder)
{
    return read_sealed_tensors(folder, kModelFile, read_state(folder));
}

void put_input_state(const TensorMap& weights, Input& input)
{
    input.load_state(input_state_of(weights));
}

bool put_weights(TensorMap weights, const fs::path& source, Model& model, Input& input, Cover cover)
{
    const at::NoGradGuard no_grad;
    const auto fill = [&](const auto& items) {
        for (const auto& item : items)
            if (cover == Cover::all || weights.contains(item.key()))
                take(weights, source, item.key(), item.value());
    };
    fill(model.named_parameters());
    fill(model.named_buffers());
    for (const auto& [name, value] : weights)
        if (!name.starts_with(kInputPrefix))
            throw UserError("{}: tensor '{}' has no place in the model (these are the weights of "
                            "another; those of the config are wanted). Use the config.yaml of the "
                            "run they are of.",
                            source.string(), name);
    const InputState input_state = input_state_of(weights);
    if (cover == Cover::all || !input_state.empty()) input.load_state(input_state);
    return !input_state.empty();
}

void restore(const Checkpoint& checkpoint, Trainer& trainer)
{
    put_weights(checkpoint.model, checkpoint.folder / kModelFile, trainer.model(), trainer.input());
    TensorMap saved = checkpoint.training;
    const at::NoGradGuard no_grad;
    for (const auto& [name, tensor] : training_tensors(trainer))
        take(saved, checkpoint.folder / kTrainingFile, name, tensor);
    const Json& state = checkpoint.state;
    trainer.set_position({state.at("epoch"), state.at("rows"), state.at("step"), state.at("stop")});
    if (auto* schedule = trainer.schedule()) {
        std::map<std::string, double> values;
        for (const auto& [name, value] : state.at("schedule").items())
            values[name] = number_of(value);
        schedule->load_state(values);
    }
    for (const auto& callback : trainer.callbacks()) callback->load_state(state.at("callbacks"));
}

}  // namespace jetsmith
