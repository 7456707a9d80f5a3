// SPDX-License-Identifier: Apache-2.0
// Share of rows whose class is decided rightly: highest class score, or above 0.5 for one column.
// Yes/no labels: the share of right decisions, of all labels together and of each.
#include "analysis/class_questions.h"
#include "analysis/confusion_matrix.h"

namespace jetsmith::analysis {
namespace {

class AccuracyMetric final : public Metric {
  public:
    struct Options {
        explicit Options(Config&) {}
    };

    explicit AccuracyMetric(const Options&) {}

    std::vector<Measured> values(const ScoreTable& table,
                                 const EvaluateOptions& options) const override
    {
        table.check_labelled();
        Measured measured{.name = "accuracy"};
        if (!decisions_defined(table)) {
            measured.rule = table.probabilities ? "not defined: scores lie outside [0, 1]"
                                                : "not defined: the score has no natural cut";
            return {measured};
        }
        measured.rule = table.multi_label    ? "labels with a score above 0.5; error binomial"
                        : table.classes == 1 ? "score above 0.5; error binomial"
                                             : "highest class score; error binomial";
        if (table.weighted()) measured.rule += " from squared weights";
        std::vector<Measured> found{with(measured, "", accuracy(table))};
        if (!table.multi_label) return found;
        for (const auto& question : rest_questions(table, options))
            found.push_back(with(measured, question.suffix,
                                 accuracy(table, right_decisions(table, question.signal))));
        return found;
    }

  private:
    static Measured with(Measured measured, const std::string& suffix, const Accuracy& accuracy)
    {
        measured.name += suffix;
        measured.value = accuracy.value;
        measured.error = accuracy.error;
        return measured;
    }
};

JETSMITH_REGISTER(Metric, "accuracy", AccuracyMetric);

}  // namespace
}  // namespace jetsmith::analysis
