// SPDX-License-Identifier: Apache-2.0
// A toy training that is watched step by step.
#pragma once

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/errors.h"
#include "datasets/epoch_order.h"
#include "tests/support/toy_training.h"

namespace jetsmith::test {

inline constexpr int64_t kBatch = 32, kSeed = 3;  // of ToyTraining

/// Copies of the flat parameters and of the buffers: at the beginning and after every step.
class Witness final : public Callback {
  public:
    explicit Witness(std::vector<std::pair<at::Tensor, at::Tensor>>& seen) : seen_(seen) {}
    void on_fit_begin(Trainer& trainer) override { look(trainer); }
    void on_step_end(Trainer& trainer) override { look(trainer); }

  private:
    void look(Trainer& trainer)
    {
        std::vector<at::Tensor> buffers{at::zeros({1})};
        for (const auto& buffer : trainer.model().buffers())
            buffers.push_back(buffer.to(at::kFloat).flatten());
        seen_.emplace_back(trainer.parameters().values().clone(), at::cat(buffers));
    }
    std::vector<std::pair<at::Tensor, at::Tensor>>& seen_;
};

/// A toy that is watched.
struct WatchedTraining {
    explicit WatchedTraining(const std::string& yaml, std::unique_ptr<Callback> extra = nullptr)
        : toy(yaml, callbacks(std::move(extra)))
    {
    }

    /// What the training says when it ends; empty when nothing was wrong.
    std::string fit()
    {
        try {
            toy.fit();
            return "";
        } catch (const RunError& error) {
            return error.what();
        }
    }

    /// The step, from 0, and the entry of its batch that a row of the first epoch has.
    std::pair<int64_t, int64_t> place_of(int64_t row) const
    {
        const auto order = epoch_order(toy.train, kSeed, 0);
        const auto place = (order == row).nonzero().item<int64_t>();
        return {place / kBatch, place % kBatch};
    }

    /// The step of this row was not taken: parameters, buffers and position are those before it.
    void expect_stopped_before(int64_t row)
    {
        const auto [step, entry] = place_of(row);
        EXPECT_EQ(toy.trainer->position().step, step);
        EXPECT_EQ(toy.trainer->position().rows, step * kBatch);
        ASSERT_EQ(std::ssize(seen), step + 1);
        EXPECT_TRUE(toy.trainer->parameters().values().equal(seen.back().first));
    }

    std::vector<std::pair<at::Tensor, at::Tensor>> seen;
    ToyTraining toy;

  private:
    std::vector<std::unique_ptr<Callback>> callbacks(std::unique_ptr<Callback> extra)
    {
        std::vector<std::unique_ptr<Callback>> all;
        all.push_back(std::make_unique<Witness>(seen));
        if (extra) all.push_back(std::move(extra));
        return all;
    }
};

}  // namespace jetsmith::test
