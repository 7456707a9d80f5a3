// SPDX-License-Identifier: Apache-2.0
#include "kernels/particle_features/particle_features.h"

#include <ATen/ops/cumsum.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "core/cuda_plugin.h"
#include "core/errors.h"
#include "core/parallel.h"
#include "kernels/particle_features/particle_features_math.h"
#include "kernels/ragged.h"

namespace jetsmith::kernels {
namespace {

/// Jets in one piece of work of a thread.
constexpr int64_t kGrain = 32;

using Launch = const char*(const ParticleFeaturesArguments*, bool count, void* stream);

/// A processor works on a jet alone.
struct OneLane {
    static int lane() { return 0; }
    static int lanes() { return 1; }
    static double sum(double v) { return v; }
    static float least(float v) { return v; }
    static float largest(float v) { return v; }
    static int hardest(float, int position) { return position; }
    static void sync() {}
};

bool has(const ParticleFeaturesOptions& o, ParticleFeature feature)
{
    return std::find(o.features.begin(), o.features.end(), feature) != o.features.end();
}

void fill_options(const ParticleFeaturesOptions& o, ParticleFeaturesArguments& a)
{
    ensure(o.features.size() <= kParticleFeatures, "each feature at most once");
    ensure(!has(o, ParticleFeature::y) || !has(o, ParticleFeature::eta), "y or eta, not both");
    ensure(o.most > 0, "at least one constituent must take part");
    a.most = o.most;
    a.feature_count = static_cast<int32_t>(o.features.size());
    std::copy(o.features.begin(), o.features.end(), a.feature);
    a.centre = o.centre;
    a.pseudorapidity = has(o, ParticleFeature::eta);
    a.rotate = o.rotate;
    a.flip = o.flip;
}

void fill_augment(const ParticleAugment& augment, const at::Tensor& random_rows,
                  ParticleFeaturesArguments& a)
{
    ensure(random_rows.dim() == 1 && random_rows.size(0) == a.jets &&
               random_rows.scalar_type() == at::kLong,
           "random rows must be int64 (B)");
    a.augment = true;
    a.random_flips = augment.flips;
    a.random_rotation = augment.rotation;
    a.seed = augment.seed;
    a.epoch = augment.epoch;
    a.random_rows = random_rows.const_data_ptr<int64_t>();
    if (augment.device_epoch.defined())
        a.device_epoch = augment.device_epoch.const_data_ptr<int64_t>();
}

void count_on_cpu(const ParticleFeaturesArguments& a)
{
    const auto [least, most] = std::minmax_element(a.rows, a.rows + a.jets);
    ensure(*least >= 0 && *most < a.store_jets, "a row lies outside the store");
    for (int64_t jet = 0; jet < a.jets; ++jet) {
        const int64_t first = a.offsets[a.rows[jet]], next = a.offsets[a.rows[jet] + 1];
        const int valid =
            count_particles(OneLane(), a.momenta + 4 * first, static_cast<int>(next - first));
        a.counts[jet] = std::min<int64_t>(valid, a.most);
    }
}

void run(const ParticleFeaturesArguments& a, bool count, const at::Device& device)
{
    if (device.is_cuda()) {
        static auto* launch = cuda_kernel<Launch>("jetsmith_launch_particle_features");
        const char* problem = launch(&a, count, cuda_plugin()->stream());
        ensure(problem == nullptr, problem == nullptr ? "" : problem);
    } else if (count) {
        count_on_cpu(a);
    } else {
        parallel_for(a.jets, kGrain, [&](int64_t begin, int64_t end) {
            for (int64_t jet = begin; jet < end; ++jet) describe_jet(OneLane(), a, jet);
        });
    }
}

}  // namespace

ParticleFeatures particle_features(const at::Tensor& momenta_T4, const at::Tensor& offsets_B1,
                                   const at::Tensor& rows_B, const ParticleFeaturesOptions& options,
                                   const std::optional<ParticleAugment>& augment)
{
    check_jets(momenta_T4, offsets_B1, rows_B);
    const auto rows = rows_B.contiguous();
    ParticleFeaturesArguments a{};
    a.momenta = momenta_T4.const_data_ptr<float>();
    a.offsets = offsets_B1.const_data_ptr<int64_t>();
    a.store_jets = offsets_B1.size(0) - 1;
    a.rows = rows.const_data_ptr<int64_t>();
    a.jets = rows.size(0);
    fill_options(options, a);
    at::Tensor random_rows;
    if (augment) {
        random_rows = augment->random_rows_B.contiguous();
        fill_augment(*augment, random_rows, a);
    }

    const auto device = momenta_T4.device();
    ParticleFeatures out;
    out.offsets_B1 = at::zeros({a.jets + 1}, offsets_B1.options());
    int64_t total = 0;
    if (a.jets > 0) {
        const auto counts = at::empty({a.jets}, offsets_B1.options());
        a.counts = counts.mutable_data_ptr<int64_t>();
        run(a, /*count=*/true, device);
        auto ends = out.offsets_B1.narrow(0, 1, a.jets);
        at::cumsum_out(ends, counts, 0);
        total = ends[a.jets - 1].item<int64_t>();
    }
    out.features_TF = at::empty({total, a.feature_count}, momenta_T4.options());
    out.fractions_T = at::empty({total}, momenta_T4.options());
    out.sources_T = at::empty({total}, offsets_B1.options());
    if (total == 0) return out;
    const auto located = at::empty({total, 4}, momenta_T4.options());
    a.out_offsets = out.offsets_B1.const_data_ptr<int64_t>();
    a.located = located.mutable_data_ptr<float>();
    a.features = out.features_TF.mutable_data_ptr<float>();
    a.fractions = out.fractions_T.mutable_data_ptr<float>();
    a.sources = out.sources_T.mutable_data_ptr<int64_t>();
    run(a, /*count=*/false, device);
    return out;
}

}  // namespace jetsmith::kernels
