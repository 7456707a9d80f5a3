// SPDX-License-Identifier: Apache-2.0
// Area under the ROC curve. Two classes: the Mann-Whitney statistic. More: the mean over pairs of
// classes (Hand and Till, Machine Learning 45 (2001) 171), each class against the rest, each pair.
// Yes/no labels: the mean over labels, and each label.
#include <fmt/format.h>

#include "analysis/class_questions.h"

namespace jetsmith::analysis {
namespace {

constexpr auto kRule = "Mann-Whitney, ties half; error DeLong";
constexpr auto kWeightedRule = "weighted Mann-Whitney, ties half; error DeLong with squared weights";

class AucMetric final : public Metric {
  public:
    struct Options {
        explicit Options(Config&) {}
    };

    explicit AucMetric(const Options&) {}

    std::vector<Measured> values(const ScoreTable& table,
                                 const EvaluateOptions& options) const override
    {
        table.check_labelled();
        const auto rest = rest_questions(table, options);
        if (rest.empty()) return {};
        if (table.binary()) {
            const auto auc = mann_whitney_auc(ranked(table, rest.front()));
            return {measured(table, rest.front(), auc)};
        }
        const auto each = question_aucs(table, rest);
        const auto pairs = pair_questions(table, options);
        const auto of_pairs = question_aucs(table, pairs);
        const Auc& mean = (pairs.empty() ? each : of_pairs).mean;
        std::vector<Measured> found{
            {.name = "auc",
             .value = mean.value,
             .error = mean.error,
             .rule = fmt::format("mean AUC over {}; error with their covariances",
                                 pairs.empty() ? "labels" : "pairs of classes")}};
        add(found, table, rest, each);
        add(found, table, pairs, of_pairs);
        return found;
    }

  private:
    static Measured measured(const ScoreTable& table, const Question& question, const Auc& auc)
    {
        return {.name = "auc" + question.suffix,
                .value = auc.value,
                .error = auc.error,
                .rule = table.weighted() ? kWeightedRule : kRule};
    }

    static void add(std::vector<Measured>& found, const ScoreTable& table,
                    const std::vector<Question>& questions, const QuestionAucs& aucs)
    {
        for (size_t q = 0; q < questions.size(); ++q)
            found.push_back(measured(table, questions[q], aucs.each[q]));
    }
};

JETSMITH_REGISTER(Metric, "auc", AucMetric);

}  // namespace
}  // namespace jetsmith::analysis
