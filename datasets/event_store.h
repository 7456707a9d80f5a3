// SPDX-License-Identifier: Apache-2.0
// Events (or jets) of one split as columns in memory. Nothing is padded, nothing derived is kept.
// B rows, T objects of all rows together, L yes/no labels of a row.
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
    at::Tensor targets_BL;  ///< float32, 1 or 0: several yes/no labels per row, instead of a class
    at::Tensor weights_B;                           ///< float64 event weights; ones by default
    at::Tensor source_rows_B;                       ///< int64, row in its file
    at::Tensor source_files_B;                      ///< int32, index into files
    std::string row_noun = "rows";  ///< what a row is, in the plural: "jets", "events"
    std::vector<std::string> class_names;  ///< of the classes, or of the yes/no labels
    std::vector<std::string> files;  ///< absolute paths
    std::vector<int64_t> block_rows;  ///< of each file: rows that are best read together
    /// Of each file: bad rows that were left out (data.on_bad_row), by reason; empty where none was.
    std::vector<std::map<std::string, int64_t>> left_out;

    /// True when the class or the labels of the rows are known.
    bool labelled() const { return labels_B.defined() || targets_BL.defined(); }

    /// bool (B): true for the rows of a class, or with a label, by its place in class_names.
    at::Tensor belongs(int64_t index) const;

    /// The only collection, or the one called "constituents". Throws UserError when there is none.
    const Collection& constituents() const;

    /// Bytes of all tensors together.
    int64_t bytes() const;

    /// A copy of the given rows, in the given order. rows: int64 (N).
    EventStore select(const at::Tensor& rows) const;

    /// The same store on another device; itself when it is there already.
    EventStore to(const at::Device& device) const;
};

/// What the first dimension of a tensor of a store counts.
enum class Along { rows, objects, offsets };

/// Calls f(name, tensor, along) on every tensor of a store, defined or not; names are unique in it.
template <typename Store, typename F>
void for_each_tensor(Store& store, const F& f)
{
    for (auto& [name, collection] : store.collections) {
        f(name + ".offsets", collection.offsets_B1, Along::offsets);
        f(name + ".momenta", collection.momenta_T4, Along::objects);
        for (auto& [column, values] : collection.columns)
            f(name + ".columns." + column, values, Along::objects);
    }
    for (auto& [name, values] : store.scalars) f("scalars." + name, values, Along::rows);
    for (auto& [name, values] : store.dense) f("dense." + name, values, Along::rows);
    f(std::string("labels"), store.labels_B, Along::rows);
    f(std::string("targets"), store.targets_BL, Along::rows);
    f(std::string("weights"), store.weights_B, Along::rows);
    f(std::string("source_rows"), store.source_rows_B, Along::rows);
    f(std::string("source_files"), store.source_files_B, Along::rows);
}

/// The rows of several stores with the same columns, one store after the other, on their device.
EventStore concatenate(const std::vector<EventStore>& stores);

}  // namespace jetsmith
