// SPDX-License-Identifier: Apache-2.0
// Area under the ROC curve. Two classes: the Mann-Whitney statistic. More: the mean over pairs of
// classes (Hand and Till, Machine Learning 45 (2001) 171), each class against the rest, each pair.
#include "analysis/class_questions.h"
#include "analysis/mann_whitney.h"

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
        std::vector<Measured> found;
        for (const auto& question : rest_questions(table, options))
            found.push_back(answer(table, question));
        const auto pairs = pair_questions(table, options);
        if (pairs.empty()) return found;
        Measured mean{.name = "auc", .value = 0, .rule = "mean AUC over pairs of classes"};
        for (const auto& question : pairs) {
            found.push_back(answer(table, question));
            mean.value += found.back().value / static_cast<double>(pairs.size());
        }
        found.insert(found.begin(), mean);
        return found;
    }

  private:
    static Measured answer(const ScoreTable& table, const Question& question)
    {
        const auto auc = mann_whitney_auc(ranked(table, question));
        return {.name = "auc" + question.suffix,
                .value = auc.value,
                .error = auc.error,
                .rule = table.weighted() ? kWeightedRule : kRule};
    }
};

JETSMITH_REGISTER(Metric, "auc", AucMetric);

}  // namespace
}  // namespace jetsmith::analysis
