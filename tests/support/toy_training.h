// SPDX-License-Identifier: Apache-2.0
// A training small enough for a test: images of two classes that a CNN can tell apart.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "trainers/run_config.h"
#include "trainers/trainer.h"

namespace jetsmith::test {

/// rows images of 8 x 8 pixels in the dense column "images": noise, and for class 1 a bright
/// square. Every value is a function of seed and row.
EventStore toy_images(int64_t rows, uint64_t seed);

/// Hands the dense column "images" on as it is.
class ToyInput final : public Input {
  public:
    BatchShape shape(const EventStore& store) const override;
    void judge(const EventStore&, RowFaults&) const override {}
    Batch make(const EventStore& store, const at::Tensor& rows, const std::optional<Augment>&,
               at::ScalarType dtype) const override;
};

/// A trainer over a small CNN. yaml: sections model, optimizer, schedule, trainer, callbacks on
/// top of defaults that learn the toy in two epochs.
class ToyTraining {
  public:
    explicit ToyTraining(const std::string& yaml = "",
                         std::vector<std::unique_ptr<Callback>> extra = {});

    void fit()
    {
        ResidentFeed train_rows(train), val_rows(val);
        trainer->fit(train_rows, val_rows, config.evaluate);
    }

    Evaluation evaluate(const EventStore& store)
    {
        ResidentFeed rows(store);
        return trainer->evaluate(rows);
    }

    RunConfig config;
    ToyInput input;
    EventStore train, val;
    std::unique_ptr<Model> model;
    std::unique_ptr<Objective> objective;
    std::unique_ptr<Trainer> trainer;
    std::vector<EpochRecord> history;
};

}  // namespace jetsmith::test
