// SPDX-License-Identifier: Apache-2.0
// Cross entropy with a planted fault, for trainings that are to fail. Registered as "faulty" by
// bad_step_test.cpp.
#pragma once

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/util/Exception.h>

#include <limits>
#include <string>

#include "trainers/objective.h"

namespace jetsmith::test {

class FaultyObjective final : public Objective {
  public:
    struct Options {
        std::string in = "loss", value = "nan";
        int64_t row = -1, most_rows = 0;

        explicit Options(Config& config)
        {
            config.read("in", in, "what is spoilt", one_of({"loss", "gradient"}));
            config.read("value", value, "by what", one_of({"nan", "inf", "-inf"}));
            config.read("row", row, "of the store, in whose batch it happens");
            config.read("most_rows", most_rows, "of a batch, for which there is memory; 0: any");
        }
    };

    explicit FaultyObjective(const Options& options) : o_(options) {}

    at::Tensor loss(const Prediction& prediction, const Batch& batch) const override
    {
        if (o_.most_rows > 0)
            TORCH_CHECK_WITH(OutOfMemoryError, batch.size() <= o_.most_rows, "out of memory");
        const auto logits_BC = prediction.logits_BC.to(at::kFloat);
        auto each_B = at::cross_entropy_loss(logits_BC, batch.labels_B, {}, at::Reduction::None);
        const auto bad_B = batch.source_rows_B == o_.row;
        if (o_.in == "loss")
            each_B = each_B + at::where(bad_B, at::full_like(each_B.detach(), value()),
                                        at::zeros_like(each_B.detach()));
        const auto mean = (each_B * batch.weights_B).sum() / batch.weights_B.sum();
        if (o_.in == "loss") return mean;
        // sqrt(0) is 0, and its slope infinite: here times 1, -1 or 0.
        const double slope = o_.value == "nan" ? 0 : o_.value == "inf" ? 1 : -1;
        const auto zero_B = (logits_BC - logits_BC.detach()).select(1, 0).masked_select(bad_B);
        return mean + (zero_B * slope).sqrt().sum();
    }

    at::Tensor scores(const Prediction& prediction, const Batch&) const override
    {
        return prediction.logits_BC.to(at::kFloat).softmax(1);
    }

  private:
    double value() const
    {
        if (o_.value == "nan") return std::numeric_limits<double>::quiet_NaN();
        const double infinity = std::numeric_limits<double>::infinity();
        return o_.value == "inf" ? infinity : -infinity;
    }

    Options o_;
};

}  // namespace jetsmith::test
