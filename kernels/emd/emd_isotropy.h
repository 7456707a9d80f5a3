// SPDX-License-Identifier: Apache-2.0
// Event isotropy: the Earth Mover's Distance between an event and a quasi-uniform one of N points.
// C. Cesarotti, J. Thaler, JHEP 08 (2020) 084 (2004.06125); ATLAS, JHEP 10 (2023) 060 (2305.16930).
// Weights are divided by their total. 0 is a uniform event, 1 the farthest from it that conserves
// momentum, both for N towards infinity:
//   ring      N points in azimuth; weights pT; cost pi / (pi - 2) (1 - cos dphi)
//   cylinder  N in azimuth, floor(N y_max / pi) in rapidity between -y_max and y_max; weights pT;
//             cost 12 / (pi^2 + 16 y_max^2) (dy^2 + dphi^2)
//   sphere    N = 12 n^2, the centres of HEALPix pixels; weights |p|; cost 2 (1 - cos theta)
//
// Azimuths of ring and cylinder are 2 pi (j + 1/2) / N, whatever the event: the value depends on
// that by O(1 / N^2).
#pragma once

#include <cstdint>
#include <string>

#include "kernels/emd/emd.h"

namespace jetsmith::kernels {

enum class IsotropyShape { ring, cylinder, sphere };

struct Isotropy {
    IsotropyShape shape = IsotropyShape::ring;
    int64_t points = 0;  ///< N
    double ymax = 4.5;   ///< cylinder alone

    /// What `text` says, "ring:128", "cylinder:16" or "sphere:192"; points is 0 where it says
    /// something else, or names fewer than 2.
    static Isotropy parse(const std::string& text);

    std::string text() const;  ///< "ring:128"
    bool wanted() const { return points > 0; }
    bool on_sphere() const { return shape == IsotropyShape::sphere; }

    /// Points of the reference in all; 0 where there is none of this size, which of a sphere has 12
    /// n^2. A double, since no N is too large to ask for it.
    double size() const;

    /// How the kernels are to compare what the functions below give.
    EmdOptions options(EmdTier tier) const;

    /// The reference, one event.
    EmdEvents reference() const;

    /// x_T rapidity (sphere: pseudorapidity), y_T azimuth, weight_T pT; of a cylinder without the
    /// particles beyond y_max.
    EmdEvents prepare(const EmdEvents& events) const;

    /// Of pairs of prepared events and the reference.
    EmdResult measure(const EmdEvents& events, const EmdEvents& reference,
                      const at::Tensor& pairs_K2, EmdTier tier) const;
};

}  // namespace jetsmith::kernels
