// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluate_options.h"

#include <algorithm>

#include "analysis/class_questions.h"

namespace jetsmith {
namespace {

const NumberCheck fraction{"above 0 and at most 1", [](double v) { return v > 0 && v <= 1; }};

std::vector<std::shared_ptr<const Metric>> default_metrics()
{
    std::vector<std::shared_ptr<const Metric>> all;
    for (const auto* name : {"auc", "accuracy", "rejection"}) {
        Config config(parse_yaml(std::string("type: ") + name, "default metrics"), "", "");
        all.push_back(Registry<Metric>::make(config));
    }
    return all;
}

}  // namespace

EvaluateOptions::EvaluateOptions() : metrics(default_metrics()) {}

EvaluateOptions::EvaluateOptions(Config& config)
{
    config.read("signal_efficiencies", signal_efficiencies,
                "working points at which the background rejection is quoted", fraction);
    config.read("signal", signal,
                "class name of the signal; of two classes the second unless named here, of more, and "
                "of yes/no labels, each in turn");
    config.read("bootstrap", bootstrap,
                "Poisson bootstrap replicas for errors beside the analytic ones; 0 for none",
                within(0, 1'000'000));
    for (auto& item : config.items("metrics", "figures of merit by type; auc, accuracy and "
                                              "rejection unless given")) {
        if (item.is_describing()) {
            std::string type;
            item.require("type", type, "a component of the family metric");
        } else {
            metrics.push_back(Registry<Metric>::make(item));
        }
    }
    if (metrics.empty()) metrics = default_metrics();
}

int64_t EvaluateOptions::signal_label(const ScoreTable& table) const
{
    const int64_t count = table.label_count();
    if (signal.empty()) return table.binary() ? 1 : -1;
    std::vector<std::string> known;
    for (int64_t label = 0; label < count; ++label) known.push_back(table.class_name(label));
    const auto found = std::find(known.begin(), known.end(), signal);
    for (int64_t label = 0; table.class_names.empty() && label < count; ++label)
        if (signal == std::to_string(label)) return label;
    if (found == known.end())
        throw UserError("evaluate.signal: '{}' is none of the classes ({} wanted).{}", signal,
                        analysis::joined_names(known), suggestion(signal, known));
    return found - known.begin();
}

std::vector<Measured> measure(const ScoreTable& table, const EvaluateOptions& options)
{
    std::vector<Measured> all;
    for (const auto& metric : options.metrics)
        for (auto& value : metric->values(table, options)) all.push_back(std::move(value));
    return all;
}

}  // namespace jetsmith
