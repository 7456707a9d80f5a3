// SPDX-License-Identifier: Apache-2.0
// The constituents of a jet as a set of feature vectors, ragged: features_TF, offsets_B1 and
// fractions_T. The formulas stand in kernels/particle_features/particle_features.h. The defaults
// are the inputs of the particle flow network: (z, y, phi) about the pt-weighted centroid, Komiske,
// Metodiev, Thaler, 1810.05165. F features, T constituents of all jets of a batch.
#include <ATen/ops/cat.h>

#include <algorithm>
#include <set>

#include "core/float32_checks.h"
#include "inputs/input.h"
#include "kernels/particle_features/particle_features.h"

namespace jetsmith::inputs {
namespace {

using kernels::JetCentre;
using kernels::ParticleFeature;

const std::map<std::string, ParticleFeature> kFeatures{
    {"z", ParticleFeature::z},
    {"log_z", ParticleFeature::log_z},
    {"log_pt", ParticleFeature::log_pt},
    {"log_energy", ParticleFeature::log_energy},
    {"log_energy_fraction", ParticleFeature::log_energy_fraction},
    {"y", ParticleFeature::y},
    {"eta", ParticleFeature::eta},
    {"phi", ParticleFeature::phi},
    {"dr", ParticleFeature::dr}};

const std::map<std::string, JetCentre> kCentres{{"pt_centroid", JetCentre::pt_centroid},
                                                {"jet_axis", JetCentre::jet_axis},
                                                {"hardest", JetCentre::hardest},
                                                {"none", JetCentre::none}};

template <typename T>
std::vector<std::string> names_of(const std::map<std::string, T>& known)
{
    std::vector<std::string> names;
    for (const auto& [name, _] : known) names.push_back(name);
    return names;
}

class Constituents final : public Input {
  public:
    struct Options {
        kernels::ParticleFeaturesOptions kernel;
        kernels::ParticleAugment augment;
        std::vector<std::string> columns;
        std::string collection;

        explicit Options(Config& config);

      private:
        void read_features(Config& config);
    };

    explicit Constituents(const Options& options) : o_(options) {}

    BatchShape shape(const EventStore& store) const override
    {
        check_columns(collection(store));
        BatchShape shape;
        shape.features = static_cast<int64_t>(o_.kernel.features.size() + o_.columns.size());
        const auto is_direction = [](ParticleFeature f) {
            return f == ParticleFeature::y || f == ParticleFeature::eta ||
                   f == ParticleFeature::phi || f == ParticleFeature::dr;
        };
        shape.directions =
            o_.columns.empty() &&
            std::all_of(o_.kernel.features.begin(), o_.kernel.features.end(), is_direction);
        return shape;
    }

    void judge(const EventStore& block, RowFaults& faults) const override
    {
        check_columns(collection(block));
        judge_objects(block, collection(block), o_.columns, faults);
    }

    bool fixed_shapes() const override { return false; }

    std::string feature_name(int64_t feature) const override
    {
        const auto& features = o_.kernel.features;
        const auto place = static_cast<size_t>(feature);
        if (place >= features.size()) return o_.columns.at(place - features.size());
        return std::find_if(kFeatures.begin(), kFeatures.end(),
                            [&](const auto& known) { return known.second == features[place]; })
            ->first;
    }

    Batch make(const EventStore& store, const at::Tensor& rows,
               const std::optional<Augment>& augment, at::ScalarType) const override
    {
        const auto& jets = collection(store);
        std::optional<kernels::ParticleAugment> random;
        if (augment && (o_.augment.flips || o_.augment.rotation > 0)) {
            random = o_.augment;
            random->seed = augment->seed;
            random->epoch = augment->epoch;
            random->device_epoch = augment->device_epoch;
            random->random_rows_B = random_rows(store, rows);
        }
        Batch batch = labelled_batch(store, rows);
        auto described =
            kernels::particle_features(jets.momenta_T4, jets.offsets_B1, rows, o_.kernel, random);
        batch.features_TF = described.features_TF;
        batch.fractions_T = described.fractions_T;
        batch.offsets_B1 = described.offsets_B1;
        if (o_.columns.empty()) return batch;
        check_columns(jets);
        std::vector<at::Tensor> all{batch.features_TF};
        for (const auto& name : o_.columns)
            all.push_back(jets.columns.at(name)
                              .index_select(0, described.sources_T)
                              .to(at::kFloat)
                              .unsqueeze(1));
        batch.features_TF = at::cat(all, 1);
        return batch;
    }

  private:
    const Collection& collection(const EventStore& store) const
    {
        if (o_.collection.empty()) return store.constituents();
        const auto found = store.collections.find(o_.collection);
        if (found != store.collections.end()) return found->second;
        throw UserError("inputs.collection: the data have no collection '{}'.{}", o_.collection,
                        suggestion(o_.collection, names_of(store.collections)));
    }

    void check_columns(const Collection& jets) const
    {
        for (const auto& name : o_.columns)
            if (!jets.columns.count(name))
                throw UserError("inputs.columns: the constituents have no column '{}'.{}", name,
                                jets.columns.empty() ? " The data have momenta alone; leave "
                                                       "inputs.columns out."
                                                     : suggestion(name, names_of(jets.columns)));
    }

    Options o_;
};

void Constituents::Options::read_features(Config& config)
{
    std::vector<std::string> features{"z", "y", "phi"};
    config.read("features", features,
                "numbers per constituent, in this order: z = pt over the jet's summed pt, y "
                "(rapidity) or eta, and phi, relative to the centre, dr = distance to it, log_pt "
                "and log_energy [ln GeV], log_z, log_energy_fraction",
                one_of(names_of(kFeatures)));
    const std::set<std::string> different(features.begin(), features.end());
    if (features.empty() || different.size() != features.size())
        config.fail("features",
                    fmt::format("names a feature twice, or none (seen: [{}]; each at most once "
                                "wanted). Leave it out for the default, [z, y, phi]",
                                fmt::join(features, ", ")));
    if (different.count("y") && different.count("eta"))
        config.fail("features",
                    "has y and eta, two choices of the same axis (one of them wanted). "
                    "Remove one");
    kernel.features.clear();
    for (const auto& name : features) kernel.features.push_back(kFeatures.at(name));
}

Constituents::Options::Options(Config& config)
{
    read_features(config);
    config.read("columns", columns,
                "columns of the collection that follow the features, as stored: charge, particle "
                "id, ...");
    int64_t most = 0;
    config.read("max_constituents", most, "hardest constituents of a jet that take part; 0: all",
                non_negative);
    if (most > 0) kernel.most = most;
    std::string centre = "pt_centroid";
    config.read("centre", centre,
                "origin of the coordinates: the pt-weighted mean, the summed momentum, the hardest "
                "constituent, or 0",
                one_of(names_of(kCentres)));
    kernel.centre = kCentres.at(centre);
    config.read("rotate", kernel.rotate, "turn the principal axis to the first coordinate axis");
    config.read("flip", kernel.flip, "mirror so that the upper halves carry more pt");
    auto random = config.section("augment", "random changes of each training jet");
    random.read("flips", augment.flips, "mirror each axis of every second jet");
    random.read("rotation", augment.rotation, "largest angle [rad]", non_negative, finite_float32);
    random.finish();
    config.read("collection", collection, "collection of the data; empty: the constituents");
}

JETSMITH_REGISTER(Input, "constituents", Constituents);

}  // namespace
}  // namespace jetsmith::inputs
