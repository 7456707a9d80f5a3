// SPDX-License-Identifier: Apache-2.0
#include "kernels/emd/emd_isotropy.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/narrow.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>

#include "kernels/emd/emd_sphere.h"

namespace jetsmith::kernels {
namespace {

using std::numbers::pi;

const std::array<std::string, 3> kShapes{"ring", "cylinder", "sphere"};

struct Point {
    double x, y, weight;
};

/// Events one after the other.
class Builder {
  public:
    Builder(int64_t most_points, int64_t events)
    {
        for (auto* column : {&events_.x_T, &events_.y_T, &events_.weight_T})
            *column = at::empty({most_points}, at::kDouble);
        events_.offsets_N1 = at::zeros({events + 1}, at::kLong);
        x_ = events_.x_T.mutable_data_ptr<double>();
        y_ = events_.y_T.mutable_data_ptr<double>();
        weight_ = events_.weight_T.mutable_data_ptr<double>();
        end_ = events_.offsets_N1.mutable_data_ptr<int64_t>();
    }

    void add(const Point& p)
    {
        x_[points_] = p.x, y_[points_] = p.y, weight_[points_] = p.weight;
        ++points_;
    }

    void end_event() { *++end_ = points_; }

    EmdEvents events() const
    {
        EmdEvents all = events_;
        for (auto* column : {&all.x_T, &all.y_T, &all.weight_T})
            *column = column->narrow(0, 0, points_);
        return all;
    }

  private:
    EmdEvents events_;
    double *x_, *y_, *weight_;
    int64_t *end_, points_ = 0;
};

/// On the unit circle: the square of the chord is 2 (1 - cos dphi).
Point on_circle(double phi, double weight) { return {std::cos(phi), std::sin(phi), weight}; }

double azimuth(int64_t j, int64_t of)
{
    return 2 * pi * (static_cast<double>(j) + 0.5) / static_cast<double>(of);
}

/// Rows of the cylinder, whose cells are about square; 1 elsewhere.
double rapidities(const Isotropy& isotropy)
{
    if (isotropy.shape != IsotropyShape::cylinder) return 1;
    return std::floor(static_cast<double>(isotropy.points) * isotropy.ymax / pi);
}

void add_cylinder(const Isotropy& isotropy, Builder& builder)
{
    const auto rows = static_cast<int64_t>(rapidities(isotropy));
    for (int64_t i = 0; i < rows; ++i) {
        const double cell = (static_cast<double>(i) + 0.5) / static_cast<double>(rows);
        for (int64_t j = 0; j < isotropy.points; ++j)
            builder.add({isotropy.ymax * (2 * cell - 1), azimuth(j, isotropy.points), 1});
    }
}

/// n of N = 12 n^2; 0 for other N.
int64_t resolution(int64_t points)
{
    const int64_t twelfth = points / 12;
    const auto n = static_cast<int64_t>(std::sqrt(static_cast<double>(twelfth)) + 0.5);
    return points % 12 == 0 && n * n == twelfth ? n : 0;
}

/// Pixel centres of K. Gorski et al., ApJ 622 (2005) 759 (astro-ph/0409513), section 4, ring by
/// ring from pole to pole; the southern cap mirrors the northern one.
void add_sphere(int64_t points, Builder& builder)
{
    const int64_t n = resolution(points);
    for (int64_t ring = 1; ring < 4 * n; ++ring) {
        const int64_t i = std::min(ring, 4 * n - ring);
        const bool cap = i < n;
        const int64_t around = cap ? 4 * i : 4 * n;
        const auto size = static_cast<double>(n), from_pole = static_cast<double>(i);
        const double z = cap ? 1 - from_pole * from_pole / (3 * size * size)
                             : 4.0 / 3 - 2 * from_pole / (3 * size);
        const double first = cap || (i - n) % 2 == 0 ? 0.5 : 0;
        for (int64_t j = 0; j < around; ++j)
            builder.add({std::copysign(std::atanh(z), static_cast<double>(2 * n - ring)),
                         2 * pi * (static_cast<double>(j) + first) / static_cast<double>(around),
                         1.0 / static_cast<double>(points)});
    }
}

}  // namespace

Isotropy Isotropy::parse(const std::string& text)
{
    const auto colon = text.find(':');
    const auto shape = std::ranges::find(kShapes, text.substr(0, colon));
    const std::string number = colon == std::string::npos ? "" : text.substr(colon + 1);
    int64_t points = 0;
    const auto* end = number.data() + number.size();
    const auto [rest, error] = std::from_chars(number.data(), end, points);
    if (shape == kShapes.end() || error != std::errc() || rest != end || points < 2) return {};
    return {static_cast<IsotropyShape>(shape - kShapes.begin()), points};
}

double Isotropy::size() const
{
    if (on_sphere() && resolution(points) == 0) return 0;
    return rapidities(*this) * static_cast<double>(points);
}

std::string Isotropy::text() const
{
    return fmt::format("{}:{}", kShapes[static_cast<size_t>(shape)], points);
}

EmdOptions Isotropy::options(EmdTier tier) const
{
    EmdOptions options;  // of the sphere the tier and norm count alone
    options.tier = tier;
    options.norm = true;
    options.beta = 2;
    if (shape == IsotropyShape::ring) options.radius = std::sqrt(2 * (pi - 2) / pi);
    if (shape == IsotropyShape::cylinder) {
        options.radius = std::sqrt((pi * pi + 16 * ymax * ymax) / 12);
        options.periodic = true;
    }
    return options;
}

EmdEvents Isotropy::reference() const
{
    Builder builder(static_cast<int64_t>(size()), 1);
    if (shape == IsotropyShape::ring)
        for (int64_t j = 0; j < points; ++j) builder.add(on_circle(azimuth(j, points), 1));
    if (shape == IsotropyShape::cylinder) add_cylinder(*this, builder);
    if (on_sphere()) add_sphere(points, builder);
    builder.end_event();
    return builder.events();
}

EmdEvents Isotropy::prepare(const EmdEvents& events) const
{
    const auto* y = events.x_T.const_data_ptr<double>();
    const auto* phi = events.y_T.const_data_ptr<double>();
    const auto* pt = events.weight_T.const_data_ptr<double>();
    const auto* offsets = events.offsets_N1.const_data_ptr<int64_t>();
    Builder builder(events.weight_T.size(0), events.size());
    for (int64_t event = 0; event < events.size(); ++event, builder.end_event()) {
        const int64_t begin = offsets[event], end = offsets[event + 1];
        double momentum = 0;  // of all
        for (int64_t t = begin; on_sphere() && t < end; ++t)
            momentum += std::abs(pt[t]) * std::cosh(y[t]);
        for (int64_t t = begin; t < end; ++t) {
            if (shape == IsotropyShape::ring) builder.add(on_circle(phi[t], pt[t]));
            if (shape == IsotropyShape::cylinder && !(std::abs(y[t]) > ymax))
                builder.add({y[t], phi[t], pt[t]});
            if (on_sphere()) builder.add({y[t], phi[t], pt[t] * std::cosh(y[t]) / momentum});
        }
    }
    return builder.events();
}

EmdResult Isotropy::measure(const EmdEvents& events, const EmdEvents& reference,
                            const at::Tensor& pairs_K2, EmdTier tier) const
{
    return on_sphere() ? emd_sphere_pairs(events, reference, pairs_K2, tier)
                       : emd_pairs(events, reference, pairs_K2, options(tier));
}

}  // namespace jetsmith::kernels
