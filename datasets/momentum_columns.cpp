// SPDX-License-Identifier: Apache-2.0
#include "datasets/momentum_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/errors.h"

namespace jetsmith {
namespace {

/// Neither positive nor NaN.
bool is_padding(double value) { return value <= 0; }

}  // namespace

MomentumColumns::Part MomentumColumns::part(const hdf5::Table& table, const std::string& pattern)
{
    Part result;
    const auto columns = table.matching(pattern);
    result.source = columns.front().source;
    result.element = columns.front().element;
    for (const auto& column : columns) {
        if (column.source != result.source || column.element != result.element)
            throw UserError("{}: columns '{}' differ in type (one type is wanted). Write them with one.",
                            table.file->name(), pattern);
        if (column.shape.size() > 1)
            throw UserError(
                "{}: column '{}' has {} values per constituent (one is wanted). Choose "
                "one with '{}[k]'.",
                table.file->name(), column.name, column.shape.back(), column.name);
        const int64_t count = column.is_scalar() ? 1 : column.shape[0];
        for (int64_t k = 0; k < count; ++k) {
            result.offsets.push_back(column.offset + static_cast<size_t>(k) * column.stride);
            result.what.push_back(fmt::format("column '{}'", column.name));
            if (!column.is_scalar()) result.what.back() += fmt::format(" of constituent {}", k);
        }
    }
    if (result.element == hdf5::Element::other)
        throw UserError("{}: column '{}' holds no numbers (numbers are wanted). Choose another "
                        "column.",
                        table.file->name(), pattern);
    return result;
}

MomentumColumns::MomentumColumns(const hdf5::Table& table, const MomentumNames& names, double unit)
    : cartesian_(names.cartesian()), unit_(unit)
{
    std::vector<std::string> patterns;
    if (cartesian_) {
        patterns = {names.energy, names.px, names.py, names.pz};
    } else {
        patterns = {names.pt, names.eta, names.phi};
        has_energy_ = !names.energy.empty();
        has_mass_ = !has_energy_ && !names.mass.empty();
        if (has_energy_) patterns.push_back(names.energy);
        if (has_mass_) patterns.push_back(names.mass);
    }
    for (size_t k = 0; k < patterns.size(); ++k) {
        parts_[k] = part(table, patterns[k]);
        if (parts_[k].offsets.size() != parts_[0].offsets.size())
            throw UserError(
                "{}: '{}' has {} entries per row, '{}' has {} (equal numbers are "
                "wanted). Name the columns of the same objects.",
                table.file->name(), patterns[0], parts_[0].offsets.size(), patterns[k],
                parts_[k].offsets.size());
    }
    straight_ = lies_as_wanted();
}

std::vector<size_t> MomentumColumns::sources() const
{
    std::set<size_t> all;
    for (const Part& p : parts_)
        if (!p.offsets.empty()) all.insert(p.source);
    return {all.begin(), all.end()};
}

bool MomentumColumns::uses(const hdf5::Column& column) const
{
    return std::any_of(parts_.begin(), parts_.end(), [&](const Part& p) {
        return p.source == column.source &&
               std::find(p.offsets.begin(), p.offsets.end(), column.offset) != p.offsets.end();
    });
}

bool MomentumColumns::lies_as_wanted() const
{
    if (!cartesian_ || unit_ != 1.0) return false;
    const size_t begin = parts_[0].offsets[0];
    for (size_t c = 0; c < 4; ++c) {
        const Part& p = parts_[c];
        if (p.source != parts_[0].source || p.element != hdf5::Element::f32) return false;
        for (size_t i = 0; i < p.offsets.size(); ++i)
            if (p.offsets[i] != begin + 4 * (4 * i + c)) return false;
    }
    return true;
}

int64_t MomentumColumns::extract(const std::byte* const* rows, float* out) const
{
    if (straight_) return copy_wanted(rows[parts_[0].source] + parts_[0].offsets[0], out);
    return cartesian_ ? convert_cartesian(rows, out) : convert_polar(rows, out);
}

/// Every quadruple is stored; only those with an energy move the place of the next.
int64_t MomentumColumns::copy_wanted(const std::byte* row, float* out) const
{
    int64_t used = slots();
    const auto is_zero = [row](int64_t slot) {
        uint64_t words[2];
        std::memcpy(words, row + 16 * slot, sizeof words);
        return (words[0] | words[1]) == 0;
    };
    while (used > 0 && is_zero(used - 1)) --used;  // padding mostly follows the constituents
    float* next = out;
    for (int64_t i = 0; i < used; ++i) {
        std::memcpy(next, row + 16 * i, 16);
        next += next[0] <= 0 ? 0 : 4;
    }
    return (next - out) / 4;
}

int64_t MomentumColumns::convert_cartesian(const std::byte* const* rows, float* out) const
{
    float* next = out;
    for (size_t i = 0; i < parts_[0].offsets.size(); ++i) {
        const double energy = parts_[0].at(rows, i);
        if (is_padding(energy)) continue;
        *next++ = static_cast<float>(unit_ * energy);
        for (size_t c = 1; c < 4; ++c) *next++ = static_cast<float>(unit_ * parts_[c].at(rows, i));
    }
    return (next - out) / 4;
}

int64_t MomentumColumns::convert_polar(const std::byte* const* rows, float* out) const
{
    float* next = out;
    for (size_t i = 0; i < parts_[0].offsets.size(); ++i) {
        const double pt = unit_ * parts_[0].at(rows, i);
        if (is_padding(pt)) continue;
        const double eta = parts_[1].at(rows, i), phi = parts_[2].at(rows, i);
        const double mass = has_mass_ ? unit_ * parts_[3].at(rows, i) : 0;
        const double p = pt * std::cosh(eta);
        const double energy = has_energy_ ? unit_ * parts_[3].at(rows, i)
                              : has_mass_ ? std::hypot(p, mass)
                                          : p;
        from_polar(pt, eta, phi, energy, next);
        next += 4;
    }
    return (next - out) / 4;
}

MomentumColumns::Component MomentumColumns::to_blame(const std::byte* const* rows) const
{
    for (size_t i = 0; i < parts_[0].offsets.size(); ++i) {
        if (is_padding(parts_[0].at(rows, i))) continue;
        for (const Part& part : parts_)
            if (!part.offsets.empty())
                if (const double value = part.at(rows, i); !std::isfinite(value))
                    return {part.what[i], value};
    }
    return {"momentum of a constituent", std::numeric_limits<double>::infinity()};
}

int64_t keep_hardest(float* momenta_P4, int64_t count, int64_t most)
{
    if (count <= most) return count;
    std::vector<std::pair<float, int64_t>> order(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) {
        const float px = momenta_P4[4 * i + 1], py = momenta_P4[4 * i + 2];
        const float squared = px * px + py * py;
        // NaN would break the order; such constituents stay, for the row to be judged by them.
        order[static_cast<size_t>(i)] = {
            std::isnan(squared) ? -std::numeric_limits<float>::infinity() : -squared, i};
    }
    std::nth_element(order.begin(), order.begin() + most, order.end());
    std::sort(order.begin(), order.begin() + most,
              [](const auto& a, const auto& b) { return a.second < b.second; });
    for (int64_t k = 0; k < most; ++k)
        std::memmove(momenta_P4 + 4 * k, momenta_P4 + 4 * order[static_cast<size_t>(k)].second, 16);
    return most;
}

}  // namespace jetsmith
