// SPDX-License-Identifier: Apache-2.0
// Where a file keeps the four-momenta of a row's constituents, and how they become E, px, py, pz in
// GeV. Padding is left out at once.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/hdf5/column_table.h"

namespace jetsmith {

/// Names of the components in one of two forms: energy, px, py, pz; or pt, eta, phi with energy or
/// mass (neither: massless). Each is a column pattern such as "PX_*", a column with one value per
/// constituent, or an element of the last axis such as "constituents[2]".
struct MomentumNames {
    std::string energy{}, px{}, py{}, pz{}, pt{}, eta{}, phi{}, mass{};

    bool cartesian() const { return !px.empty(); }
};

class MomentumColumns {
  public:
    /// unit: value of one unit of energy and momentum of the file in GeV. Throws UserError for
    /// absent columns and for components of different length.
    MomentumColumns(const hdf5::Table& table, const MomentumNames& names, double unit);

    /// Slots per row, padding included.
    int64_t slots() const { return std::ssize(parts_[0].offsets); }

    /// Indices of the sources that hold the components.
    std::vector<size_t> sources() const;

    /// True when this column of single numbers is one of the components.
    bool uses(const hdf5::Column& column) const;

    /// Writes the constituents of one row as (E, px, py, pz) and returns their number. rows[s]:
    /// bytes of this row in source s. `out` has room for slots() constituents. A slot is padding
    /// when its energy (or pt) is not above 0; NaN is kept, so that it is noticed.
    int64_t extract(const std::byte* const* rows, float* out) const;

    /// A component as the file has it.
    struct Component {
        std::string what;  ///< "column 'E_3'", or "column 'pt' of constituent 3"
        double value = 0;
    };

    /// Of a row for which extract() gave NaN or infinity: the first component that is no finite
    /// number, or, where all are and float32 does not hold the momentum, an infinite "momentum of a
    /// constituent".
    Component to_blame(const std::byte* const* rows) const;

  private:
    struct Part {
        size_t source = 0;
        hdf5::Element element = hdf5::Element::f32;
        std::vector<size_t> offsets;    ///< of every slot, bytes from the beginning of the row
        std::vector<std::string> what;  ///< of every slot, for messages

        double at(const std::byte* const* rows, size_t slot) const
        {
            return hdf5::load<double>(rows[source] + offsets[slot], element);
        }
    };

    static Part part(const hdf5::Table& table, const std::string& pattern);
    bool lies_as_wanted() const;
    int64_t copy_wanted(const std::byte* row, float* out) const;
    int64_t convert_cartesian(const std::byte* const* rows, float* out) const;
    int64_t convert_polar(const std::byte* const* rows, float* out) const;

    bool cartesian_;
    bool has_energy_ = false, has_mass_ = false;
    double unit_;
    std::array<Part, 4> parts_;  ///< E px py pz; or pt eta phi and energy or mass
    bool straight_ = false;      ///< float32 quadruples one after the other: copied as they are
};

/// (E, px, py, pz) of a transverse momentum, a pseudorapidity, an azimuth and an energy.
inline void from_polar(double pt, double eta, double phi, double energy, float* out)
{
    out[0] = static_cast<float>(energy);
    out[1] = static_cast<float>(pt * std::cos(phi));
    out[2] = static_cast<float>(pt * std::sin(phi));
    out[3] = static_cast<float>(pt * std::sinh(eta));
}

/// Keeps the `most` constituents of highest transverse momentum, in their order; returns how many
/// remain of `count`.
int64_t keep_hardest(float* momenta_P4, int64_t count, int64_t most);

}  // namespace jetsmith
