// SPDX-License-Identifier: Apache-2.0
// Mean negative log likelihood of the true class, -ln p_label: what cross-entropy training
// minimises, without class weights and label smoothing. Yes/no labels: -ln of the probability of the
// true answer, the mean over labels and of each.
#include <algorithm>
#include <cmath>

#include "analysis/class_questions.h"

namespace jetsmith::analysis {
namespace {

constexpr double kSmallest = 1e-38;  // about the smallest normal float32

/// Of the true answer to a yes/no label.
double probability(const ScoreTable& table, int64_t row, int64_t label)
{
    const double score = table.score(row, label);
    return table.belongs(row, label) ? score : 1 - score;
}

double probability(const ScoreTable& table, int64_t row)
{
    const int64_t label = table.labels_N[row];
    if (table.classes > 1) return table.score(row, label);
    return label == 1 ? table.score(row, 0) : 1 - table.score(row, 0);
}

class LogLossMetric final : public Metric {
  public:
    struct Options {
        explicit Options(Config&) {}
    };

    explicit LogLossMetric(const Options&) {}

    std::vector<Measured> values(const ScoreTable& table,
                                 const EvaluateOptions& options) const override
    {
        table.check_labelled();
        Measured measured{.name = "log_loss", .higher_is_better = false};
        const bool probabilities =
            std::all_of(table.scores_NC.begin(), table.scores_NC.end(),
                        [](double score) { return score >= 0 && score <= 1; });
        measured.rule = probabilities ? "mean of -ln p; p below 1e-38 counts as 1e-38"
                                      : "not defined: scores lie outside [0, 1]";
        const auto row_loss = [&](int64_t row) { return loss(probability(table, row)); };
        if (!probabilities) return {measured};
        if (!table.multi_label) return {filled(measured, "", table, row_loss)};
        const auto mean_loss = [&](int64_t row) {
            double sum = 0;
            for (int64_t l = 0; l < table.classes; ++l) sum += loss(probability(table, row, l));
            return sum / static_cast<double>(table.classes);
        };
        std::vector<Measured> found{filled(measured, "", table, mean_loss)};
        for (const auto& question : rest_questions(table, options))
            found.push_back(filled(measured, question.suffix, table, [&](int64_t row) {
                return loss(probability(table, row, question.signal));
            }));
        return found;
    }

  private:
    static double loss(double probability) { return -std::log(std::max(probability, kSmallest)); }

    template <typename Loss>
    static Measured filled(Measured measured, const std::string& suffix, const ScoreTable& table,
                           const Loss& loss)
    {
        double weights = 0, sum = 0, squares = 0;
        for (int64_t row = 0; row < table.rows; ++row) {
            weights += table.weight(row);
            sum += table.weight(row) * loss(row);
        }
        measured.name += suffix;
        measured.value = sum / weights;
        for (int64_t row = 0; row < table.rows; ++row) {
            const double deviation = table.weight(row) * (loss(row) - measured.value);
            squares += deviation * deviation;
        }
        measured.error = std::sqrt(squares) / weights;
        return measured;
    }
};

JETSMITH_REGISTER(Metric, "log_loss", LogLossMetric);

}  // namespace
}  // namespace jetsmith::analysis
