// SPDX-License-Identifier: Apache-2.0
// The steps from constituents to pixels, once for all processors; pixelate.h states them in words.
//
// A `Group` works on one jet: 32 lanes of a GPU warp, or the lanes of a SIMD register. Its `Ops`
// are the arithmetic of Real (one number per lane) and Mask. Included by pixelate.cu, and by
// pixelate_cpu.cpp once per SIMD target inside a namespace of that target: no include guard, no
// namespace, no includes here.

/// Four-momenta, one per lane [GeV].
template <class Real>
struct Momenta {
    Real energy, x, y, z;
};

/// Constituents in the (eta, phi) plane, one per lane. pt is 0 for lanes that take no part.
template <class Real>
struct Points {
    Real pt, eta, phi;
};

/// Coordinates along the two axes of the image, before any flip.
template <class Real>
struct Planar {
    Real x, y;
};

/// The constituent with the largest pt; the first of equals.
struct Hardest {
    double pt, eta, phi;
};

/// Everything that the second look at a jet needs to know.
struct JetFrame {
    double reference_phi;          ///< phi differences are taken from here
    double eta, phi;               ///< centre of the image, phi as a difference
    double cosine, sine;           ///< of the principal axis
    double summed_pt, summed_energy;
    double row_x, row_y, row_0;    ///< row = row_x x + row_y y + row_0, in pixels
    double col_x, col_y, col_0;
};

constexpr double kPi = 3.14159265358979323846;
constexpr double kLargestFloat = 3.4028234663852886e38;
constexpr double kSnap = 1e-12;           ///< [rad] coordinates below count as exactly 0
constexpr double kRound = 1e-12;          ///< [rad^2] a jet with less anisotropy is round
constexpr double kUnits = 1073741824.0;   ///< 2^30 units of intensity make up the whole jet

/// asinh(pz / pt), without cancellation at negative pz.
template <class Ops, class Real = typename Ops::Real>
JETSMITH_HD Real pseudorapidity(Real pt, Real pz)
{
    const Real p = Ops::sqrt(Ops::fma(pz, pz, pt * pt));
    return Ops::with_sign(Ops::log((p + Ops::abs(pz)) / pt), pz);
}

/// a - b in (-pi, pi], for angles from (-pi, pi].
template <class Ops, class Real = typename Ops::Real>
JETSMITH_HD Real delta_phi(Real a, Real b)
{
    const Real turn = Ops::all(2.0 * kPi);
    Real d = a - b;
    d = Ops::choose(d > Ops::all(kPi), d - turn, d);
    return Ops::choose(d <= Ops::all(-kPi), d + turn, d);
}

/// True where all components are finite, E >= 0 and pt > 0.
template <class Ops, class Real = typename Ops::Real>
JETSMITH_HD typename Ops::Mask takes_part(const Momenta<Real>& p, Real pt)
{
    const Real largest = Ops::all(kLargestFloat);
    const auto plane = Ops::both(Ops::abs(p.x) <= largest, Ops::abs(p.y) <= largest);
    const auto rest = Ops::both(Ops::abs(p.z) <= largest, p.energy <= largest);
    const auto signs = Ops::both(p.energy >= Ops::all(0.0), pt > Ops::all(0.0));
    return Ops::both(Ops::both(plane, rest), signs);
}

template <class Ops, class Real = typename Ops::Real>
JETSMITH_HD Points<Real> locate(const Momenta<Real>& p)
{
    const Real zero = Ops::all(0.0);
    const Real pt = Ops::sqrt(Ops::fma(p.x, p.x, p.y * p.y));
    const auto real = takes_part<Ops>(p, pt);
    return {Ops::choose(real, pt, zero), Ops::choose(real, pseudorapidity<Ops>(pt, p.z), zero),
            Ops::choose(real, Ops::atan2(p.y, p.x), zero)};
}

template <class Group>
JETSMITH_HD Hardest find_hardest(Group& g)
{
    using Ops = typename Group::Ops;
    typename Ops::Real pt = Ops::all(0.0), eta = pt, phi = pt, index = pt;
    JETSMITH_UNROLL
    for (int k = 0; k < Group::kMaxSteps && k < g.steps(); ++k) {
        const auto p = g.locate(k);
        const auto harder = p.pt > pt;
        pt = Ops::choose(harder, p.pt, pt);
        eta = Ops::choose(harder, p.eta, eta);
        phi = Ops::choose(harder, p.phi, phi);
        index = Ops::choose(harder, g.index(k), index);
    }
    return g.hardest(pt, eta, phi, index);
}

/// Sums over the jet, and the pt-weighted centroid as the first guess of the centre.
template <class Group>
JETSMITH_HD void sum_jet(Group& g, bool energies, JetFrame& f)
{
    using Ops = typename Group::Ops;
    const auto zero = Ops::all(0.0);
    auto pt = zero, eta = zero, phi = zero, energy = zero;
    JETSMITH_UNROLL
    for (int k = 0; k < Group::kMaxSteps && k < g.steps(); ++k) {
        const auto p = g.relative(k, f.reference_phi);
        pt = pt + p.pt;
        eta = Ops::fma(p.pt, p.eta, eta);
        phi = Ops::fma(p.pt, p.phi, phi);
        if (energies)
            energy = energy + Ops::choose(p.pt > zero, g.momenta(k).energy, zero);
    }
    f.summed_pt = g.sum(pt);
    f.summed_energy = energies ? g.sum(energy) : 0.0;
    f.eta = f.summed_pt > 0.0 ? g.sum(eta) / f.summed_pt : 0.0;
    f.phi = f.summed_pt > 0.0 ? g.sum(phi) / f.summed_pt : 0.0;
}

/// Centre on the direction of the summed momentum.
template <class Group>
JETSMITH_HD void centre_on_axis(Group& g, JetFrame& f)
{
    using Ops = typename Group::Ops;
    using One = typename Group::ScalarOps;
    const auto zero = Ops::all(0.0);
    auto x = zero, y = zero, z = zero;
    for (int k = 0; k < g.steps(); ++k) {
        const auto p = g.momenta(k);
        const auto real = takes_part<Ops>(p, Ops::sqrt(Ops::fma(p.x, p.x, p.y * p.y)));
        x = x + Ops::choose(real, p.x, zero);
        y = y + Ops::choose(real, p.y, zero);
        z = z + Ops::choose(real, p.z, zero);
    }
    const double px = g.sum(x), py = g.sum(y), pz = g.sum(z);
    const double pt = One::sqrt(px * px + py * py);
    f.eta = pt > 0.0 ? pseudorapidity<One>(pt, pz) : 0.0;
    f.phi = pt > 0.0 ? delta_phi<One>(One::atan2(py, px), f.reference_phi) : 0.0;
}

/// Cosine and sine of theta = atan2(mixed, difference) / 2, in [-pi/2, pi/2]. Half-angle formulas:
/// no division by a small number, no special case for a jet that lies along an axis already.
template <class One>
JETSMITH_HD void half_angle(double mixed, double difference, double& cosine, double& sine)
{
    const double length = One::sqrt(difference * difference + mixed * mixed);
    const double larger = One::sqrt(0.5 * (1.0 + One::abs(difference) / length));
    const double smaller = 0.5 * One::abs(mixed) / (length * larger);
    cosine = difference >= 0.0 ? larger : smaller;
    sine = One::with_sign(difference >= 0.0 ? smaller : larger, mixed);
}

/// Principal axis of the second moments: tan(2 theta) = 2 M11 / (M20 - M02).
template <class Group>
JETSMITH_HD void find_axis(Group& g, JetFrame& f)
{
    using Ops = typename Group::Ops;
    const auto eta_0 = Ops::all(f.eta), phi_0 = Ops::all(f.phi);
    auto difference = Ops::all(0.0), mixed = Ops::all(0.0);
    JETSMITH_UNROLL
    for (int k = 0; k < Group::kMaxSteps && k < g.steps(); ++k) {
        const auto p = g.relative(k, f.reference_phi);
        const auto e = p.eta - eta_0, d = p.phi - phi_0;
        difference = Ops::fma(p.pt, (e - d) * (e + d), difference);
        mixed = Ops::fma(p.pt + p.pt, e * d, mixed);
    }
    const double a = g.sum(difference), b = g.sum(mixed);
    const double limit = kRound * f.summed_pt;
    if (a * a + b * b > limit * limit)
        half_angle<typename Group::ScalarOps>(b, a, f.cosine, f.sine);
}

template <class Ops, class Real = typename Ops::Real>
JETSMITH_HD Planar<Real> turn(const Points<Real>& p, const JetFrame& f)
{
    const Real e = p.eta - Ops::all(f.eta), d = p.phi - Ops::all(f.phi);
    const Real cosine = Ops::all(f.cosine), sine = Ops::all(f.sine);
    const Real x = Ops::fma(cosine, e, sine * d), y = Ops::fma(cosine, d, Ops::all(0.0) - sine * e);
    const Real zero = Ops::all(0.0), snap = Ops::all(kSnap);
    return {Ops::choose(Ops::abs(x) < snap, zero, x), Ops::choose(Ops::abs(y) < snap, zero, y)};
}

/// Signs that bring the larger summed pt to the upper half along x and along y.
template <class Group>
JETSMITH_HD Planar<double> find_flips(Group& g, const JetFrame& f)
{
    using Ops = typename Group::Ops;
    const auto zero = Ops::all(0.0);
    auto along_x = zero, along_y = zero;
    JETSMITH_UNROLL
    for (int k = 0; k < Group::kMaxSteps && k < g.steps(); ++k) {
        const auto p = g.relative(k, f.reference_phi);
        const auto at = turn<Ops>(p, f);
        const auto minus = zero - p.pt;
        along_x = along_x + Ops::choose(at.x > zero, p.pt, Ops::choose(at.x < zero, minus, zero));
        along_y = along_y + Ops::choose(at.y > zero, p.pt, Ops::choose(at.y < zero, minus, zero));
    }
    return {g.sum(along_x) < 0.0 ? -1.0 : 1.0, g.sum(along_y) < 0.0 ? -1.0 : 1.0};
}

/// From coordinates to pixels: flips, the random changes of `augment`, scale and offset.
template <class One>
JETSMITH_HD void place(const PixelateArguments& a, int64_t image, Planar<double> flips, JetFrame& f)
{
    double cosine = 1.0, sine = 0.0, shift_x = 0.0, shift_y = 0.0;
    if (a.augment) {
        const uint32_t epoch = a.device_epoch ? static_cast<uint32_t>(*a.device_epoch) : a.epoch;
        const uint64_t row = static_cast<uint64_t>(a.random_rows[image]);
        const auto words = philox({a.seed, Purpose::augment, epoch, row}, 0);
        if (a.random_flips && (words[0] & 1)) flips.x = -flips.x;
        if (a.random_flips && (words[0] & 2)) flips.y = -flips.y;
        const double scale = 2.0 / 4294967296.0;
        const double angle = a.random_rotation * (words[1] * scale - 1.0);
        cosine = One::cos(angle);
        sine = One::sin(angle);
        shift_x = a.random_shift * (words[2] * scale - 1.0);
        shift_y = a.random_shift * (words[3] * scale - 1.0);
    }
    const double rows = a.height / a.eta_width, columns = a.width / a.phi_width;
    f.row_x = rows * cosine * flips.x;
    f.row_y = -rows * sine * flips.y;
    f.row_0 = rows * shift_x + 0.5 * a.height;
    f.col_x = columns * sine * flips.x;
    f.col_y = columns * cosine * flips.y;
    f.col_0 = columns * shift_y + 0.5 * a.width;
}

template <class Group>
JETSMITH_HD JetFrame find_frame(Group& g, const PixelateArguments& a, int64_t image)
{
    bool energies = false;
    for (int c = 0; c < a.channels; ++c) energies |= a.channel[c] == PixelChannel::energy;
    JetFrame f{};
    f.cosine = 1.0;
    const Hardest hardest = find_hardest(g);
    f.reference_phi = a.centre == JetCentre::none ? 0.0 : hardest.phi;
    sum_jet(g, energies, f);
    if (a.centre == JetCentre::jet_axis) centre_on_axis(g, f);
    if (a.centre == JetCentre::hardest || a.centre == JetCentre::none) {
        f.eta = a.centre == JetCentre::none ? 0.0 : hardest.eta;
        f.phi = 0.0;
    }
    if (a.rotate) find_axis(g, f);
    Planar<double> flips{1.0, 1.0};
    if (a.flip) flips = find_flips(g, f);
    place<typename Group::ScalarOps>(a, image, flips, f);
    return f;
}

/// Intensity of one unit in the image of channel c.
JETSMITH_HD float unit(const PixelateArguments& a, const JetFrame& f, int c)
{
    if (a.channel[c] == PixelChannel::count) return 1.0f;
    const double whole = a.channel[c] == PixelChannel::pt ? f.summed_pt : f.summed_energy;
    return static_cast<float>((a.normalise ? 1.0 : whole) / kUnits);
}

/// Adds every constituent inside the window to its pixel, in integers: the order cannot matter.
template <class Group>
JETSMITH_HD void fill(Group& g, const PixelateArguments& a, const JetFrame& f)
{
    using Ops = typename Group::Ops;
    const auto zero = Ops::all(0.0), half = Ops::all(0.5);
    const auto rows = Ops::all(a.height), columns = Ops::all(a.width);
    const auto pt_units = Ops::all(f.summed_pt > 0.0 ? kUnits / f.summed_pt : 0.0);
    const auto energy_units = Ops::all(f.summed_energy > 0.0 ? kUnits / f.summed_energy : 0.0);
    JETSMITH_UNROLL
    for (int k = 0; k < Group::kMaxSteps && k < g.steps(); ++k) {
        const auto p = g.relative(k, f.reference_phi);
        const auto at = turn<Ops>(p, f);
        const auto row = Ops::floor(Ops::fma(
            Ops::all(f.row_x), at.x, Ops::fma(Ops::all(f.row_y), at.y, Ops::all(f.row_0))));
        const auto col = Ops::floor(Ops::fma(
            Ops::all(f.col_x), at.x, Ops::fma(Ops::all(f.col_y), at.y, Ops::all(f.col_0))));
        auto inside = Ops::both(row >= zero, row < rows);
        inside = Ops::both(inside, Ops::both(col >= zero, col < columns));
        inside = Ops::both(inside, p.pt > zero);
        const auto pixel = Ops::fma(row, columns, col);
        for (int c = 0; c < a.channels; ++c) {
            auto amount = Ops::all(1.0);
            if (a.channel[c] == PixelChannel::pt) amount = Ops::fma(p.pt, pt_units, half);
            if (a.channel[c] == PixelChannel::energy)
                amount = Ops::fma(g.momenta(k).energy, energy_units, half);
            g.add(inside, Ops::fma(pixel, Ops::all(a.channels), Ops::all(c)), amount);
        }
    }
}

/// The last steps on one pixel value (or one per lane): transform and standardisation follow.
template <class Ops, class Real = typename Ops::Real>
JETSMITH_HD Real transformed(const PixelateArguments& a, Real value)
{
    if (a.transform == PixelTransform::sqrt) return Ops::sqrt(value);
    if (a.transform == PixelTransform::log) return Ops::log1p(value / Ops::all(a.log_scale));
    return value;
}
