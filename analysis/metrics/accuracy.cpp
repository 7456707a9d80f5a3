// SPDX-License-Identifier: Apache-2.0
// Share of rows whose class is decided rightly: highest class score, or above 0.5 for one column.
#include "analysis/confusion_matrix.h"
#include "analysis/evaluate_options.h"

namespace jetsmith::analysis {
namespace {

class AccuracyMetric final : public Metric {
  public:
    struct Options {
        explicit Options(Config&) {}
    };

    explicit AccuracyMetric(const Options&) {}

    std::vector<Measured> values(const ScoreTable& table, const EvaluateOptions&) const override
    {
        table.check_labelled();
        Measured measured{.name = "accuracy"};
        if (!decisions_defined(table)) {
            measured.rule = table.probabilities ? "not defined: scores lie outside [0, 1]"
                                                : "not defined: the score has no natural cut";
            return {measured};
        }
        const auto [value, error] = accuracy(table);
        measured.value = value;
        measured.error = error;
        measured.rule = table.classes == 1 ? "score above 0.5; error binomial"
                                           : "highest class score; error binomial";
        if (table.weighted()) measured.rule += " from squared weights";
        return {measured};
    }
};

JETSMITH_REGISTER(Metric, "accuracy", AccuracyMetric);

}  // namespace
}  // namespace jetsmith::analysis
