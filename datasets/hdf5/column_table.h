// SPDX-License-Identifier: Apache-2.0
// A file as named columns, whatever its layout: a pandas (PyTables) table, a pandas fixed frame, or
// plain HDF5 datasets. The layout is recognised by attributes and types, never by file name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "datasets/hdf5/row_source.h"

namespace jetsmith::hdf5 {

/// Where the numbers of one named quantity lie within the rows of a source. Element k of the last
/// axis is `stride` bytes after element k - 1; the other axes lie further out, without gaps.
struct Column {
    std::string name;
    Element element = Element::other;
    size_t source = 0;           ///< index into Table::sources
    size_t offset = 0;           ///< bytes from the beginning of the row
    size_t stride = 0;           ///< bytes
    std::vector<int64_t> shape;  ///< of one row; empty for a single number

    bool is_scalar() const { return shape.empty(); }
};

struct Table {
    std::string layout;  ///< "pandas table", "pandas fixed" or "HDF5 datasets"
    std::string key;     ///< group or dataset that holds it
    std::shared_ptr<const File> file;
    std::vector<std::shared_ptr<const RowSource>> sources;
    std::vector<Column> columns;  ///< in file order
    bool named = true;            ///< false when names had to be made up from positions

    bool has(const std::string& name) const;

    /// A column by name, one element along its last axis as `name[k]`, or several as `name[a:b]`
    /// (b left out; negative numbers count from the end). Throws UserError with the nearest name.
    Column column(const std::string& name) const;

    /// The columns `prefix<k>suffix` for a pattern "prefix*suffix", k ascending from the lowest
    /// number in the file without a gap; for "a:b:c" the columns named a, a + c, ... below b (as
    /// pandas calls columns without names); else the column itself. Throws UserError when there is
    /// none.
    std::vector<Column> matching(const std::string& pattern) const;

    int64_t rows(const Column& column) const { return sources[column.source]->rows(); }
    std::vector<std::string> names() const;
};

/// Opens the frame, group or dataset `key`; when empty, the only pandas frame in the file, else all
/// plain datasets. Throws UserError when `key` is absent or the choice is not unique.
Table open_table(const std::shared_ptr<const File>& file, const std::string& key = "");

/// Element k of a column for all rows, as double, read in parallel.
std::vector<double> read_column(const Table& table, const Column& column, int64_t k = 0);

/// Groups that hold a pandas frame.
std::vector<std::string> pandas_frames(const File& file);

// The three layouts behind open_table.
Table open_pandas_table(const std::shared_ptr<const File>& file, const std::string& group);
Table open_pandas_fixed(const std::shared_ptr<const File>& file, const std::string& group);
Table open_datasets(const std::shared_ptr<const File>& file, const std::string& group);

}  // namespace jetsmith::hdf5
