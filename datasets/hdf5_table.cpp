// SPDX-License-Identifier: Apache-2.0
// Any HDF5 file whose columns the config names: pandas tables, pandas fixed frames and plain
// datasets, recognised by their content.
#include <algorithm>

#include "datasets/hdf5_reader.h"

namespace jetsmith {
namespace {

/// The components that are named.
std::string given(const MomentumNames& n)
{
    const std::vector<std::pair<const char*, std::string>> names{
        {"energy", n.energy}, {"px", n.px},   {"py", n.py},   {"pz", n.pz},
        {"pt", n.pt},         {"eta", n.eta}, {"phi", n.phi}, {"mass", n.mass}};
    std::string all;
    for (const auto& [component, name] : names)
        if (!name.empty()) all += (all.empty() ? "" : ", ") + std::string(component);
    return all.empty() ? "none" : all;
}

class Hdf5Table final : public Hdf5Reader {
  public:
    struct Options {
        ReaderOptions common;
        WantedColumns wanted;

        explicit Options(Config& config)
            : common(config, {}, "none", RowKinds::class_or_labels)
        {
            config.read("key", wanted.key,
                        "frame or group; empty: the only frame, or all datasets");
            config.read("label", wanted.label,
                        "column of the class: a number, or one value per class");
            if (!wanted.label.empty() && !common.labels.empty())
                config.fail("label", "says the class, 'labels' several yes/no labels. Give one of "
                                     "them");
            if (!wanted.label.empty() && common.classes.empty())
                config.fail("label", "needs the names of its classes (seen: no classes; one name per "
                                     "class wanted). Add data.classes");
            read_columns(config);
            read_constituents(config);
        }

      private:
        void read_columns(Config& config)
        {
            wanted.scalars = {"*"};
            config.read("columns", wanted.scalars,
                        "columns of one number per row to keep; '*': every one that has no other "
                        "use");
            const auto star = std::find(wanted.scalars.begin(), wanted.scalars.end(), "*");
            wanted.all_scalars = star != wanted.scalars.end();
            if (wanted.all_scalars) wanted.scalars.erase(star);
            keep_label_columns();
            std::vector<std::string> dense;
            config.read("dense", dense, "datasets with an array per row, such as images");
            for (const auto& name : dense) wanted.dense[name] = name;
        }

        /// Among the observers, which may be missing in files that are only scored.
        void keep_label_columns()
        {
            const auto holds = [](const std::vector<std::string>& names, const std::string& name) {
                return std::find(names.begin(), names.end(), name) != names.end();
            };
            if (wanted.all_scalars) return;
            for (const auto& label : common.labels)
                for (const auto& name : label.expression->names())
                    if (!holds(wanted.scalars, name) && !holds(common.observers, name))
                        common.observers.push_back(name);
        }

        void read_constituents(Config& config)
        {
            Config section = config.section(
                "constituents",
                "columns of the four-momenta: energy, px, py, pz; or pt, eta, phi with energy or "
                "mass. 'PX_*' means PX_0, PX_1, ...; 'a:b:c' every c-th column from number a to "
                "before b; 'name[k]' element k of the last axis, 'name[a:b]' several");
            MomentumNames names;
            section.read("energy", names.energy, "energy");
            section.read("px", names.px, "momentum along x");
            section.read("py", names.py, "momentum along y");
            section.read("pz", names.pz, "momentum along the beam");
            section.read("pt", names.pt, "transverse momentum");
            section.read("eta", names.eta, "pseudorapidity");
            section.read("phi", names.phi, "azimuth [rad]");
            section.read("mass", names.mass, "mass; with neither mass nor energy: massless");
            const bool cartesian = !names.px.empty() && !names.py.empty() && !names.pz.empty() &&
                                   !names.energy.empty() && names.pt.empty();
            const bool polar =
                !names.pt.empty() && !names.eta.empty() && !names.phi.empty() && names.px.empty();
            if (!config.has("constituents")) return;
            if (!cartesian && !polar)
                config.fail("constituents",
                            fmt::format("does not name a four-momentum (seen: {}; energy, px, py, pz; "
                                        "or pt, eta, phi wanted). Energy or mass may be added to "
                                        "the latter",
                                        given(names)));
            wanted.momenta = names;
        }
    };

    explicit Hdf5Table(const Options& options) : Hdf5Reader(options.common, options.wanted) {}
};

JETSMITH_REGISTER(Reader, "hdf5_table", Hdf5Table);

}  // namespace
}  // namespace jetsmith
