// SPDX-License-Identifier: Apache-2.0
// An input turns rows of a store into a Batch, on the device of the store. Images and features
// exist for one batch: nothing derived is kept, but where it takes far longer to make than to keep.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/batch.h"
#include "core/registry.h"
#include "datasets/row_feed.h"
#include "datasets/row_judge.h"

namespace jetsmith {

/// Asks for the random variations of a training batch. They are a function of (seed, epoch, source
/// file and row) alone: see core/random.h, Purpose::augment.
struct Augment {
    uint64_t seed = 1;
    uint32_t epoch = 0;
    /// int64 scalar on the device of the store. When defined it stands for `epoch` and is read when
    /// the kernel runs, so that a captured CUDA graph sees the epoch of its replay.
    at::Tensor device_epoch = {};
};

/// Tensors that an input learned from training data, by name; saved with the model.
using InputState = std::map<std::string, at::Tensor>;

/// The family "inputs". make() is const and may be called from several threads.
class Input {
  public:
    virtual ~Input() = default;

    /// What a model needs to know of the batches made from this store; `classes` stays 0.
    virtual BatchShape shape(const EventStore& store) const = 0;

    /// Notes the rows of a block, on the CPU, in which what make() looks at is NaN or infinite,
    /// objects that are not there left aside. Throws UserError for columns that are missing.
    virtual void judge(const EventStore& block, RowFaults& faults) const = 0;

    /// True when batches of as many rows always have tensors of the same shapes, as a captured CUDA
    /// graph needs.
    virtual bool fixed_shapes() const { return true; }

    /// True when make() needs fit() or load_state() before it.
    virtual bool learns() const { return false; }

    /// Learns from the training data, such as a mean and a deviation per pixel. Deterministic:
    /// independent of threads, batch sizes and of where the rows lie. class_weights: factor of each
    /// class in the loss; empty: 1.
    virtual void fit(RowFeed& train, const std::vector<double>& class_weights);

    /// What fit() found, on the CPU; empty when there is nothing to learn or nothing was.
    virtual InputState state() const;

    /// Takes over the state() of an input with the same options, before or after shape() and
    /// judge(). Throws UserError when the names or the sizes are not those of this input.
    virtual void load_state(const InputState& state);

    /// SHA-256 of files of rows that helped to make what the input brings along, such as events to
    /// compare with: figures measured on them would flatter.
    virtual std::vector<std::string> source_hashes() const { return {}; }

    /// What a column of features_BF or features_TF is, for messages.
    virtual std::string feature_name(int64_t feature) const;

    /// The batch of the given rows.
    ///   rows     int64 (B), positions in the store, on its device; any stride.
    ///   augment  absent for evaluation.
    ///   dtype    float32 or bfloat16: the element type of images_BCHW; the rest is float32.
    /// labels_B, weights_B and source_rows_B are always filled. On a CUDA store everything runs on
    /// the current stream without waiting for the device: the call can be captured in a graph.
    virtual Batch make(const EventStore& store, const at::Tensor& rows,
                       const std::optional<Augment>& augment, at::ScalarType dtype) const = 0;
};

template <>
struct Family<Input> {
    static constexpr auto name = "inputs";
    using Make = std::unique_ptr<Input>();
};

namespace inputs {

/// The part of a batch that every input makes alike: labels_B (int64; -1 where the store has
/// none), targets_BL where the store has them, weights_B (float32; 1 where the store has none) and
/// source_rows_B (= rows).
Batch labelled_batch(const EventStore& store, const at::Tensor& rows);

/// Numbers that identify rows whatever store they lie in, the rows of every random key: the row
/// in its file and, from bit 40 on, the number of the file. int64 (B), on the store's device.
at::Tensor random_rows(const EventStore& store, const at::Tensor& rows);

}  // namespace inputs
}  // namespace jetsmith
