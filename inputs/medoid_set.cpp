// SPDX-License-Identifier: Apache-2.0
#include "inputs/medoid_set.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/errors.h"
#include "datasets/hdf5/attributes.h"
#include "datasets/hdf5/content_check.h"
#include "inputs/emd_events.h"
#include "inputs/stored_emd_events.h"
#include "kernels/emd/emd_judge.h"

namespace jetsmith::inputs {
namespace {

using kernels::EmdEvents;
using Json = nlohmann::ordered_json;

constexpr int64_t kFormatVersion = 1;
constexpr const char* kAbout = "medoid_about";  // JSON text: settings, classes

/// Of every medoid; empty where the file knows no classes.
std::vector<std::string> class_names(const std::shared_ptr<const hdf5::File>& file, int64_t medoids)
{
    const auto labels = hdf5::read_array<int64_t>(file, "medoid_label").values;
    if (std::ssize(labels) != medoids)
        throw UserError(
            "{}: has {} medoids, but {} labels (one for each wanted). Write the file again with "
            "jetsmith medoids.",
            file->name(), medoids, labels.size());
    if (!file->text("/", "labels")) return std::vector<std::string>(labels.size());
    const auto known = hdf5::read_texts(*file, "/", "class_names");
    std::vector<std::string> names;
    for (const int64_t label : labels) {
        const bool named = label >= 0 && label < std::ssize(known);
        names.push_back(named ? known[static_cast<size_t>(label)] : fmt::format("class {}", label));
    }
    return names;
}

std::vector<MedoidClass> grouped(const std::vector<std::string>& class_K)
{
    std::vector<MedoidClass> classes;
    for (const auto& name : class_K) {
        if (classes.empty() || classes.back().name != name)
            classes.push_back(
                {name, classes.empty() ? 0 : classes.back().first + classes.back().count, 0});
        ++classes.back().count;
    }
    return classes;
}

at::Tensor text_tensor(const std::string& text)
{
    auto bytes = at::empty({std::ssize(text)}, at::kByte);
    std::copy(text.begin(), text.end(), bytes.mutable_data_ptr<uint8_t>());
    return bytes;
}

[[noreturn]] void refuse_state(const std::string& place)
{
    throw UserError(
        "{}: the saved state has no medoids that fit (it is of another input, or damaged). Use "
        "the config that was saved beside it.",
        place);
}

/// An undefined tensor where the state has none.
at::Tensor tensor_of(const InputState& state, const std::string& name, at::ScalarType type)
{
    const auto found = state.find(name);
    return found == state.end() ? at::Tensor() : found->second.to(at::kCPU, type).contiguous();
}

Json about_of(const InputState& state, const std::string& place)
{
    const at::Tensor bytes = tensor_of(state, kAbout, at::kByte);
    if (!bytes.defined()) refuse_state(place);
    const auto* begin = bytes.const_data_ptr<uint8_t>();
    const Json about = Json::parse(begin, begin + bytes.numel(), nullptr, false);
    const bool whole = about.is_object() && about.contains("settings") &&
                       about["settings"].is_string() && about.contains("classes") &&
                       about["classes"].is_array();
    if (!whole) refuse_state(place);
    return about;
}

}  // namespace

MedoidSet::MedoidSet(EmdEvents events, std::string settings,
                     const std::vector<std::string>& class_K, std::string place,
                     const std::string& source)
    : place_(std::move(place)),
      settings_text_(std::move(settings)),
      settings_(EmdSettings::of_file(settings_text_, source)),
      options_(settings_.options(/*given=*/false)),
      events_(std::move(events)),
      classes_(grouped(class_K))
{
    check(source);
    settings_.place = place_;
    const Json json = Json::parse(settings_text_);
    for (const auto& file : json.value("files", Json::array()))
        source_hashes_.push_back(file.value("sha256", ""));
}

void MedoidSet::check(const std::string& source) const
{
    if (settings_.of_jets() == events_.object_T.defined() || events_.weight_T.size(0) == 0 ||
        classes_.empty() || classes_.back().first + classes_.back().count != events_.size())
        throw UserError(
            "{}: the medoids of {} do not suit their settings (particles of another ground, or "
            "none at all). Make them again with jetsmith medoids.",
            place_, source);
    const Json json = Json::parse(settings_text_);
    for (const auto& file : json.value("files", Json::array()))
        if (const auto dataset = file.value("dataset", ""); !dataset.empty())
            throw UserError(
                "{}: the medoids of {} are of dataset '{}', positions as somebody gave them (such "
                "as are made of four-momenta, like those of the rows here, are wanted). Make the "
                "distances without --dataset.",
                place_, source, dataset);
}

MedoidSet MedoidSet::of_file(const std::filesystem::path& path, const std::string& place)
{
    if (!std::filesystem::exists(path))
        throw UserError(
            "{}: {} is not there (what jetsmith medoids --out wrote is wanted). Make it, or name "
            "another file.",
            place, path.string());
    const auto file = hdf5::File::open(path);
    hdf5::check_content(*file,
                        {"medoids", kFormatVersion, "medoids", "Make them with jetsmith medoids."});
    auto events = read_emd_events(file, "medoid");
    const auto settings = file->text("/", "settings");
    if (!events || !settings)
        throw UserError(
            "{}: {} does not hold the particles of its medoids (the distances it was made of did "
            "not bring them along). Write both files again with jetsmith emd and jetsmith medoids.",
            place, path.string());
    const auto names = class_names(file, events->size());
    return {std::move(*events), *settings, names, place, path.string()};
}

MedoidSet MedoidSet::of_state(const InputState& state, const std::string& place)
{
    const Json about = about_of(state, place);
    const EmdEvents events{tensor_of(state, "medoid_x_T", at::kDouble),
                           tensor_of(state, "medoid_y_T", at::kDouble),
                           tensor_of(state, "medoid_weight_T", at::kDouble),
                           tensor_of(state, "medoid_pt_T", at::kDouble),
                           tensor_of(state, "medoid_object_T", at::kChar),
                           tensor_of(state, "medoid_offsets_K1", at::kLong)};
    check_emd_events(events, place);
    return {events, about["settings"], about["classes"].get<std::vector<std::string>>(), place,
            "the saved state"};
}

InputState MedoidSet::state() const
{
    const Json about{{"settings", settings_text_}, {"classes", class_names_K()}};
    InputState state{{"medoid_x_T", events_.x_T},
                     {"medoid_y_T", events_.y_T},
                     {"medoid_weight_T", events_.weight_T},
                     {"medoid_offsets_K1", events_.offsets_N1},
                     {kAbout, text_tensor(about.dump())}};
    if (!settings_.of_jets()) {
        state["medoid_pt_T"] = events_.pt_T;
        state["medoid_object_T"] = events_.object_T.to(at::kByte);
    }
    return state;
}

std::vector<std::string> MedoidSet::class_names_K() const
{
    std::vector<std::string> names;
    for (const auto& one : classes_) names.insert(names.end(), one.count, one.name);
    return names;
}

std::string MedoidSet::name(int64_t medoid) const
{
    for (const auto& one : classes_)
        if (medoid < one.first + one.count)
            return fmt::format("medoid {}{}", medoid - one.first + 1,
                               one.name.empty() ? "" : " of " + one.name);
    throw InternalError(fmt::format("there is no medoid {}", medoid));
}

const Collection* MedoidSet::particles(const EventStore& store) const
{
    return settings_.of_jets() ? particles_of(store, settings_) : nullptr;
}

EmdEvents MedoidSet::prepare(const EventStore& store) const
{
    if (!settings_.of_jets()) return emd_events(store, settings_);
    if (const auto* found = particles(store)) return emd_jets(*found, settings_);
    throw UserError(
        "{}: the data have no collection '{}' of particles, which the medoids are made of. Choose "
        "medoids of data like these.",
        place_, settings_.collection_name());
}

kernels::EmdResult MedoidSet::distances(const EmdEvents& events) const
{
    return kernels::emd_matrix(events, events_.to(events.offsets_N1.device()), options_);
}

at::Tensor MedoidSet::judge(const EmdEvents& events) const
{
    return kernels::emd_judge(events, events_, options_);
}

}  // namespace jetsmith::inputs
