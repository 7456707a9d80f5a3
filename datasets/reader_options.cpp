// SPDX-License-Identifier: Apache-2.0
#include "datasets/reader_options.h"

#include <algorithm>

#include "core/float32_checks.h"
#include "core/memory_size.h"
#include "datasets/mixture.h"

namespace jetsmith {
namespace {

[[noreturn]] void refuse_beside_labels(const Config& config, const char* key)
{
    config.fail(key,
                "cannot stand beside 'labels' (which give a row several yes/no labels instead of "
                "one class). Remove one of them");
}

std::vector<std::string> read_classes(Config& config, std::vector<std::string> classes,
                                      const std::vector<RowLabel>& labels)
{
    if (!labels.empty()) classes.clear();
    config.read("classes", classes, "names of the classes in the order of the labels 0, 1, ...");
    if (!labels.empty() && !classes.empty()) refuse_beside_labels(config, "classes");
    for (size_t i = 0; i < classes.size(); ++i)
        if (std::find(classes.begin(), classes.begin() + static_cast<int64_t>(i), classes[i]) !=
            classes.begin() + static_cast<int64_t>(i))
            config.fail("classes",
                        "names '" + classes[i] +
                            "' twice (different names wanted). Give every class its own name");
    return labels.empty() ? classes : names_of(labels);
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
    if (selection->names().empty())
        config.fail("select", "'" + text +
                                  "' looks at no column (a condition on columns wanted). "
                                  "Write e.g. pt > 550");
    return selection;
}

bool read_on_bad_row(Config& config)
{
    std::string action = "stop";
    config.read(
        "on_bad_row", action,
        "at a row with NaN or infinity in an input or its weight, a label of no class, or no "
        "constituents: stop, or drop the row and count it",
        one_of({"stop", "drop"}));
    return action == "drop";
}

std::shared_ptr<StreamBudget> read_loading(Config& config)
{
    std::string loading = "resident", memory = "1 GB";
    int64_t threads = 2;
    config.read(
        "loading", loading,
        "resident: all rows in memory; streamed: rows stay in their files and are read while "
        "they are used",
        one_of({"resident", "streamed"}));
    config.read("memory", memory,
                "what the rows of a run may take when they are streamed, all splits together: a "
                "number of MB, GB, MiB or GiB");
    config.read("loader_threads", threads, "threads that read and unpack streamed rows",
                within(1, 4));
    if (loading == "resident") return nullptr;
    return std::make_shared<StreamBudget>(parse_bytes(memory, config.place("memory")),
                                          static_cast<int>(threads));
}

}  // namespace

ReaderOptions::ReaderOptions(Config& config, std::vector<std::string> default_classes,
                             std::string class_rule, RowKinds kinds)
    : labels(kinds == RowKinds::class_or_labels ? read_row_labels(config)
                                                : std::vector<RowLabel>{}),
      classes(read_classes(config, std::move(default_classes), labels)),
      splits(config, labels.empty() ? classes : std::vector<std::string>{})
{
    mixture = read_mixture(config, classes);
    if (!labels.empty() && !mixture.empty()) refuse_beside_labels(config, "mixture");
    unit = read_unit(config);
    selection = read_selection(config);
    config.read("max_constituents", max_constituents,
                "keep at most this many constituents of a jet, the hardest; 0: all", non_negative);
    drop_bad_rows = read_on_bad_row(config);
    config.read("weights", weights, "column of event weights; none: every row counts 1");
    config.read("observers", observers,
                "columns, or pt, eta, phi, mass, multiplicity of the jet, kept for predictions");
    stream = read_loading(config);
    const std::string meaning =
        "factor of each class in the loss: none, balanced (equal sums of weights), or a map "
        "{class: factor}; of yes/no labels of the rows with a label, balanced against those "
        "without";
    if (config.is_map("class_weights")) {
        config.read("class_weights", class_weights, meaning);
        for (const auto& [name, factor] : class_weights) {
            if (std::find(classes.begin(), classes.end(), name) == classes.end())
                config.fail("class_weights",
                            "unknown class '" + name + "'." + suggestion(name, classes));
            if (!(factor >= 0 && finite_float32.holds(factor)))
                config.fail("class_weights", fmt::format("the factor of '{}' is {} (0 or more and "
                                                         "{} wanted). Give factors such as 1",
                                                         name, factor, finite_float32.wanted));
        }
    } else {
        config.read("class_weights", class_rule, meaning, one_of({"none", "balanced"}));
        balanced = class_rule == "balanced";
    }
}

}  // namespace jetsmith
