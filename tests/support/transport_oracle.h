// SPDX-License-Identifier: Apache-2.0
// The transport problem solved slowly and simply, in double: what the EMD kernels are tested
// against. Successive shortest paths (Ahuja, Magnanti, Orlin: Network Flows, section 9.7), which
// share no step with the transport simplex of the kernels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace jetsmith::test {

/// min sum f_ij cost_ij, f_ij >= 0; all of the lighter side moves, what stays behind on the heavier
/// one costs `unmatched` per unit.
struct TransportProblem {
    std::vector<double> supply;  ///< (rows)
    std::vector<double> demand;  ///< (columns)
    std::vector<double> cost;    ///< (rows, columns), 0 or more
    double unmatched = 0.0;

    size_t rows() const { return supply.size(); }
    size_t columns() const { return demand.size(); }
    double at(size_t i, size_t j) const { return cost[i * demand.size() + j]; }
};

struct TransportPlan {
    double value = 0.0;
    std::vector<double> flow;  ///< (rows, columns)
    std::vector<double> row_potential, column_potential;
};

TransportPlan solve_transport(const TransportProblem& problem);

/// What a plan costs and what potentials prove, each with how far it is from being allowed.
struct TransportCertificate {
    double primal = 0.0;
    double dual = 0.0;            ///< a lower bound of the optimum where `infeasible` is 0
    double wrong_marginal = 0.0;  ///< largest error of a row or column sum, or -(least flow)
    double infeasible = 0.0;      ///< largest u_i + v_j - cost_ij, at least 0

    double gap() const { return primal - dual; }
};

/// Potentials are those of the value, as in 1902.02346: u_i + v_j <= cost_ij, and at most
/// `unmatched` on the heavier side where the totals differ by more than rounding.
TransportCertificate recompute_certificate(const TransportProblem& problem,
                                           const std::vector<double>& flow,
                                           const std::vector<double>& row_potential,
                                           const std::vector<double>& column_potential);

/// Particles of one event: rapidity, azimuth, weight; pt and object (EmdObject) for events alone.
struct WeightedParticles {
    std::vector<double> x, y, weight, pt;
    std::vector<int8_t> object;

    size_t size() const { return weight.size(); }
    double total() const;
};

/// Komiske, Metodiev, Thaler, 1902.02346, eq. 1: (dR / radius)^beta, |sum w - sum w'| besides.
/// norm: weights are divided by their total. periodic: y is an angle.
struct JetGround {
    double radius = 1.0, beta = 1.0;
    bool norm = false, periodic = false;
};
TransportProblem jet_problem(const WeightedParticles& a, const WeightedParticles& b,
                             const JetGround& ground);

/// 2004.09360: dR |pT - pT'| id[8 object + object']; the azimuth alone where one of the two is MET.
/// Weights are divided by their total.
TransportProblem event_problem(const WeightedParticles& a, const WeightedParticles& b,
                               const std::array<double, 64>& id, bool periodic);

/// solve_transport(jet_problem(...)).value
double jet_distance(const WeightedParticles& a, const WeightedParticles& b,
                    const JetGround& ground);

}  // namespace jetsmith::test
