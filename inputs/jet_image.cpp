// SPDX-License-Identifier: Apache-2.0
// Jet images made of constituents for every batch anew, preprocessed as in 1803.00107: see
// kernels/pixelate/pixelate.h for each step.

#include <map>
#include <set>

#include "core/errors.h"
#include "core/float32_checks.h"
#include "inputs/input.h"
#include "inputs/standardise.h"
#include "kernels/pixelate/pixelate.h"

namespace jetsmith::inputs {
namespace {

using kernels::JetCentre;
using kernels::PixelChannel;
using kernels::PixelTransform;

/// One number for both axes of the image, or [along eta, along phi].
template <typename T, typename... Checks>
void read_both(Config& config, const char* key, T& eta, T& phi, const char* meaning,
               const Checks&... checks)
{
    if (!config.is_list(key)) {
        config.read(key, eta, meaning, checks...);
        phi = eta;
        return;
    }
    std::vector<T> both;
    config.read(key, both, meaning, checks...);
    if (both.size() != 2)
        config.fail(key, fmt::format("is a list of {} numbers (one, or [along eta, along phi], "
                                     "wanted). Leave the others away",
                                     both.size()));
    eta = both[0];
    phi = both[1];
}

/// Reads one of a few names and returns what it stands for.
template <typename T>
void read_name(Config& config, const char* key, T& value, const char* meaning, std::string name,
               const std::map<std::string, T>& known)
{
    std::vector<std::string> names;
    for (const auto& [each, _] : known) names.push_back(each);
    config.read(key, name, meaning, one_of(names));
    value = known.at(name);
}

class JetImage final : public Input {
  public:
    struct Options {
        kernels::PixelateOptions image;
        kernels::PixelAugment augment;
        std::string collection;
        StandardiseOptions standardise;

        explicit Options(Config& config) : standardise(read(config)) {}

      private:
        StandardiseOptions read(Config& config);
    };

    explicit JetImage(const Options& options) : o_(options), standardiser_(options.standardise) {}

    BatchShape shape(const EventStore&) const override
    {
        const auto channels = static_cast<int64_t>(o_.image.channels.size());
        return {channels, o_.image.height, o_.image.width, 0, 0};
    }

    void judge(const EventStore& block, RowFaults& faults) const override
    {
        judge_objects(block, collection(block), {}, faults);
    }

    void fit(RowFeed& train, const std::vector<double>&) override
    {
        standardiser_.fit(train, [&](const RowPiece& piece) {
            const auto& jets = collection(*piece.store);
            return kernels::pixelate(jets.momenta_T4, jets.offsets_B1, piece.rows_B, o_.image);
        });
    }

    bool learns() const override { return standardiser_.active(); }
    InputState state() const override { return standardiser_.state(); }
    void load_state(const InputState& state) override { standardiser_.load_state(state); }

    Batch make(const EventStore& store, const at::Tensor& rows,
               const std::optional<Augment>& augment, at::ScalarType dtype) const override
    {
        const auto& jets = collection(store);
        const auto image = shape(store);
        kernels::PixelateExtras extras;
        extras.table = standardiser_.table(jets.momenta_T4.device(), image.channels, image.height,
                                           image.width);
        const auto& a = o_.augment;
        if (augment && (a.flips || a.rotation > 0 || a.shift > 0)) {
            extras.augment = a;
            extras.augment->seed = augment->seed;
            extras.augment->epoch = augment->epoch;
            extras.augment->device_epoch = augment->device_epoch;
            extras.augment->random_rows_B = random_rows(store, rows);
        }
        Batch batch = labelled_batch(store, rows);
        batch.images_BCHW =
            kernels::pixelate(jets.momenta_T4, jets.offsets_B1, rows, o_.image, extras, dtype);
        return batch;
    }

  private:
    const Collection& collection(const EventStore& store) const
    {
        if (o_.collection.empty()) return store.constituents();
        const auto found = store.collections.find(o_.collection);
        if (found != store.collections.end()) return found->second;
        std::vector<std::string> known;
        for (const auto& [name, _] : store.collections) known.push_back(name);
        throw UserError("inputs.collection: the data have no collection '{}'.{}", o_.collection,
                        suggestion(o_.collection, known));
    }

    Options o_;
    Standardiser standardiser_;
};

StandardiseOptions JetImage::Options::read(Config& config)
{
    auto& i = image;
    read_both(config, "pixels", i.height, i.width, "pixels along each axis, or [eta, phi]",
              within(2, 1024));
    read_both(config, "width", i.eta_width, i.phi_width,
              "full width of the window, or [eta, phi] [rad]", positive, normal_float32);
    std::vector<std::string> channels{"pt"};
    const std::map<std::string, PixelChannel> kinds{
        {"pt", PixelChannel::pt}, {"count", PixelChannel::count}, {"energy", PixelChannel::energy}};
    config.read("channels", channels, "what pixels add up, each at most once: pt, count, energy",
                one_of({"pt", "count", "energy"}));
    i.channels.clear();
    for (const auto& name : channels) i.channels.push_back(kinds.at(name));
    const std::set<std::string> different(channels.begin(), channels.end());
    if (channels.empty() || different.size() != channels.size())
        config.fail("channels",
                    fmt::format("names a channel twice, or none (seen: [{}]; each of pt, count, "
                                "energy at most once wanted). Leave it out for the default, [pt]",
                                fmt::join(channels, ", ")));
    read_name<JetCentre>(config, "centre", i.centre,
                         "origin of the image: the pt-weighted mean of eta and phi, the summed "
                         "momentum, the hardest constituent, or eta = phi = 0",
                         "pt_centroid",
                         {{"pt_centroid", JetCentre::pt_centroid},
                          {"jet_axis", JetCentre::jet_axis},
                          {"hardest", JetCentre::hardest},
                          {"none", JetCentre::none}});
    config.read("rotate", i.rotate, "turn the principal axis to the first image axis");
    config.read("flip", i.flip, "mirror so that the upper halves carry more pt");
    config.read("normalise", i.normalise, "divide pt and energy by their sums over the jet");
    read_name<PixelTransform>(config, "transform", i.transform,
                              "function of each pixel: none, sqrt(v) or log(1 + v / log_scale)",
                              "none",
                              {{"none", PixelTransform::none},
                               {"sqrt", PixelTransform::sqrt},
                               {"log", PixelTransform::log}});
    config.read("log_scale", i.log_scale, "v at which the logarithm sets in", positive,
                normal_float32);
    auto random = config.section("augment", "random changes of each training image");
    random.read("flips", augment.flips, "mirror each axis of every second image");
    random.read("rotation", augment.rotation, "largest angle [rad]", non_negative, finite_float32);
    random.read("shift", augment.shift, "largest shift along each axis [rad]", non_negative,
                finite_float32);
    random.finish();
    config.read("collection", collection, "collection of the data; empty: the constituents");
    return StandardiseOptions(
        config.section("standardise", "subtract and divide by training statistics"));
}

JETSMITH_REGISTER(Input, "jet_image", JetImage);

}  // namespace
}  // namespace jetsmith::inputs
