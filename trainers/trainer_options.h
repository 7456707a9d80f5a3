// SPDX-License-Identifier: Apache-2.0
// The `trainer:` section.
#pragma once

#include <cstdint>
#include <string>

#include "core/config.h"
#include "datasets/block_order.h"

namespace jetsmith {

/// Larger than anybody needs, and small enough that no product of them overflows.
inline constexpr int64_t kMostEpochs = 1'000'000;
inline constexpr int64_t kMostBatch = 10'000'000;
/// Runs of one config together.
inline constexpr int64_t kMostMembers = 10'000;

struct TrainerOptions {
    int64_t epochs = 10;
    int64_t batch_size = 128;
    int64_t accumulate = 1;
    double clip_norm = 0.0;
    std::string device = "auto";
    std::string precision = "auto";
    bool deterministic = false;
    std::string on_nan = "stop";
    std::string select = "loss";
    int64_t keep_checkpoints = 2;
    int64_t checkpoint_steps = 0;
    double checkpoint_seconds = 600;
    std::string sampling = "each";
    OrderPolicy order;
    int64_t repeat = 1;
    int64_t side_by_side = 0;

    TrainerOptions() = default;

    explicit TrainerOptions(Config& config)
    {
        config.read("epochs", epochs, "passes over the training rows", within(1, kMostEpochs));
        config.read("batch_size", batch_size, "rows per forward and backward pass",
                    within(1, kMostBatch));
        config.read("accumulate", accumulate, "batches whose gradients make one update",
                    within(1, kMostBatch));
        config.read("clip_norm", clip_norm, "largest norm of the whole gradient; 0: no limit",
                    non_negative);
        config.read("device", device, "auto, cpu, cuda or cuda:N");
        config.read("precision", precision, "bf16 means autocast with fp32 parameters",
                    one_of({"auto", "fp32", "bf16"}));
        config.read("deterministic", deterministic, "bitwise repeatable kernels on the GPU");
        config.read("on_nan", on_nan,
                    "a step in which an input, weight, label, loss or gradient is NaN or infinite "
                    "changes no parameter. stop: the run ends and says where it came from; skip: it "
                    "goes on and counts such steps",
                    one_of({"stop", "skip"}));
        config.read("select", select,
                    "validation figure that picks the best checkpoint: loss, or the name of a "
                    "metric such as auc");
        config.read("keep_checkpoints", keep_checkpoints,
                    "newest checkpoints that are kept, besides the best", positive);
        config.read("checkpoint_steps", checkpoint_steps,
                    "optimizer steps from one checkpoint within an epoch to the next; 0: none",
                    non_negative);
        config.read("checkpoint_seconds", checkpoint_seconds,
                    "time from one checkpoint within an epoch to the next; 0: none [s]",
                    non_negative);
        config.read("sampling", sampling,
                    "each: every training row once per epoch, weighted in the loss; weighted: rows "
                    "drawn in proportion to the size of that weight, which leaves its sign to the "
                    "loss",
                    one_of({"each", "weighted"}));
        std::string order_name = "rows";
        config.read("order", order_name,
                    "of an epoch. rows: a permutation of all training rows; blocks: blocks of the "
                    "files in random order, rows at random within buffers of blocks from all over "
                    "the files, as streamed data want it",
                    one_of({"rows", "blocks"}));
        order.blocks = order_name == "blocks";
        config.read("buffer", order.buffer, "rows that order: blocks shuffles together", positive);
        config.read("repeat", repeat,
                    "runs with the seeds seed, seed + 1, ... that make one row of tables, with "
                    "their spread",
                    within(1, kMostMembers));
        config.read("side_by_side", side_by_side,
                    "members (of a repeat, a scan or folds) that train at the same time; 0: one "
                    "per thread as long as memory lasts, one on a GPU",
                    non_negative);
    }
};

}  // namespace jetsmith
