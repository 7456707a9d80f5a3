// SPDX-License-Identifier: Apache-2.0
#include "kernels/emd/emd_problem.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

namespace jetsmith::kernels {
namespace {

/// Weights below this share of the total would have no mass.
constexpr double kLeastShare = 0x1p-54;

/// Totals below this would have no finite mass per weight.
constexpr double kLeastTotal = 1e-280;

void widen(EmdEventFacts& facts, int axis, double value)
{
    facts.least[axis] = std::min(facts.least[axis], value);
    facts.most[axis] = std::max(facts.most[axis], value);
}

EmdEventFacts event_facts(const EmdParticles& p, EmdGround ground, int64_t begin, int64_t end)
{
    EmdEventFacts facts{EmdStatus::ok, 0, {0, 0, 0}, {0, 0, 0}};
    if (begin == end) facts.status = EmdStatus::empty_event;
    std::fill_n(facts.least, 3, INFINITY);
    std::fill_n(facts.most, 3, -INFINITY);
    for (int64_t t = begin; t < end; ++t) {
        if (!(p.weight[t] > 0 && p.weight[t] < INFINITY)) facts.status = EmdStatus::bad_weight;
        facts.total += p.weight[t];
        if (ground == EmdGround::matrix) continue;
        const double pt = p.pt ? p.pt[t] : 0.0;
        if (!(std::isfinite(p.x[t]) && std::isfinite(p.y[t]) && std::isfinite(pt)))
            facts.status = EmdStatus::bad_position;
        widen(facts, 0, p.x[t]);
        widen(facts, 1, p.y[t]);
        widen(facts, 2, pt);
    }
    if (facts.status == EmdStatus::ok && !(facts.total > kLeastTotal && facts.total < INFINITY))
        facts.status = EmdStatus::out_of_range;
    return facts;
}

/// Largest difference of a coordinate between particles of the two events.
double reach(const EmdEventFacts& one, const EmdEventFacts& other, int axis)
{
    return std::max(one.most[axis] - other.least[axis], other.most[axis] - one.least[axis]);
}

double largest_cost_of(const EmdArguments& a, const EmdEventFacts& one, const EmdEventFacts& other)
{
    const double x = reach(one, other, 0), y = reach(one, other, 1);
    const double along = a.periodic ? std::min(y, std::numbers::pi) : y;
    const double distance = std::sqrt(x * x + along * along);
    if (a.ground == EmdGround::jets)
        return a.beta == 1.0 ? distance / a.radius : std::pow(distance / a.radius, a.beta);
    const double id = *std::max_element(a.id, a.id + kEmdObjects * kEmdObjects);
    return distance * reach(one, other, 2) * id;
}

EmdStatus worse(const EmdSide& first, const EmdSide& second)
{
    return std::max(first.facts->status, second.facts->status);
}

/// Gives the lighter side its slack, or none where both totals agree.
void balance(const EmdArguments& a, EmdProblem& p)
{
    EmdSide &first = p.sides[0], &second = p.sides[1];
    const double one = first.facts->total, other = second.facts->total;
    p.unit = a.ground == EmdGround::events || a.norm ? 1.0 : std::max(one, other);
    if (a.ground == EmdGround::jets && !a.norm) {
        // A slack that rounding alone makes is none.
        const double difference = one - other, least = kLeastShare * p.unit;
        if (difference < -least) first.slack = -difference;
        if (difference > least) second.slack = difference;
    } else if (a.ground == EmdGround::matrix) {
        if (!(std::fabs(one - other) <= 1e-9 * p.unit)) p.status = EmdStatus::weights_differ;
    }
}

}  // namespace

EmdPrepared::EmdPrepared(const EmdParticles& particles, EmdGround ground,
                         std::span<const int64_t> pairs_K2, size_t side)
    : facts(std::make_unique_for_overwrite<EmdEventFacts[]>(static_cast<size_t>(particles.events))),
      by_weight(std::make_unique_for_overwrite<int32_t[]>(
          static_cast<size_t>(particles.offsets[particles.events])))
{
    std::vector<bool> done(static_cast<size_t>(particles.events));
    for (size_t k = side; k < pairs_K2.size(); k += 2) {
        const int64_t event = pairs_K2[k];
        if (done[static_cast<size_t>(event)]) continue;
        done[static_cast<size_t>(event)] = true;
        const int64_t begin = particles.offsets[event], end = particles.offsets[event + 1];
        facts[static_cast<size_t>(event)] = event_facts(particles, ground, begin, end);
        int32_t *first = by_weight.get() + begin, *last = by_weight.get() + end;
        std::iota(first, last, 0);
        const double* weight = particles.weight + begin;
        if (facts[static_cast<size_t>(event)].status == EmdStatus::ok)
            std::stable_sort(first, last,
                             [&](int32_t l, int32_t r) { return weight[l] < weight[r]; });
    }
}

EmdSide emd_side(const EmdParticles& particles, const EmdPrepared& prepared, int64_t event)
{
    const int64_t begin = particles.offsets[event], end = particles.offsets[event + 1];
    const auto from = [&](const auto* column) { return column ? column + begin : nullptr; };
    return {from(particles.x),
            from(particles.y),
            from(particles.weight),
            from(particles.pt),
            from(particles.object),
            prepared.by_weight.get() + begin,
            &prepared.facts[static_cast<size_t>(event)],
            static_cast<int>(end - begin),
            0.0};
}

EmdProblem emd_problem(const EmdArguments& a, const EmdSide& first, const EmdSide& second,
                       double largest_cost)
{
    EmdProblem p{{first, second}, 0, 0, 0, worse(first, second)};
    if (p.status != EmdStatus::ok) return p;
    balance(a, p);
    p.bound = a.ground == EmdGround::matrix ? largest_cost
                                            : largest_cost_of(a, *first.facts, *second.facts);
    if (p.sides[0].slack > 0 || p.sides[1].slack > 0) p.bound = std::max(p.bound, 1.0);
    if (!(p.bound < 1e150)) p.status = EmdStatus::out_of_range;
    if (p.bound < 1e-150) p.bound = 1e-150;
    p.scale = std::ldexp(1.0, std::ilogb(kEmdLargestCost / p.bound));
    return p;
}

EmdProblem emd_problem(const EmdArguments& a, const EmdPrepared& first, const EmdPrepared& second,
                       const int64_t* pair)
{
    return emd_problem(a, emd_side(a.first, first, pair[0]), emd_side(a.second, second, pair[1]),
                       /*largest_cost=*/0);
}

bool emd_masses(const EmdSide& side, int64_t* masses)
{
    const int size = side.size();
    const double unit = kEmdMass / side.total(), least = kLeastShare * side.total();
    int64_t sum = 0;
    double lightest = INFINITY;
    for (int i = 0; i < size; ++i) {
        const double weight = side.weight_of(i);
        lightest = std::min(lightest, weight);
        masses[i] = static_cast<int64_t>(weight * unit) + emd_mass_noise(i);
        sum += masses[i];
    }
    if (lightest < least) return false;
    const int heaviest = side.heaviest();
    masses[heaviest] += kEmdMass - sum;
    return masses[heaviest] > 0;
}

}  // namespace jetsmith::kernels
