// SPDX-License-Identifier: Apache-2.0
// Jet images written once more, in double and from the formulas of the papers alone: the principal
// axis is the eigenvector of the 2 x 2 moment matrix, phi is unwrapped by whole turns, pixels are
// found by dividing. Nothing here is shared with the kernel but its options.
#pragma once

#include <ATen/core/Tensor.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "datasets/event_store.h"
#include "kernels/pixelate/pixelate.h"

namespace jetsmith::test {

struct ReferenceImage {
    std::vector<double> pixels;  ///< [(row * W + column) * C + channel]
    double summed_pt = 0;
    /// How far the least certain decision is from its tie: a pixel edge [rad], the anisotropy
    /// [rad^2] and the difference of two halves as a share of the summed pt.
    double edge = 1e9, axis = 1e9, flip = 1e9;

    bool excused(double tolerance) const
    {
        return edge < tolerance || axis < tolerance || flip < tolerance;
    }
};

struct ReferencePoint {
    double pt, energy, eta, phi;
};

inline double turned_near(double phi, double reference)
{
    return phi - 2.0 * std::numbers::pi * std::round((phi - reference) / (2.0 * std::numbers::pi));
}

inline std::vector<ReferencePoint> reference_points(const Collection& jets, int64_t jet)
{
    const auto* offsets = jets.offsets_B1.const_data_ptr<int64_t>();
    std::vector<ReferencePoint> points;
    for (int64_t i = offsets[jet]; i < offsets[jet + 1]; ++i) {
        const float* p = jets.momenta_T4.const_data_ptr<float>() + 4 * i;
        const double e = p[0], x = p[1], y = p[2], z = p[3], pt = std::hypot(x, y);
        if (!std::isfinite(e + x + y + z) || e < 0.0 || pt == 0.0) continue;
        points.push_back({pt, e, std::asinh(z / pt), std::atan2(y, x)});
    }
    return points;
}

/// Unwraps phi and moves the origin to the centre.
inline void centre_points(std::vector<ReferencePoint>& points, kernels::JetCentre centre)
{
    ReferencePoint hardest = points.front();
    for (const auto& p : points)
        if (p.pt > hardest.pt) hardest = p;
    if (centre == kernels::JetCentre::none) return;
    double sum = 0, eta = 0, phi = 0, x = 0, y = 0, z = 0;
    for (auto& p : points) {
        p.phi = turned_near(p.phi, hardest.phi);
        sum += p.pt;
        eta += p.pt * p.eta;
        phi += p.pt * p.phi;
        x += p.pt * std::cos(p.phi);
        y += p.pt * std::sin(p.phi);
        z += p.pt * std::sinh(p.eta);
    }
    eta /= sum;
    phi /= sum;
    if (centre == kernels::JetCentre::hardest) eta = hardest.eta, phi = hardest.phi;
    if (centre == kernels::JetCentre::jet_axis) {
        eta = std::asinh(z / std::hypot(x, y));
        phi = turned_near(std::atan2(y, x), hardest.phi);
    }
    for (auto& p : points) p.eta -= eta, p.phi -= phi;
}

/// Turns the eigenvector of the larger eigenvalue onto the first axis.
inline void rotate_points(std::vector<ReferencePoint>& points, ReferenceImage& image)
{
    double m20 = 0, m11 = 0, m02 = 0;
    for (const auto& p : points) {
        m20 += p.pt * p.eta * p.eta / image.summed_pt;
        m11 += p.pt * p.eta * p.phi / image.summed_pt;
        m02 += p.pt * p.phi * p.phi / image.summed_pt;
    }
    const double mean = 0.5 * (m20 + m02), split = std::hypot(0.5 * (m20 - m02), m11);
    image.axis = 2.0 * split;
    if (image.axis <= 1e-12) return;
    const double larger = mean + split;
    // Both columns of (M - smaller eigenvalue) lie along the axis; the longer one is accurate.
    const double smaller = mean - split;
    double u = m20 - smaller, v = m11;
    if (m20 < m02) u = m11, v = m02 - smaller;
    const double length = std::hypot(u, v);
    u /= length;
    v /= length;
    if (std::abs(u * u * m20 + 2 * u * v * m11 + v * v * m02 - larger) > 1e-9) image.axis = 0;
    if (u < 0) u = -u, v = -v;
    for (auto& p : points) {
        const double x = u * p.eta + v * p.phi, y = -v * p.eta + u * p.phi;
        p.eta = x;
        p.phi = y;
    }
}

inline void flip_points(std::vector<ReferencePoint>& points, ReferenceImage& image)
{
    for (double ReferencePoint::*axis : {&ReferencePoint::eta, &ReferencePoint::phi}) {
        double lower = 0, upper = 0;
        for (const auto& p : points)
            if (std::abs(p.*axis) > 1e-12) (p.*axis < 0 ? lower : upper) += p.pt;
        if (points.size() > 1)
            image.flip = std::min(image.flip, std::abs(upper - lower) / image.summed_pt);
        if (lower > upper)
            for (auto& p : points) p.*axis = -(p.*axis);
    }
}

/// Pixel of a coordinate, or -1; notes how near the next edge is.
inline int64_t reference_pixel(double at, double width, int64_t pixels, double& edge)
{
    const double from_lower = at + 0.5 * width, size = width / static_cast<double>(pixels);
    const double nearest = size * std::round(from_lower / size);
    edge = std::min(edge, std::abs(from_lower - nearest));
    if (from_lower < 0 || from_lower >= width) return -1;
    return std::min(pixels - 1, static_cast<int64_t>(from_lower / size));
}

/// Pixels before transform and standardisation; no augmentation.
inline ReferenceImage reference_image(const Collection& jets, int64_t jet,
                                      const kernels::PixelateOptions& o)
{
    ReferenceImage image;
    const size_t channels = o.channels.size();
    image.pixels.resize(static_cast<size_t>(o.height * o.width) * channels);
    auto points = reference_points(jets, jet);
    if (points.empty()) return image;
    double energy = 0;
    for (const auto& p : points) image.summed_pt += p.pt, energy += p.energy;
    centre_points(points, o.centre);
    if (o.rotate) rotate_points(points, image);
    if (o.flip) flip_points(points, image);
    for (const auto& p : points) {
        const auto row = reference_pixel(p.eta, o.eta_width, o.height, image.edge);
        const auto column = reference_pixel(p.phi, o.phi_width, o.width, image.edge);
        if (row < 0 || column < 0) continue;
        const size_t at = static_cast<size_t>(row * o.width + column) * channels;
        for (size_t c = 0; c < channels; ++c) {
            double value = 1;
            if (o.channels[c] == kernels::PixelChannel::pt)
                value = p.pt / (o.normalise ? image.summed_pt : 1.0);
            if (o.channels[c] == kernels::PixelChannel::energy)
                value = p.energy / (o.normalise ? energy : 1.0);
            image.pixels[at + c] += value;
        }
    }
    return image;
}

/// What a comparison of images found.
struct Comparison {
    int64_t jets = 0, excused = 0;
    double worst = 0;  ///< largest difference of a pixel that is not excused
};

/// Compares float32 images of `rows` with the reference. Jets with a decision nearer than `tie` to
/// its tie are counted and left out. Unnormalised pixels are compared relative to the summed pt.
inline Comparison compare(const at::Tensor& images_BCHW, const Collection& jets,
                          const std::vector<int64_t>& rows, const kernels::PixelateOptions& o,
                          double tie = 1e-6)
{
    Comparison found;
    const at::Tensor flat = images_BCHW.permute({0, 2, 3, 1}).to(at::kFloat).contiguous();
    const float* value = flat.const_data_ptr<float>();
    for (const auto row : rows) {
        const auto reference = reference_image(jets, row, o);
        const double scale = o.normalise || reference.summed_pt == 0 ? 1.0 : reference.summed_pt;
        ++found.jets;
        const bool excused = reference.excused(tie);
        if (excused) ++found.excused;
        for (const double wanted : reference.pixels) {
            const double difference = std::abs(*value++ - wanted) / scale;
            if (!excused && !(difference <= found.worst)) found.worst = difference;
        }
    }
    return found;
}

}  // namespace jetsmith::test
