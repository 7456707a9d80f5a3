// SPDX-License-Identifier: Apache-2.0
// NaN and infinity in words: which tensor, which value, which rows of which file.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "core/batch.h"
#include "datasets/event_store.h"
#include "inputs/input.h"

namespace jetsmith {

/// Values of a batch that are no numbers.
struct BadValue {
    std::string name;   ///< of the first: "input 'met'", "weight"
    std::string value;  ///< of the first: "NaN"
    at::Tensor rows_N;  ///< int64 on the CPU: the rows of the batch that hold some, ascending
};

/// What is bad in the first tensor of a batch that holds NaN or infinity. input: it made the batch.
std::optional<BadValue> find_bad_value(const Batch& batch, const Input& input);

/// "NaN", "infinite" or "-infinite" for what is no number.
std::string value_text(double value);

/// "train.h5: rows 17, 30 and 4 more" for rows of a store, int64 (N): file and row in it, as they
/// were read.
std::string rows_text(const EventStore& store, const at::Tensor& rows_N);

}  // namespace jetsmith
