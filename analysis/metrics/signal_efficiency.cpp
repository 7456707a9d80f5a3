// SPDX-License-Identifier: Apache-2.0
// Signal efficiency at given background rejections ("E10" and "E100" of Farina, Nakai, Shih,
// 1808.08992): what an anomaly search keeps of a signal when it lets one background row in 10, or
// in 100, pass. For more than two classes of each class against the rest.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/class_questions.h"
#include "analysis/working_point.h"

namespace jetsmith::analysis {
namespace {

constexpr auto kRule =
    "eps_S where eps_B, walked down from the highest score, first reaches 1/rejection, linear "
    "between neighbouring ROC points; error from the counts of both classes";

/// The same rows with the roles of the classes exchanged: the rule for eps_B at fixed eps_S then is
/// the rule for eps_S at fixed eps_B.
RankedSample exchanged(const ScoreTable& table, const Question& question)
{
    BinarySample sample = ask(table, question);
    for (auto& signal : sample.signal) signal = !signal;
    return rank_sample(sample.scores, sample.signal, sample.weights);
}

/// One sigma of a share e of the background: binomial, or from squared weights.
double share_error(const GroupSums& background, double e)
{
    return std::sqrt(e * (1 - e) * background.signal_squares) / background.signal;
}

class SignalEfficiencyMetric final : public Metric {
  public:
    struct Options {
        std::vector<double> rejections{10, 100};

        explicit Options(Config& config)
        {
            config.read("rejections", rejections, "background rejections 1/eps_B",
                        NumberCheck{"at least 1", [](double r) { return r >= 1; }});
        }
    };

    explicit SignalEfficiencyMetric(const Options& options) : options_(options) {}

    std::vector<Measured> values(const ScoreTable& table,
                                 const EvaluateOptions& options) const override
    {
        table.check_labelled();
        std::vector<Measured> found;
        for (const auto& question : rest_questions(table, options)) {
            const RankedSample sample = exchanged(table, question);
            for (const double rejection : options_.rejections)
                found.push_back(measured(sample, rejection, question.suffix));
        }
        return found;
    }

  private:
    static Measured measured(const RankedSample& sample, double rejection,
                             const std::string& suffix)
    {
        const double e = 1 / rejection, shift = share_error(sample.total, e);
        // The threshold rests on few background rows: half the change over +- one sigma of eps_B.
        const std::vector<double> shares{e, std::min(1.0, e + shift), std::max(e - shift, e / 100)};
        const auto points = working_points(sample, shares);
        const double from_threshold =
            (points[1].background_efficiency - points[2].background_efficiency) / 2;
        return {.name = fmt::format("signal_efficiency{}@{}", suffix, rejection),
                .value = points[0].background_efficiency,
                .error = std::hypot(points[0].background_error, from_threshold),
                .rule = kRule,
                .details = {{"background_efficiency", e},
                            {"threshold", points[0].threshold},
                            {"threshold_error", from_threshold}}};
    }

    Options options_;
};

JETSMITH_REGISTER(Metric, "signal_efficiency", SignalEfficiencyMetric);

}  // namespace
}  // namespace jetsmith::analysis
