// SPDX-License-Identifier: Apache-2.0
// Mean negative log likelihood of the true class, -ln p_label: what cross-entropy training
// minimises, without class weights and label smoothing.
#include <algorithm>
#include <cmath>

#include "analysis/confusion_matrix.h"
#include "analysis/evaluate_options.h"

namespace jetsmith::analysis {
namespace {

constexpr double kSmallest = 1e-38;  // about the smallest normal float32

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

    std::vector<Measured> values(const ScoreTable& table, const EvaluateOptions&) const override
    {
        table.check_labelled();
        Measured measured{.name = "log_loss", .higher_is_better = false};
        const bool probabilities =
            std::all_of(table.scores_NC.begin(), table.scores_NC.end(),
                        [](double score) { return score >= 0 && score <= 1; });
        measured.rule = probabilities ? "mean of -ln p; p below 1e-38 counts as 1e-38"
                                      : "not defined: scores lie outside [0, 1]";
        if (probabilities) fill(measured, table);
        return {measured};
    }

  private:
    static void fill(Measured& measured, const ScoreTable& table)
    {
        double weights = 0, sum = 0, squares = 0;
        const auto loss = [&](int64_t row) {
            return -std::log(std::max(probability(table, row), kSmallest));
        };
        const auto weight = [&](int64_t row) {
            return table.weights_N.empty() ? 1.0 : table.weights_N[row];
        };
        for (int64_t row = 0; row < table.rows; ++row) {
            weights += weight(row);
            sum += weight(row) * loss(row);
        }
        measured.value = sum / weights;
        for (int64_t row = 0; row < table.rows; ++row) {
            const double deviation = weight(row) * (loss(row) - measured.value);
            squares += deviation * deviation;
        }
        measured.error = std::sqrt(squares) / weights;
    }
};

JETSMITH_REGISTER(Metric, "log_loss", LogLossMetric);

}  // namespace
}  // namespace jetsmith::analysis
