// SPDX-License-Identifier: Apache-2.0
#include "inputs/emd_events.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

#include "core/config.h"
#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith::inputs {
namespace {

using kernels::EmdObject;

struct Particle {
    double pt, x, y, weight;
    double transverse;  ///< sqrt(E^2 - pz^2): pt of a massless particle
    EmdObject object;
};
using Particles = std::vector<Particle>;

double wrapped(double angle) { return std::remainder(angle, 2 * std::numbers::pi); }

/// Leaves the hardest ones, in their order; of equal ones the first. NaN counts as hard.
void keep_hardest(Particles& all, int64_t most)
{
    if (most == 0 || std::ssize(all) <= most) return;
    const auto hardness = [&](size_t i) {
        return std::isnan(all[i].pt) ? std::numeric_limits<double>::infinity() : all[i].pt;
    };
    std::vector<size_t> order(all.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::nth_element(order.begin(), order.begin() + most, order.end(), [&](size_t a, size_t b) {
        return hardness(a) != hardness(b) ? hardness(a) > hardness(b) : a < b;
    });
    order.resize(static_cast<size_t>(most));
    std::sort(order.begin(), order.end());
    for (size_t i = 0; i < order.size(); ++i) all[i] = all[order[i]];
    all.resize(order.size());
}

/// The centroid of (x, y), azimuths being in one branch.
std::pair<double, double> centroid(const Particles& all)
{
    double sum = 0, x = 0, y = 0;
    for (const auto& p : all) sum += p.pt, x += p.pt * p.x, y += p.pt * p.y;
    return {x / sum, y / sum};
}

/// Rapidity and azimuth of the sum of the momenta; the azimuth in the branch of `near`.
std::pair<double, double> direction(const Particles& all, double near)
{
    double e = 0, px = 0, py = 0, pz = 0;
    for (const auto& p : all) {
        e += p.transverse * std::cosh(p.x);
        px += p.pt * std::cos(p.y);
        py += p.pt * std::sin(p.y);
        pz += p.transverse * std::sinh(p.x);
    }
    return {rapidity(e, std::hypot(px, py), pz), near + wrapped(std::atan2(py, px) - near)};
}

/// Azimuths in the branch of the hardest particle, so that no jet is cut at phi = pi; then relative
/// to the centre.
void centre_jet(Particles& all, EmdCentre centre)
{
    if (centre == EmdCentre::none || all.empty()) return;
    const auto hardest = std::max_element(all.begin(), all.end(),
                                          [](const auto& a, const auto& b) { return a.pt < b.pt; });
    const double branch = hardest->y;
    for (auto& p : all) p.y = branch + wrapped(p.y - branch);
    const auto [x, y] = centre == EmdCentre::pt ? centroid(all) : direction(all, branch);
    for (auto& p : all) p.x -= x, p.y -= y;
}

at::Tensor doubles(int64_t count) { return at::empty({count}, at::kDouble); }

/// All rows, made side by side in blocks. make(row, out) appends the particles of a row.
template <typename Make>
kernels::EmdEvents collect(int64_t rows, bool of_jets, const Make& make)
{
    constexpr int64_t kBlock = 1024;
    std::vector<Particles> blocks(static_cast<size_t>((rows + kBlock - 1) / kBlock));
    kernels::EmdEvents events;
    events.offsets_N1 = at::empty({rows + 1}, at::kLong);
    auto* offsets = events.offsets_N1.mutable_data_ptr<int64_t>();
    offsets[0] = 0;
    parallel_for(std::ssize(blocks), 1, [&](int64_t begin, int64_t end) {
        Particles of_row;
        for (int64_t row = begin * kBlock; row < std::min(end * kBlock, rows); ++row) {
            of_row.clear();
            make(row, of_row);
            auto& block = blocks[static_cast<size_t>(row / kBlock)];
            block.insert(block.end(), of_row.begin(), of_row.end());
            offsets[row + 1] = std::ssize(of_row);
        }
    });
    std::partial_sum(offsets, offsets + rows + 1, offsets);
    const int64_t count = offsets[rows];
    events.x_T = doubles(count), events.y_T = doubles(count), events.weight_T = doubles(count);
    if (!of_jets) events.pt_T = doubles(count), events.object_T = at::empty({count}, at::kChar);
    auto* x = events.x_T.mutable_data_ptr<double>();
    auto* y = events.y_T.mutable_data_ptr<double>();
    auto* weight = events.weight_T.mutable_data_ptr<double>();
    auto* pt = of_jets ? nullptr : events.pt_T.mutable_data_ptr<double>();
    auto* object = of_jets ? nullptr : events.object_T.mutable_data_ptr<int8_t>();
    for (const auto& block : blocks)
        for (const auto& p : block) {
            *x++ = p.x, *y++ = p.y, *weight++ = p.weight;
            if (!of_jets) *pt++ = p.pt, *object++ = static_cast<int8_t>(p.object);
        }
    return events;
}

/// A column of a collection or of the events as double.
class Numbers {
  public:
    explicit Numbers(const at::Tensor& tensor) : tensor_(tensor.cpu().to(at::kDouble).contiguous())
    {
    }
    double operator[](int64_t i) const { return tensor_.const_data_ptr<double>()[i]; }

  private:
    at::Tensor tensor_;
};

template <typename Map>
const typename Map::mapped_type& named(const Map& map, const std::string& name,
                                       const std::string& key, const std::string& what)
{
    const auto found = map.find(name);
    if (found != map.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [other, value] : map) known.push_back(other);
    throw UserError("{}: the data have no {} '{}' (one of theirs is wanted).{}", key, what, name,
                    suggestion(name, known));
}

/// The objects of one collection.
struct Kind {
    Numbers pt, eta, phi, tag;
    at::Tensor offsets_N1;
    EmdObject object;
    bool tagged;
    double above;

    Kind(const Collection& from, const EmdObjects& wanted, const std::string& key)
        : pt(column(from, "pt", key)),
          eta(column(from, "eta", key)),
          phi(column(from, "phi", key)),
          tag(column(from, wanted.b_tag.empty() ? "pt" : wanted.b_tag, key)),
          offsets_N1(from.offsets_B1.cpu()),
          object(wanted.object),
          tagged(!wanted.b_tag.empty()),
          above(wanted.b_tag_above)
    {
    }

    void append(int64_t row, Particles& out) const
    {
        const auto* offsets = offsets_N1.const_data_ptr<int64_t>();
        for (int64_t i = offsets[row]; i < offsets[row + 1]; ++i)
            if (pt[i] != 0)
                out.push_back({pt[i], eta[i], phi[i], 0, pt[i],
                               tagged && tag[i] > above ? EmdObject::b_jet : object});
    }

  private:
    static const at::Tensor& column(const Collection& from, const std::string& name,
                                    const std::string& key)
    {
        return named(from.columns, name, key, "column");
    }
};

/// Weights that add up to 1.
void weigh(Particles& event, bool uniform)
{
    double sum = 0;
    for (const auto& p : event) sum += uniform ? 1 : p.pt;
    for (auto& p : event) p.weight = (uniform ? 1 : p.pt) / sum;
}

}  // namespace

double rapidity(double energy, double pt, double pz)
{
    constexpr double kFarthest = 10;
    const double y = 0.5 * std::log((energy + pz) / (energy - pz));
    return std::abs(y) < kFarthest ? y : std::asinh(pz / pt);
}

kernels::EmdEvents emd_jets(const Collection& particles, const EmdSettings& settings)
{
    const at::Tensor momenta_T4 = particles.momenta_T4.cpu(),
                     offsets_B1 = particles.offsets_B1.cpu();
    const auto* momenta = momenta_T4.const_data_ptr<float>();
    const auto* offsets = offsets_B1.const_data_ptr<int64_t>();
    const EmdCentre centre = settings.centre_of(/*given=*/false);
    const bool directions = settings.isotropy.on_sphere();
    return collect(offsets_B1.size(0) - 1, true, [&](int64_t row, Particles& out) {
        for (int64_t i = offsets[row]; i < offsets[row + 1]; ++i) {
            const double e = momenta[4 * i], px = momenta[4 * i + 1], py = momenta[4 * i + 2];
            const double pz = momenta[4 * i + 3], pt = std::hypot(px, py);
            if (pt == 0) continue;
            const double y = directions ? std::asinh(pz / pt) : rapidity(e, pt, pz);
            const double transverse = std::sqrt(std::max(pt * pt, (e - pz) * (e + pz)));
            out.push_back({pt, y, std::atan2(py, px), pt, transverse, EmdObject::jet});
        }
        keep_hardest(out, settings.max_particles);
        centre_jet(out, centre);
    });
}

kernels::EmdEvents emd_jets(std::span<const double> values, int64_t rows,
                            const EmdSettings& settings)
{
    const int64_t slots = rows == 0 ? 0 : std::ssize(values) / 3 / rows;
    const EmdCentre centre = settings.centre_of(/*given=*/true);
    return collect(rows, true, [&](int64_t row, Particles& out) {
        for (int64_t slot = 0; slot < slots; ++slot) {
            const double* p = values.data() + 3 * (row * slots + slot);
            if (p[0] != 0) out.push_back({p[0], p[1], p[2], p[0], p[0], EmdObject::jet});
        }
        keep_hardest(out, settings.max_particles);
        centre_jet(out, centre);
    });
}

const Collection* particles_of(const EventStore& store, const EmdSettings& settings)
{
    const auto& all = store.collections;
    if (const auto found = all.find(settings.collection_name()); found != all.end())
        return &found->second;
    return settings.collection.empty() && all.size() == 1 ? &all.begin()->second : nullptr;
}

kernels::EmdEvents emd_events(const EventStore& store, const EmdSettings& settings)
{
    std::vector<Kind> kinds;
    for (size_t k = 0; k < settings.objects.size(); ++k) {
        const EmdObjects& wanted = settings.objects[k];
        const std::string key = fmt::format("objects[{}]", k);
        const auto& from = named(store.collections, wanted.collection,
                                 settings.where(key + ".collection"), "collection");
        kinds.emplace_back(from, wanted, settings.where(key));
    }
    std::vector<Numbers> met;  // size and azimuth
    if (!settings.met.empty()) {
        met.emplace_back(named(store.scalars, settings.met, settings.where("met.pt"), "column"));
        met.emplace_back(
            named(store.scalars, settings.met_phi, settings.where("met.phi"), "column"));
    }
    return collect(store.rows, false, [&](int64_t row, Particles& out) {
        for (const Kind& kind : kinds) kind.append(row, out);
        if (!met.empty() && met[0][row] != 0)
            out.push_back({met[0][row], 0, met[1][row], 0, met[0][row], EmdObject::met});
        keep_hardest(out, settings.max_particles);
        weigh(out, settings.uniform);
    });
}

}  // namespace jetsmith::inputs
