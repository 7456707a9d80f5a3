// SPDX-License-Identifier: Apache-2.0
// What all data types in HDF5 files share. A data type says which columns it wants and registers
// itself; see top_tagging.cpp.
#pragma once

#include <string>
#include <vector>

#include "datasets/reader.h"
#include "datasets/reader_options.h"
#include "datasets/store_builder.h"

namespace jetsmith {

class Hdf5Reader : public Reader {
  public:
    /// `wanted` names the columns of the data type; weights and observers are added from `options`.
    Hdf5Reader(ReaderOptions options, WantedColumns wanted);

    bool has(Split split) const override;
    std::vector<std::filesystem::path> files(Split split) const override;
    void check(Split split) const override;
    EventStore read(Split split) const override;
    EventStore read_files(const std::vector<std::filesystem::path>& files) const override;
    const std::vector<std::string>& class_names() const override { return options_.classes; }
    std::vector<double> class_weights(const EventStore& train) const override;
    std::vector<double> training_shares() const override { return options_.mixture; }

  private:
    EventStore finish(EventStore store, const std::vector<FileRows>& files) const;

    ReaderOptions options_;
    WantedColumns wanted_;
    RowRules rules_;
};

/// Draws `most` of the passing rows of all files together, by a fixed random key per (file, row);
/// each list stays ascending. Nothing happens when there are not more. Labels are not looked at.
void draw_rows(std::vector<PassingRows>& passing, int64_t most);

}  // namespace jetsmith
