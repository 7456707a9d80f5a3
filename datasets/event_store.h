// SPDX-License-Identifier: Apache-2.0
// Events (or jets) of one split as columns in memory. Nothing is padded, nothing derived is kept.
// B rows, T objects of all rows together.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace jetsmith {

/// A ragged collection: the objects of row b are [offsets[b], offsets[b + 1]).
struct Collection {
    at::Tensor offsets_B1;                      ///< int64 (B + 1)
    at::Tensor momenta_T4;                      ///< float32 (T, 4) [GeV]: E, px, py, pz
    std::map<std::string, at::Tensor> columns;  ///< per object (T,): charge, particle id, ...
};

/// All tensors are contiguous and on one device. Row b of every member belongs to the same event.
struct EventStore {
    int64_t rows = 0;
    std::map<std::string, Collection> collections;  ///< "constituents"; or "jets", "muons", ...
    std::map<std::string, at::Tensor> scalars;      ///< (B,) float32, float64 or int64 as published
    std::map<std::string, at::Tensor> dense;        ///< (B, ...) published dense columns
    at::Tensor labels_B;                            ///< int64; undefined where the file has none
    at::Tensor weights_B;                           ///< float64 event weights; ones by default
    at::Tensor source_rows_B;                       ///< int64, row in its file
    at::Tensor source_files_B;                      ///< int32, index into files
    std::string row_noun = "rows";  ///< what a row is, in the plural: "jets", "events"
    std::vector<std::string> class_names;
    std::vector<double> class_weights;  ///< factor of each class in the loss; empty: 1
    std::vector<std::string> files;  ///< absolute paths

    /// The only collection, or the one called "constituents". Throws UserError when there is none.
    const Collection& constituents() const;

    /// Bytes of all tensors together.
    int64_t bytes() const;

    /// A copy of the given rows, in the given order. rows: int64 (N).
    EventStore select(const at::Tensor& rows) const;

    /// The same store on another device; itself when it is there already.
    EventStore to(const at::Device& device) const;
};

}  // namespace jetsmith
