// SPDX-License-Identifier: Apache-2.0
// jetsmith metrics FILE: the figures of merit of any HDF5 file of scores.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/evaluation.h"
#include "analysis/predictions.h"
#include "cli/usage_error.h"
#include "cli/verbs.h"
#include "core/errors.h"

namespace jetsmith::cli {
namespace {

struct MetricsArguments {
    std::string file;
    analysis::ScoreNames names;
    EvaluateOptions options;
    bool ensemble = false;
    int ensemble_size = 0;
    bool json = false;
};

void measure_file(const MetricsArguments& arguments)
{
    const auto taggers = analysis::read_scores(arguments.file, arguments.names);
    auto result = analysis::evaluate(taggers, arguments.options);
    if (arguments.ensemble || arguments.ensemble_size > 0)
        result.ensembles =
            analysis::ensembles_of(taggers, arguments.options, arguments.ensemble_size);
    if (arguments.json)
        fmt::print("{}\n",
                   analysis::metrics_json(result, taggers.front(), arguments.options).dump(2));
    else
        fmt::print("{}", analysis::metrics_text(result, taggers.front(), arguments.options));
}

/// Messages about the rows of a tagger name the tagger alone; here the file comes before it.
void print_metrics(const MetricsArguments& arguments)
{
    try {
        measure_file(arguments);
    } catch (const UserError& error) {
        const std::string text = as_option(error.what());
        if (text.starts_with("--")) throw UserError(text);
        if (text.starts_with(arguments.file + ": ")) throw;
        throw UserError("{}: {}", arguments.file, text);
    }
}

}  // namespace

void add_metrics(CLI::App& app)
{
    auto* verb = app.add_subcommand("metrics", "figures of merit for any HDF5 file of scores");
    auto arguments = std::make_shared<MetricsArguments>();
    auto& a = *arguments;
    verb->add_option("file", a.file, "HDF5 file")->required();
    verb->add_option("--scores", a.names.scores,
                     "datasets of scores, one tagger each: 1-D signal score or 2-D class scores")
        ->required();
    verb->add_option("--labels", a.names.labels, "dataset of labels (default: labels)");
    verb->add_option("--weights", a.names.weights, "dataset of event weights");
    verb->add_flag("--logits", a.names.logits,
                   "scores are logits: take the softmax, or of each yes/no label the sigmoid, first");
    verb->add_flag("--multi-label", a.names.multi_label,
                   "rows may have several of the labels: labels and scores are (N, labels), each "
                   "column by itself (known of predictions.h5)");
    verb->add_option("--signal", a.options.signal, "name of the signal class");
    verb->add_option("--signal-efficiencies", a.options.signal_efficiencies,
                     "working points of the rejection")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1.0));
    verb->add_option("--bootstrap", a.options.bootstrap, "Poisson bootstrap replicas for the errors")
        ->check(CLI::Range(0, 1'000'000));
    verb->add_option("--seed", a.options.seed, "of the bootstrap")->capture_default_str();
    verb->add_flag("--ensemble", a.ensemble,
                   "take the scores as runs of one model; mean and median ensembles over subsets");
    verb->add_option("--ensemble-size", a.ensemble_size,
                     "runs per ensemble (default: two thirds of them)")
        ->check(CLI::Range(2, 1000));
    verb->add_flag("--json", a.json, "print a JSON document");
    verb->callback([arguments] { print_metrics(*arguments); });
}

}  // namespace jetsmith::cli
