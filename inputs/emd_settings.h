// SPDX-License-Identifier: Apache-2.0
// What `jetsmith emd` measures: the section `emd` of a config. Options of the command line are keys
// of it (--radius 0.8 is emd.radius: 0.8).
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/config.h"
#include "kernels/emd/emd.h"
#include "kernels/emd/emd_isotropy.h"

namespace jetsmith::inputs {

/// The origin of a jet's positions.
enum class EmdCentre {
    pt,       ///< centroid of rapidity and azimuth, each particle weighted by its pT
    escheme,  ///< direction of the summed four-momentum
    none,     ///< positions as they are; azimuths differ modulo 2 pi
};

/// One kind of reconstructed objects.
struct EmdObjects {
    std::string collection;  ///< of the store: "jets"
    kernels::EmdObject object = kernels::EmdObject::jet;
    std::string b_tag;  ///< column above b_tag_above: a b-jet; empty: none is
    double b_tag_above = 0.5;
};

struct EmdSettings {
    kernels::EmdOptions kernel;       ///< all but `periodic`: see options()
    std::string centre = "auto";      ///< or "pt", "escheme", "none"
    int64_t max_particles = 0;        ///< of highest pT; 0: all
    std::string collection;           ///< ground `jets`: the particles; empty: the only collection
    std::vector<EmdObjects> objects;  ///< ground `events`
    std::string met, met_phi;         ///< columns of one number per event; empty: no MET
    bool uniform = false;             ///< ground `events`: equal weights instead of pT fractions
    kernels::Isotropy isotropy;       ///< in place of distances between rows
    std::string device = "auto";
    std::string place = {};  ///< what messages about data begin with; empty: the key

    /// Reads the section. Throws UserError for what makes no sense together.
    explicit EmdSettings(Config& config);

    /// Those that a distance file was made with: the JSON text of its attribute `settings`. Throws
    /// UserError that begins with `file` when the text is something else.
    static EmdSettings of_file(const std::string& text, const std::string& file);

    bool of_jets() const { return kernel.ground == kernels::EmdGround::jets; }

    /// Of jets. given: positions come from the user, who may have centred them; then the default is
    /// to leave them as they are.
    EmdCentre centre_of(bool given) const;

    /// Whole options of the kernel; given: as above.
    kernels::EmdOptions options(bool given) const;

    /// Of the particles of jets, when they are named or not.
    std::string collection_name() const { return collection.empty() ? "constituents" : collection; }

    /// What a message about data that lack this key's column begins with.
    std::string where(const std::string& key) const { return place.empty() ? "emd." + key : place; }

    /// By key, for the distance file: whatever changes a distance. given: as above.
    nlohmann::ordered_json json(bool given) const;

  private:
    void read_isotropy(Config& config);
    void check_isotropy(const Config& config, const std::string& text) const;
    void read_jets(Config& config);
    void read_events(Config& config);
    void read_objects(Config& config);
    void read_id(Config& config);
};

}  // namespace jetsmith::inputs
