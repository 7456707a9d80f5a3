// SPDX-License-Identifier: Apache-2.0
// Everything optional in a training: listens to the trainer and may act on it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/metric.h"
#include "core/registry.h"

namespace jetsmith {

class Trainer;

/// One row of history.csv.
struct EpochRecord {
    int64_t epoch = 0;  ///< from 1
    int64_t step = 0;   ///< optimizer steps so far
    double train_loss = 0;
    double val_loss = 0;
    std::vector<Measured> metrics;  ///< on the validation rows
    double learning_rate = 0;       ///< of the last step
    double seconds = 0;             ///< of the epoch, validation left out
    double rows_per_second = 0;
    double data_share = 0;          ///< of the seconds spent outside forward, backward and update
    double wait_share = 0;          ///< of the seconds: the steps waited for rows
    int64_t skipped = 0;            ///< steps of the epoch that NaN or infinity made void
};

class Callback {
  public:
    virtual ~Callback() = default;

    /// Before the first epoch: throws UserError for what it would not find in such a record (its
    /// values mean nothing, its names do).
    virtual void check(const EpochRecord&) const {}
    virtual void on_fit_begin(Trainer&) {}
    virtual void on_step_end(Trainer&) {}
    /// Around every pass over validation or test rows, for those who swap weights.
    virtual void before_evaluation(Trainer&) {}
    virtual void after_evaluation(Trainer&) {}
    virtual void on_epoch_end(Trainer&, const EpochRecord&) {}
    virtual void on_fit_end(Trainer&) {}
    /// A signal ends the training early, between two steps: the last chance to save something.
    virtual void on_stop(Trainer&) {}

    /// What a resumed run needs, written into each checkpoint: members of one JSON object, named
    /// after the callback ("ema.decay"), and live tensors. load_state gets the members of all.
    virtual nlohmann::ordered_json state() const;
    virtual void load_state(const nlohmann::ordered_json&) {}
    virtual std::map<std::string, at::Tensor> tensors() { return {}; }
};

template <>
struct Family<Callback> {
    static constexpr auto name = "callbacks";
    using Make = std::unique_ptr<Callback>();
};

}  // namespace jetsmith
