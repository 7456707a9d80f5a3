// SPDX-License-Identifier: Apache-2.0
#include "trainers/initial_weights.h"

#include <fnmatch.h>

#include <algorithm>

#include "core/errors.h"
#include "core/log.h"
#include "trainers/checkpoint.h"
#include "trainers/checkpoint_folders.h"

namespace jetsmith {
namespace {

bool fits(const std::string& name, const std::string& pattern)
{
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

bool fits_any(const std::string& name, const std::vector<std::string>& patterns)
{
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return fits(name, pattern); });
}

void check_patterns(const char* key, const std::vector<std::string>& patterns,
                    const std::vector<std::string>& names)
{
    for (const auto& pattern : patterns)
        if (std::none_of(names.begin(), names.end(),
                         [&](const std::string& name) { return fits(name, pattern); }))
            throw UserError("init.{}: '{}' fits no tensor.{}", key, pattern,
                            suggestion(pattern, names));
}

std::vector<std::string> names_of(const TensorMap& tensors)
{
    std::vector<std::string> names;
    for (const auto& [name, tensor] : tensors) names.push_back(name);
    return names;
}

}  // namespace

InitOptions::InitOptions(Config& config)
{
    config.read("from", from, "run folder whose best weights a new run begins with");
    config.read("include", include, "patterns of the tensors that are taken, such as block*");
    config.read("exclude", exclude, "patterns of those that are not, such as output.*");
    config.read("freeze", freeze, "patterns of the parameters that training leaves as they are");
}

std::filesystem::path initial_weights_file(const InitOptions& options)
{
    return checkpoint_folder(options.from) / kModelFile;
}

bool take_initial_weights(const InitOptions& options, Model& model, Input& input)
{
    if (options.from.empty()) return false;
    const auto folder = checkpoint_folder(options.from);
    TensorMap saved = read_weights(folder);
    const auto names = names_of(saved);
    check_patterns("include", options.include, names);
    check_patterns("exclude", options.exclude, names);
    std::erase_if(saved, [&](const auto& entry) {
        return !fits_any(entry.first, options.include) || fits_any(entry.first, options.exclude);
    });
    log::info("{} of {} tensors begin as in {}", saved.size(), names.size(), options.from.string());
    return put_weights(saved, folder / kModelFile, model, input, Cover::some);
}

void freeze(const InitOptions& options, Model& model)
{
    std::vector<std::string> names;
    for (const auto& parameter : model.named_parameters()) names.push_back(parameter.key());
    check_patterns("freeze", options.freeze, names);
    int64_t count = 0;
    for (auto& parameter : model.named_parameters())
        if (fits_any(parameter.key(), options.freeze)) {
            parameter.value().set_requires_grad(false);
            count += parameter.value().numel();
        }
    if (count == 0) return;
    if (trainable_parameters(model) == 0)
        throw UserError("init.freeze: leaves nothing to train (all {} parameters fit). Name fewer.",
                        count);
    log::info("{} parameters frozen", count);
}

}  // namespace jetsmith
