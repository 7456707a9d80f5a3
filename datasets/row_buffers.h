// SPDX-License-Identifier: Apache-2.0
// Rows on their way from blocks of a file into an EventStore.
#pragma once

#include <cstdint>
#include <vector>

#include "datasets/event_store.h"
#include "datasets/file_plan.h"
#include "datasets/growing_buffer.h"
#include "datasets/row_judge.h"

namespace jetsmith {

/// The columns of some rows. `counts` has one entry per row: its constituents.
struct RowBuffers {
    GrowingBuffer momenta, counts, labels, weights, source_rows;
    std::vector<GrowingBuffer> values;  ///< one per FilePlan::values

    explicit RowBuffers(size_t value_columns) : values(value_columns) {}
    void clear();
    int64_t rows() const { return static_cast<int64_t>(source_rows.size() / sizeof(int64_t)); }
    int64_t constituents() const
    {
        return static_cast<int64_t>(momenta.size() / (4 * sizeof(float)));
    }
};

/// Reads the rows [begin, end) of a file into `out`: all of them, or those in `chosen` (ascending,
/// may be null). `label`: of every row, or -1 to take it from the file. `faults` (may be null) gets
/// the rows whose label is no class and those without constituents, or with one of which a
/// component is no number; their label is -1.
class BlockReader {
  public:
    BlockReader(const FilePlan& plan, int64_t label) : plan_(plan), label_(label) {}

    /// Buffers of one thread.
    struct Scratch {
        std::vector<hdf5::RowSource::Scratch> sources;
        std::vector<const std::byte*> block, row;
        std::vector<std::vector<double>> selected_on;
        std::vector<float> momenta;
        std::vector<int64_t> rows;
    };

    void read(int64_t begin, int64_t end, const std::vector<int64_t>* chosen, Scratch& scratch,
              RowBuffers& out, RowFaults* faults) const;

    /// Upper bound of the bytes that one row takes in RowBuffers.
    size_t row_bound() const;

  private:
    void choose(int64_t begin, int64_t end, const std::vector<int64_t>* chosen,
                Scratch& scratch) const;
    void point_to(int64_t offset, Scratch& scratch) const;
    void select(int64_t begin, Scratch& scratch) const;
    void emit_momenta(int64_t begin, Scratch& scratch, RowBuffers& out, RowFaults* faults) const;
    void emit_value(size_t k, int64_t begin, Scratch& scratch, RowBuffers& out) const;
    void emit_labels(int64_t begin, Scratch& scratch, RowBuffers& out, RowFaults* faults) const;
    void judge_jet(const float* momenta_P4, int64_t count, int64_t row, const Scratch& scratch,
                   RowFaults& faults) const;
    int64_t label_of(const std::byte* row, int64_t row_number, RowFaults* faults) const;

    const FilePlan& plan_;
    int64_t label_;
};

}  // namespace jetsmith
