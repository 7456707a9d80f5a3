// SPDX-License-Identifier: Apache-2.0
#include "datasets/reader_options.h"

#include <algorithm>

#include "datasets/mixture.h"

namespace jetsmith {
namespace {

std::vector<std::string> read_classes(Config& config, std::vector<std::string> classes)
{
    config.read("classes", classes, "names of the classes in the order of the labels 0, 1, ...");
    for (size_t i = 0; i < classes.size(); ++i)
        if (std::find(classes.begin(), classes.begin() + static_cast<int64_t>(i), classes[i]) !=
            classes.begin() + static_cast<int64_t>(i))
            config.fail("classes",
                        "names '" + classes[i] + "' twice. Give every class its own name");
    return classes;
}

double read_unit(Config& config)
{
    std::string units = "GeV";
    config.read("units", units, "unit of energies and momenta in the file; the program uses GeV",
                one_of({"GeV", "MeV", "TeV"}));
    return units == "MeV" ? 1e-3 : units == "TeV" ? 1e3 : 1.0;
}

std::shared_ptr<const Expression> read_selection(Config& config)
{
    std::string text;
    config.read("select", text,
                "keep rows for which this holds, e.g. pt > 550 && abs(eta) < 2; knows the file's "
                "columns and pt, eta, phi, mass, multiplicity of the jet");
    if (text.empty()) return nullptr;
    auto selection = std::make_shared<const Expression>(text, config.place("select"));
    if (selection->names().empty()) config.fail("select", "'" + text + "' looks at no column");
    return selection;
}

}  // namespace

ReaderOptions::ReaderOptions(Config& config, std::vector<std::string> default_classes,
                             std::string class_rule)
    : classes(read_classes(config, std::move(default_classes))), splits(config, classes)
{
    mixture = read_mixture(config, classes);
    unit = read_unit(config);
    selection = read_selection(config);
    config.read("max_constituents", max_constituents,
                "keep at most this many constituents of a jet, the hardest; 0: all", non_negative);
    config.read("weights", weights, "column of event weights; none: every row counts 1");
    config.read("observers", observers,
                "columns, or pt, eta, phi, mass, multiplicity of the jet, kept for predictions");
    const std::string meaning =
        "factor of each class in the loss: none, balanced (equal sums of weights), or a map "
        "{class: factor}";
    if (config.is_map("class_weights")) {
        config.read("class_weights", class_weights, meaning);
        for (const auto& [name, factor] : class_weights) {
            if (std::find(classes.begin(), classes.end(), name) == classes.end())
                config.fail("class_weights",
                            "unknown class '" + name + "'." + suggestion(name, classes));
            if (!(factor >= 0)) config.fail("class_weights", "factors must be 0 or more");
        }
    } else {
        config.read("class_weights", class_rule, meaning, one_of({"none", "balanced"}));
        balanced = class_rule == "balanced";
    }
}

}  // namespace jetsmith
