// SPDX-License-Identifier: Apache-2.0
// Background rejection 1/eps_B at the signal efficiencies of the evaluate section: for two classes
// one per efficiency, for more of each class against the rest and, with a named signal, pairs.
#include <fmt/format.h>

#include "analysis/class_questions.h"
#include "analysis/working_point.h"

namespace jetsmith::analysis {
namespace {

class RejectionMetric final : public Metric {
  public:
    struct Options {
        explicit Options(Config&) {}
    };

    explicit RejectionMetric(const Options&) {}

    std::vector<Measured> values(const ScoreTable& table,
                                 const EvaluateOptions& options) const override
    {
        table.check_labelled();
        auto questions = rest_questions(table, options);
        if (!options.signal.empty())
            for (auto& pair : pair_questions(table, options)) questions.push_back(std::move(pair));
        std::vector<Measured> found;
        for (const auto& question : questions) {
            const auto points = working_points(ranked(table, question),
                                               options.signal_efficiencies);
            for (const auto& point : points) found.push_back(measured(point, question));
        }
        return found;
    }

  private:
    static Measured measured(const WorkingPoint& point, const Question& question)
    {
        return {.name = fmt::format("rejection{}@{}", question.suffix, point.signal_efficiency),
                .value = point.rejection,
                .error = point.rejection_error,
                .lower_limit = point.lower_limit,
                .rule = kRejectionRule,
                .details = {{"background_efficiency", point.background_efficiency},
                            {"background_rows", static_cast<double>(point.background_rows)},
                            {"signal_efficiency", point.signal_efficiency},
                            {"threshold", point.threshold}}};
    }
};

JETSMITH_REGISTER(Metric, "rejection", RejectionMetric);

}  // namespace
}  // namespace jetsmith::analysis
