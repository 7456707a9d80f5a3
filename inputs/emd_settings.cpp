// SPDX-License-Identifier: Apache-2.0
#include "inputs/emd_settings.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace jetsmith::inputs {
namespace {

using kernels::EmdGround;
using kernels::EmdObject;
using kernels::kEmdObjects;

const std::vector<std::string> kGrounds{"jets", "events"};
const std::vector<std::string> kTiers{"fast", "exact"};
const std::vector<std::string> kCentres{"pt", "escheme", "none"};
const std::vector<std::string> kWeights{"pt", "uniform"};
/// In the order of EmdObject.
const std::vector<std::string> kObjects{"jet",  "b_jet", "large_jet", "electron",
                                        "muon", "tau",   "photon",    "met"};

size_t index_of(const std::vector<std::string>& names, const std::string& name)
{
    return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

void refuse(const Config& config, const std::vector<const char*>& keys, const std::string& what,
            const std::string& instead)
{
    for (const char* key : keys)
        if (config.has(key))
            config.fail(key,
                        fmt::format("has no meaning for {} ({}). Leave it away", what, instead));
}

/// The factors that are not 1, as `id` reads them.
nlohmann::ordered_json factors(const kernels::EmdOptions& kernel)
{
    auto all = nlohmann::ordered_json::object();
    for (size_t i = 0; i < kEmdObjects; ++i)
        for (size_t j = i; j < kEmdObjects; ++j)
            if (const double factor = kernel.id[i * kEmdObjects + j]; factor != 1)
                all[kObjects[i] + "-" + kObjects[j]] = factor;
    return all;
}

}  // namespace

EmdSettings EmdSettings::of_file(const std::string& text, const std::string& file)
{
    auto json = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object())
        throw UserError(
            "{}: attribute settings is no JSON object (how the distances were made is wanted). "
            "Make the file again with this jetsmith.",
            file);
    for (const char* of_the_run : {"program", "layout", "device", "files", "pairs"})
        json.erase(of_the_run);
    Config config(parse_yaml(json.dump(), file), "emd", "jetsmith emd");
    EmdSettings settings(config);
    config.finish();
    return settings;
}

EmdSettings::EmdSettings(Config& config)
{
    std::string ground = kGrounds.front(), tier = kTiers.front();
    config.read(
        "ground", ground,
        "what moving costs: jets, (dR / radius)^beta (1902.02346); or events, dR |pT - pT'| "
        "times a factor of both kinds of objects (2004.09360)",
        one_of(kGrounds));
    config.read("tier", tier, "fast: certified to 2e-6 of the larger total; exact: to 1e-10",
                one_of(kTiers));
    config.read("max_particles", max_particles, "particles of highest pT to keep; 0: all",
                non_negative);
    config.read("device", device, "auto, cpu, cuda or cuda:N");
    kernel.ground = static_cast<EmdGround>(index_of(kGrounds, ground));
    kernel.tier = static_cast<kernels::EmdTier>(index_of(kTiers, tier));
    read_isotropy(config);
    if (isotropy.wanted() || of_jets() || config.is_describing())
        config.read("collection", collection, "collection of the particles; empty: the only one");
    if (isotropy.wanted()) return;
    if (of_jets() || config.is_describing()) read_jets(config);
    if (!of_jets() || config.is_describing()) read_events(config);
}

void EmdSettings::read_isotropy(Config& config)
{
    std::string text;
    config.read("isotropy", text,
                "event isotropy: distance of each event to a uniform one, ring:N, cylinder:N or "
                "sphere:N (2004.06125); empty: distances of pairs");
    double ymax = isotropy.ymax;
    config.read("ymax", ymax, "largest rapidity of isotropy: cylinder:N", positive);
    if (text.empty()) {
        if (config.has("ymax"))
            config.fail("ymax",
                        "has no meaning without isotropy: cylinder:N (its largest rapidity). Leave "
                        "it away");
        return;
    }
    isotropy = kernels::Isotropy::parse(text);
    isotropy.ymax = ymax;
    check_isotropy(config, text);
    refuse(config,
           {"ground", "radius", "beta", "norm", "centre", "objects", "met", "weights", "id",
            "other_kinds"},
           "isotropy", "the reference says how events are compared");
    kernel = isotropy.options(kernel.tier);
    centre = "none";
}

void EmdSettings::check_isotropy(const Config& config, const std::string& text) const
{
    constexpr double kMostPoints = 100'000;
    if (!isotropy.wanted())
        config.fail(
            "isotropy",
            fmt::format("'{}' is no reference (ring:N, cylinder:N or sphere:N with 2 points "
                        "or more wanted). Write ring:128",
                        text));
    if (config.has("ymax") && isotropy.shape != kernels::IsotropyShape::cylinder)
        config.fail("ymax",
                    fmt::format("has no meaning for {} (a cylinder has it). Leave it away", text));
    const double size = isotropy.size();
    if (isotropy.on_sphere() && size == 0)
        config.fail(
            "isotropy",
            fmt::format("{} points are not spread evenly over the sphere (12 n^2 of HEALPix "
                        "wanted, such as 48, 192 or 768). Write sphere:192",
                        isotropy.points));
    if (!(size >= 1 && size <= kMostPoints))
        config.fail("isotropy", fmt::format("{} with ymax {} is a reference of {} points (1 to {} "
                                            "wanted). Choose another N",
                                            text, isotropy.ymax, size, kMostPoints));
}

void EmdSettings::read_jets(Config& config)
{
    if (!config.has("radius") && !config.is_describing())
        throw UserError(
            "--radius: is missing (seen: no radius; the jet radius R, by which distances are "
            "divided, is wanted). Add that of your jets, such as --radius 0.8; events want "
            "--config or --isotropy instead.");
    config.require("radius", kernel.radius, "jet radius R, by which distances are divided",
                   positive);
    config.read("beta", kernel.beta, "power of the distance", positive);
    config.read("norm", kernel.norm, "divide each jet's weights by their sum");
    config.read("centre", centre,
                "origin of each jet: pt, its pT-weighted centroid; escheme, the direction of its "
                "momentum; none, positions as they are and azimuths modulo 2 pi; auto, none for "
                "positions that are given (--dataset), else pt",
                one_of({"auto", "pt", "escheme", "none"}));
    if (config.is_describing()) return;
    refuse(config, {"objects", "met", "weights", "id", "other_kinds"}, "ground 'jets'",
           "events of reconstructed objects have it");
}

void EmdSettings::read_events(Config& config)
{
    std::string weights = kWeights.front();
    config.read("weights", weights,
                "of the objects of an event: pt, their share of its pT; or uniform",
                one_of(kWeights));
    uniform = weights == "uniform";
    read_objects(config);
    Config section =
        config.section("met", "missing transverse momentum, one object without rapidity");
    section.read("pt", met, "column of its size");
    section.read("phi", met_phi, "column of its azimuth");
    if (met.empty() != met_phi.empty())
        config.fail("met",
                    "names one of two columns (pt and phi are wanted). Name both, or leave "
                    "met away");
    read_id(config);
    if (config.is_describing()) return;
    refuse(config, {"radius", "beta", "norm", "centre", "collection"}, "ground 'events'",
           "jets have it");
}

void EmdSettings::read_objects(Config& config)
{
    const std::vector<std::string> kinds(kObjects.begin(), kObjects.end() - 1);
    for (Config& item :
         config.items("objects", "collections of the event, one kind of objects each")) {
        EmdObjects one;
        std::string kind;
        item.require("collection", one.collection, "name of a collection, such as jets");
        item.require("kind", kind, "what its objects are", one_of(kinds));
        item.read("b_tag", one.b_tag, "column that makes a jet a b_jet; empty: none");
        item.read("b_tag_above", one.b_tag_above, "where it is above this value");
        one.object = static_cast<EmdObject>(index_of(kObjects, kind));
        if (!one.b_tag.empty() && one.object != EmdObject::jet && !item.is_describing())
            item.fail("b_tag",
                      fmt::format("turns jets into b-jets (seen: kind {}; kind jet wanted). "
                                  "Leave it away",
                                  kind));
        objects.push_back(one);
    }
    if (objects.empty())
        config.fail("objects",
                    "no collection is named (seen: none; one or more wanted). Write "
                    "objects: [{collection: jets, kind: jet}]");
}

/// `id: {jet-muon: 3}`, symmetric; 1 among objects of one kind, `other_kinds` elsewhere.
void EmdSettings::read_id(Config& config)
{
    double other = 1.0;
    std::map<std::string, double> named;
    config.read("other_kinds", other, "factor of two objects of different kinds", positive);
    config.read("id", named, "factor of two kinds, where it is another: {jet-muon: 3}");
    for (size_t i = 0; i < kEmdObjects; ++i)
        for (size_t j = 0; j < kEmdObjects; ++j)
            kernel.id[i * kEmdObjects + j] = i == j ? 1 : other;
    for (const auto& [pair, factor] : named) {
        const auto dash = pair.find('-');
        const size_t i = index_of(kObjects, pair.substr(0, dash));
        const size_t j =
            dash == std::string::npos ? kObjects.size() : index_of(kObjects, pair.substr(dash + 1));
        if (i == kObjects.size() || j == kObjects.size())
            config.fail("id", fmt::format("'{}' names no two kinds (two of {} with a dash between "
                                          "them wanted). Write jet-muon",
                                          pair, fmt::join(kObjects, ", ")));
        if (!(factor > 0))
            config.fail("id",
                        fmt::format("the factor of {} is {} (must be above 0)", pair, factor));
        kernel.id[i * kEmdObjects + j] = kernel.id[j * kEmdObjects + i] = factor;
    }
}

EmdCentre EmdSettings::centre_of(bool given) const
{
    if (centre == "auto") return given ? EmdCentre::none : EmdCentre::pt;
    return static_cast<EmdCentre>(index_of(kCentres, centre));
}

kernels::EmdOptions EmdSettings::options(bool given) const
{
    kernels::EmdOptions all = kernel;
    all.periodic = !of_jets() || centre_of(given) == EmdCentre::none;
    return all;
}

nlohmann::ordered_json EmdSettings::json(bool given) const
{
    nlohmann::ordered_json all;
    all["ground"] = isotropy.wanted() ? "isotropy" : kGrounds[static_cast<size_t>(kernel.ground)];
    if (isotropy.wanted()) {
        all["isotropy"] = isotropy.text();
        if (isotropy.shape == kernels::IsotropyShape::cylinder) all["ymax"] = isotropy.ymax;
        all["collection"] = collection;
    } else if (of_jets()) {
        all["radius"] = kernel.radius;
        all["beta"] = kernel.beta;
        all["norm"] = kernel.norm;
        all["centre"] = kCentres[static_cast<size_t>(centre_of(given))];
        all["collection"] = collection;
    } else {
        all["weights"] = kWeights[uniform ? 1 : 0];
        for (const auto& one : objects)
            all["objects"].push_back({{"collection", one.collection},
                                      {"kind", kObjects[static_cast<size_t>(one.object)]},
                                      {"b_tag", one.b_tag},
                                      {"b_tag_above", one.b_tag_above}});
        all["met"] = {{"pt", met}, {"phi", met_phi}};
        all["id"] = factors(kernel);
    }
    all["tier"] = kTiers[static_cast<size_t>(kernel.tier)];
    all["max_particles"] = max_particles;
    return all;
}

}  // namespace jetsmith::inputs
