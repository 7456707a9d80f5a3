// SPDX-License-Identifier: Apache-2.0
// Exact Earth Mover's Distances between events of weighted particles, in batches, each with a
// certificate: a primal plan and dual potentials whose values differ by at most the stated gap.
// N, M events; T particles of all events together; K pairs.
//   jets    1902.02346, eq. 1: min sum f_ij (dR_ij / R)^beta + |sum w_i - sum w_j|, f_ij >= 0, all
//           of the lighter event moved. A metric for beta <= 1 and R at least half the largest
//           distance.
//   events  2004.09360: min sum f_ij dR_ij |pT_i - pT_j| id(i, j); |dphi| replaces dR where one of
//           both is MET; weights are divided by their total. No metric: it vanishes between
//           different events.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <string>
#include <vector>

#include "kernels/emd/emd_arguments.h"

namespace jetsmith::kernels {

/// Events as the kernel wants them: contiguous, all on one device.
struct EmdEvents {
    at::Tensor x_T;         ///< float64, rapidity or pseudorapidity
    at::Tensor y_T;         ///< float64, azimuth [rad]
    at::Tensor weight_T;    ///< float64, above 0
    at::Tensor pt_T;        ///< float64 [GeV], ground `events` only
    at::Tensor object_T;    ///< int8 (EmdObject), ground `events` only
    at::Tensor offsets_N1;  ///< int64

    int64_t size() const { return offsets_N1.size(0) - 1; }

    /// Of the weights of each event; on any device.
    std::vector<double> totals() const;

    /// Copies on another device; the same tensors where they are there already.
    EmdEvents to(const at::Device& device) const;
};

struct EmdOptions {
    EmdGround ground = EmdGround::jets;
    EmdTier tier = EmdTier::fast;
    double radius = 1.0;
    double beta = 1.0;
    bool norm = false;
    bool periodic = false;
    std::array<double, kEmdObjects* kEmdObjects> id = all_alike();

    static std::array<double, kEmdObjects * kEmdObjects> all_alike();
};

struct EmdResult {
    at::Tensor values_K;  ///< float64; NaN where the status is not ok
    at::Tensor gaps_K;    ///< float64, certified; NaN where the status is not ok
    at::Tensor status_K;  ///< int8 (EmdStatus)
};

/// Distances of pairs_K2 (int64: event of `first`, event of `second`). A pair that the fast tier
/// cannot certify is done again on the exact one. Of events on a GPU that happens on the CPU, which
/// computes the exact tier alone. What is wrong with one pair is its status, never
/// an exception; throws InternalError for tensors of other shapes or types and for pairs outside
/// the events.
EmdResult emd_pairs(const EmdEvents& first, const EmdEvents& second, const at::Tensor& pairs_K2,
                    const EmdOptions& options);

/// All pairs i < j of `events`, in the order (0,1), (0,2), ... (1,2) ...: N (N - 1) / 2.
EmdResult emd_matrix(const EmdEvents& events, const EmdOptions& options);

/// All pairs of `first` and `second`, row by row: N M.
EmdResult emd_matrix(const EmdEvents& first, const EmdEvents& second, const EmdOptions& options);

/// One pair in full: how much moves from where to where, and the potentials that prove it. For
/// ground `jets` with unequal totals what stays without partner is in `unmatched`.
struct EmdPlan {
    double value, gap;
    EmdStatus status;
    at::Tensor flow_NM;      ///< float64, units of the weights
    at::Tensor unmatched_N;  ///< float64, of the first event; 0 unless it is the heavier one
    at::Tensor unmatched_M;
    at::Tensor potential_N;  ///< float64, d value / d weight of the first event
    at::Tensor potential_M;
};

EmdPlan emd_plan(const EmdEvents& first, int64_t i, const EmdEvents& second, int64_t j,
                 const EmdOptions& options);

/// Transport between two lists of masses with the same total, at the caller's cost_NM (float64,
/// finite, 0 or more).
EmdPlan emd_transport(const at::Tensor& mass_N, const at::Tensor& mass_M, const at::Tensor& cost_NM,
                      EmdTier tier);

/// Distances as emd_pairs gives them, for a loss: float64 (K,), differentiable in x_T, y_T and
/// weight_T of both collections (envelope theorem: the optimal plan gives the derivative in the
/// positions, the potentials that in the weights; where several are optimal, one of the
/// subgradients). Ground `jets`, on the CPU. A pair whose status is not ok is NaN.
at::Tensor emd_values(const EmdEvents& first, const EmdEvents& second, const at::Tensor& pairs_K2,
                      const EmdOptions& options);

/// A status in words that complete "pair 3 (events 0 and 4): ...".
std::string status_text(EmdStatus status);

}  // namespace jetsmith::kernels
