// SPDX-License-Identifier: Apache-2.0
#include "analysis/emd_input.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "core/config_merge.h"
#include "core/errors.h"
#include "datasets/file_report.h"
#include "datasets/hdf5/arrays.h"
#include "datasets/reader.h"
#include "inputs/emd_events.h"

namespace jetsmith::analysis {
namespace {

std::vector<int64_t> numbers(const at::Tensor& tensor)
{
    const auto* values = tensor.const_data_ptr<int64_t>();
    return {values, values + tensor.numel()};
}

EmdRows read_plain(const EmdFile& file, const inputs::EmdSettings& settings)
{
    if (!settings.of_jets())
        throw UserError(
            "--dataset: '{}' holds particles of jets (ground 'events' is set; collections "
            "of objects are wanted). Leave --dataset away, or set emd.ground: jets.",
            file.dataset);
    const auto opened = hdf5::File::open(file.path);
    const auto shape = hdf5::array_shape(opened, file.dataset);
    if (shape.size() != 3 || shape[1] == 0 || shape[2] != 3)
        throw UserError(
            "{}: dataset '{}' has shape ({}) ((N, P, 3) of pt, y, phi wanted). Choose "
            "another --dataset.",
            file.path.string(), file.dataset, fmt::join(shape, ", "));
    const RowRange range = resolve(file.rows.range(), shape[0], file.path.string());
    const auto values = hdf5::read_rows<double>(opened, file.dataset, range.begin, range.end);
    std::vector<int64_t> rows(static_cast<size_t>(range.end - range.begin));
    std::iota(rows.begin(), rows.end(), range.begin);
    return {inputs::emd_jets(values, std::ssize(rows), settings), rows, "jets"};
}

/// The section as inspect proposes it, changed by what the user says.
ConfigNode data_section(const EmdFile& file, const ConfigNode& data,
                        const inputs::EmdSettings& settings)
{
    ConfigNode section = data;
    if (!data.find("type")) {
        const std::string hint = inspect_file(file.path).hint;
        section = *parse_yaml(hint, "the section that inspect proposes").find("data");
        const std::string type = section.find("type")->scalar;
        const bool table = type == "hdf5_table" && !section.find("constituents");
        if (data.kind == ConfigNode::Kind::map) merge(section, data);
        if (table && !section.find("constituents"))
            throw UserError(
                "{}: has no columns that look like momenta of particles (energy, px, py, pz; "
                "or pt, eta, phi; many per row wanted). Name a dataset of pt, y, phi with "
                "--dataset, or the columns in --config.",
                file.path.string());
        if (type == "events" && settings.of_jets() && settings.collection.empty())
            throw UserError(
                "{}: holds events of several kinds of objects (how they are compared is "
                "wanted: collections, kinds and factors). Say it in the section emd of "
                "--config; docs/emd.md has one.",
                file.path.string());
    }
    std::erase_if(section.entries, [](const auto& entry) {
        return entry.first == "train" || entry.first == "val" || entry.first == "test";
    });
    return section;
}

const Collection& wanted_particles(const EventStore& store, const inputs::EmdSettings& settings,
                                   const std::string& file)
{
    if (const auto* found = inputs::particles_of(store, settings)) return *found;
    const auto& all = store.collections;
    if (all.empty())
        throw UserError(
            "{}: has no particles (seen: numbers or images alone; four-momenta are wanted). "
            "Name a dataset of pt, y, phi with --dataset, or the columns in --config.",
            file);
    std::vector<std::string> known;
    for (const auto& [other, collection] : all) known.push_back(other);
    throw UserError(
        "{}: has no collection '{}' (one of particles is wanted; the data have {}). Name it "
        "with emd.collection, or compare events with emd.ground.",
        file, settings.collection_name(), fmt::join(known, ", "));
}

/// What of the section counts for the rows; not how they are loaded.
std::string rows_text(ConfigNode resolved)
{
    std::erase_if(resolved.entries, [](const auto& entry) {
        return entry.first == "loading" || entry.first == "memory" ||
               entry.first == "loader_threads";
    });
    return to_yaml(resolved);
}

EmdRows read_stored(const EmdFile& file, const ConfigNode& section,
                    const inputs::EmdSettings& settings, nlohmann::ordered_json& described)
{
    Config config(section, "data", "jetsmith emd");
    const auto reader = Registry<Reader>::make(config);
    described = rows_text(config.resolved());
    // Isotropies bring labels along; distances have no place for them.
    const EventStore store =
        reader->read_files({std::filesystem::absolute(file.path)},
                           {file.rows.range(), /*labelled=*/settings.isotropy.wanted()});
    const bool jets = settings.of_jets();
    EmdRows rows{
        jets ? inputs::emd_jets(wanted_particles(store, settings, file.path.string()), settings)
             : inputs::emd_events(store, settings),
        numbers(store.source_rows_B), jets ? "jets" : "events"};
    if (store.labels_B.defined()) rows.labels_N = numbers(store.labels_B);
    rows.class_names = store.class_names;
    return rows;
}

}  // namespace

EmdRows read_emd_rows(const EmdFile& file, const ConfigNode& data,
                      const inputs::EmdSettings& settings, FileHashes& hashes)
{
    nlohmann::ordered_json described;
    const bool plain = !file.dataset.empty();
    if (plain) hdf5::File::open(file.path);  // says best what is wrong with it
    const ConfigNode section = plain ? ConfigNode{} : data_section(file, data, settings);
    hashes.start({file.path});
    EmdRows rows =
        plain ? read_plain(file, settings) : read_stored(file, section, settings, described);
    rows.described = {{"name", std::filesystem::absolute(file.path).lexically_normal().string()},
                      {"sha256", hashes.of(file.path)},
                      {"dataset", file.dataset},
                      {"rows", file.rows.text()},
                      {"data", described}};
    return rows;
}

std::vector<int64_t> read_pairs(const std::filesystem::path& path)
{
    auto array = hdf5::read_array<int64_t>(hdf5::File::open(path), "pairs");
    if (array.shape.size() != 2 || array.shape[1] != 2 || array.values.empty())
        throw UserError(
            "{}: dataset 'pairs' has shape ({}) ((K, 2) of row numbers wanted). Write one "
            "pair per row.",
            path.string(), fmt::join(array.shape, ", "));
    return std::move(array.values);
}

std::vector<int64_t> pair_positions(const std::vector<int64_t>& pairs_K2,
                                    const std::filesystem::path& path, const EmdRows& first,
                                    const EmdRows& second)
{
    std::unordered_map<int64_t, int64_t> places[2];
    const EmdRows* const sides[2] = {&first, &second};
    for (size_t side = 0; side < 2; ++side)
        for (const int64_t row : sides[side]->source_rows)
            places[side].emplace(row, std::ssize(places[side]));
    std::vector<int64_t> positions;
    for (size_t k = 0; k < pairs_K2.size(); ++k) {
        const auto found = places[k % 2].find(pairs_K2[k]);
        if (found == places[k % 2].end())
            throw UserError(
                "{}: pair {} names row {} of the {} file (one of the {} rows that were read "
                "wanted, {} to {}). Mend the pairs, or choose other --rows.",
                path.string(), k / 2, pairs_K2[k], k % 2 == 0 ? "first" : "second",
                sides[k % 2]->source_rows.size(), sides[k % 2]->source_rows.front(),
                sides[k % 2]->source_rows.back());
        positions.push_back(found->second);
    }
    return positions;
}

}  // namespace jetsmith::analysis
