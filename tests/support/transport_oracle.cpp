// SPDX-License-Identifier: Apache-2.0
#include "tests/support/transport_oracle.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace jetsmith::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Shortest paths from the rows with supply left, with one potential per node: rows first.
class ShortestPaths {
  public:
    explicit ShortestPaths(const TransportProblem& p)
        : problem_(p),
          supply_(p.supply),
          demand_(p.demand),
          flow_(p.cost.size()),
          potential_(p.rows() + p.columns())
    {
    }

    /// Moves what one shortest path carries; false when one side is used up.
    bool augment()
    {
        const size_t target = search();
        if (target == kNone) return false;
        const double reach = distance_[target];
        for (size_t x = 0; x < potential_.size(); ++x)
            potential_[x] += std::min(distance_[x], reach);
        move_along_path(target);
        return true;
    }

    TransportPlan plan() const
    {
        const size_t rows = problem_.rows();
        TransportPlan plan{0.0, flow_, {}, {}};
        for (size_t i = 0; i < rows; ++i) plan.row_potential.push_back(-potential_[i]);
        plan.column_potential.assign(potential_.begin() + static_cast<std::ptrdiff_t>(rows),
                                     potential_.end());
        return plan;
    }

  private:
    static constexpr size_t kNone = std::numeric_limits<size_t>::max();

    /// Dijkstra on dense arrays; the nearest column with demand left, or kNone.
    size_t search()
    {
        const size_t rows = problem_.rows(), nodes = potential_.size();
        distance_.assign(nodes, kInfinity);
        before_.assign(nodes, kNone);
        std::vector<bool> done(nodes);
        for (size_t i = 0; i < rows; ++i)
            if (supply_[i] > 0) distance_[i] = 0;
        while (true) {
            size_t nearest = kNone;
            for (size_t x = 0; x < nodes; ++x)
                if (!done[x] && distance_[x] < (nearest == kNone ? kInfinity : distance_[nearest]))
                    nearest = x;
            if (nearest == kNone) return kNone;
            if (nearest >= rows && demand_[nearest - rows] > 0) return nearest;
            done[nearest] = true;
            relax(nearest);
        }
    }

    /// A row reaches every column, a column the rows whose flow it can send back.
    void relax(size_t from)
    {
        const size_t rows = problem_.rows(), columns = problem_.columns();
        if (from < rows) {
            for (size_t j = 0; j < columns; ++j) offer(from, rows + j, problem_.at(from, j));
            return;
        }
        const size_t j = from - rows;
        for (size_t i = 0; i < rows; ++i)
            if (flow_[i * columns + j] > 0) offer(from, i, -problem_.at(i, j));
    }

    void offer(size_t from, size_t to, double cost)
    {
        const double reduced = std::max(0.0, cost + potential_[from] - potential_[to]);
        if (!(distance_[from] + reduced < distance_[to])) return;
        distance_[to] = distance_[from] + reduced;
        before_[to] = from;
    }

    double& flow_between(size_t x, size_t y)
    {
        const size_t rows = problem_.rows();
        return flow_[std::min(x, y) * problem_.columns() + std::max(x, y) - rows];
    }

    void move_along_path(size_t target)
    {
        const size_t rows = problem_.rows();
        double amount = demand_[target - rows];
        size_t first = target;
        for (; before_[first] != kNone; first = before_[first])
            if (first < rows) amount = std::min(amount, flow_between(before_[first], first));
        amount = std::min(amount, supply_[first]);
        for (size_t x = target; before_[x] != kNone; x = before_[x])
            flow_between(before_[x], x) += x < rows ? -amount : amount;
        supply_[first] -= amount;
        demand_[target - rows] -= amount;
    }

    const TransportProblem& problem_;
    std::vector<double> supply_, demand_, flow_, potential_, distance_;
    std::vector<size_t> before_;
};

double sum(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

TransportProblem transposed(const TransportProblem& p)
{
    TransportProblem out{p.demand, p.supply, {}, p.unmatched};
    for (size_t j = 0; j < p.columns(); ++j)
        for (size_t i = 0; i < p.rows(); ++i) out.cost.push_back(p.at(i, j));
    return out;
}

bool totals_differ(const TransportProblem& p)
{
    const double a = sum(p.supply), b = sum(p.demand);
    return std::abs(a - b) > 1e-12 * std::max(a, b);
}

double difference(double a, double b, bool angle)
{
    return angle ? std::remainder(a - b, 2.0 * std::numbers::pi) : a - b;
}

std::vector<double> fractions(const std::vector<double>& weights)
{
    std::vector<double> out;
    for (const double w : weights) out.push_back(w / sum(weights));
    return out;
}

}  // namespace

TransportPlan solve_transport(const TransportProblem& problem)
{
    const double excess = sum(problem.supply) - sum(problem.demand);
    if (excess < 0) {
        const auto other = transposed(problem);
        auto plan = solve_transport(other);
        std::swap(plan.row_potential, plan.column_potential);
        plan.flow = transposed({other.supply, other.demand, plan.flow}).cost;
        return plan;
    }
    ShortestPaths paths(problem);
    while (paths.augment()) continue;
    TransportPlan plan = paths.plan();
    // Rows with supply left have potential 0 here; a unit more of them would cost `unmatched`.
    for (double& u : plan.row_potential) u += problem.unmatched;
    for (double& v : plan.column_potential) v -= problem.unmatched;
    plan.value = problem.unmatched * excess +
                 std::inner_product(plan.flow.begin(), plan.flow.end(), problem.cost.begin(), 0.0);
    return plan;
}

TransportCertificate recompute_certificate(const TransportProblem& p,
                                           const std::vector<double>& flow,
                                           const std::vector<double>& row_potential,
                                           const std::vector<double>& column_potential)
{
    TransportCertificate out;
    const double excess = sum(p.supply) - sum(p.demand);
    out.primal = p.unmatched * std::abs(excess);
    std::vector<double> left_i = p.supply, left_j = p.demand;
    for (size_t i = 0; i < p.rows(); ++i)
        for (size_t j = 0; j < p.columns(); ++j) {
            const double f = flow[i * p.columns() + j];
            out.primal += f * p.at(i, j);
            out.wrong_marginal = std::max(out.wrong_marginal, -f);
            left_i[i] -= f;
            left_j[j] -= f;
            out.infeasible =
                std::max(out.infeasible, row_potential[i] + column_potential[j] - p.at(i, j));
        }
    const auto check_side = [&](const auto& mass, const auto& left, const auto& potential,
                                bool heavier) {
        for (size_t k = 0; k < mass.size(); ++k) {
            out.dual += mass[k] * potential[k];
            const double wrong = heavier ? -left[k] : std::abs(left[k]);
            out.wrong_marginal = std::max(out.wrong_marginal, wrong);
            if (heavier) out.infeasible = std::max(out.infeasible, potential[k] - p.unmatched);
        }
    };
    const bool differ = totals_differ(p);
    check_side(p.supply, left_i, row_potential, differ && excess > 0);
    check_side(p.demand, left_j, column_potential, differ && excess < 0);
    return out;
}

double WeightedParticles::total() const { return sum(weight); }

TransportProblem jet_problem(const WeightedParticles& a, const WeightedParticles& b,
                             const JetGround& g)
{
    TransportProblem out{a.weight, b.weight, {}, 1.0};
    if (g.norm) out = {fractions(a.weight), fractions(b.weight), {}, 1.0};
    for (size_t i = 0; i < a.size(); ++i)
        for (size_t j = 0; j < b.size(); ++j) {
            const double r = std::hypot(a.x[i] - b.x[j], difference(a.y[i], b.y[j], g.periodic));
            out.cost.push_back(std::pow(r / g.radius, g.beta));
        }
    return out;
}

TransportProblem event_problem(const WeightedParticles& a, const WeightedParticles& b,
                               const std::array<double, 64>& id, bool periodic)
{
    constexpr int kMet = 7;
    TransportProblem out{fractions(a.weight), fractions(b.weight), {}, 0.0};
    for (size_t i = 0; i < a.size(); ++i)
        for (size_t j = 0; j < b.size(); ++j) {
            const bool met = a.object[i] == kMet || b.object[j] == kMet;
            const double r =
                std::hypot(met ? 0.0 : a.x[i] - b.x[j], difference(a.y[i], b.y[j], periodic));
            out.cost.push_back(r * std::abs(a.pt[i] - b.pt[j]) *
                               id[static_cast<size_t>(a.object[i] * 8 + b.object[j])]);
        }
    return out;
}

double jet_distance(const WeightedParticles& a, const WeightedParticles& b, const JetGround& ground)
{
    return solve_transport(jet_problem(a, b, ground)).value;
}

}  // namespace jetsmith::test
