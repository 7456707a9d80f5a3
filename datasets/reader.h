// SPDX-License-Identifier: Apache-2.0
// The `data:` section of a run: which files, which rows, which columns. A reader is a named layout
// (top_tagging, lhco_raw, ...) on top of the generic HDF5 code; file layouts are recognised by
// content, never by file name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry.h"
#include "datasets/row_feed.h"
#include "datasets/row_judge.h"
#include "datasets/row_range.h"

namespace jetsmith {

enum class Split { train, val, test };

/// What is read of other files than those of the splits.
struct OtherRows {
    RowRange range = {};   ///< of each file
    bool labelled = true;  ///< false: classes, yes/no labels and weights are not looked at
};

/// "train", "val" or "test": also the key in the config.
std::string_view split_name(Split split);

/// Sees the rows of a split once, block by block and in file order, while they are opened.
using BlockVisitor = std::function<void(const EventStore& block)>;

class Reader {
  public:
    virtual ~Reader() = default;

    /// Says in which rows an input meets no numbers, beside what a reader judges itself: labels,
    /// weights and constituents. It is called by several threads, for rows that pass the selection,
    /// each once. To be called before rows are read.
    void judge_with(RowJudge judge) { judge_ = std::move(judge); }

    /// False when the config names no file for this split.
    virtual bool has(Split split) const = 0;

    /// The files of a split, globs expanded; none when there is no such split.
    virtual std::vector<std::filesystem::path> files(Split split) const = 0;

    /// Opens the files of a split and finds every column, without reading rows. Throws UserError as
    /// read() does.
    virtual void check(Split split) const = 0;

    /// Rows of one split after row range, max_rows, selection and max_constituents, with labels,
    /// weights and observers, on the CPU. Rows keep file order. Bad rows are left out before
    /// max_rows draws any, or throw UserError with file, row and column (data.on_bad_row). Throws
    /// UserError with file and dataset when something cannot be read, or when no row is left.
    virtual EventStore read(Split split) const = 0;

    /// Rows of other files with the same columns, selection and max_constituents, in file order;
    /// neither `rows` nor `max_rows` apply. Where a file has no label column, labels_B stays
    /// undefined, and so does targets_BL.
    virtual EventStore read_files(const std::vector<std::filesystem::path>& files,
                                  const OtherRows& which) const = 0;

    /// All rows, labelled where they can be.
    EventStore read_files(const std::vector<std::filesystem::path>& files) const
    {
        return read_files(files, {});
    }

    /// The rows of read() and of read_files() as a feed, in memory or in their files. `visit` may
    /// be empty; its blocks are valid during the call only. The feed must not outlive the reader.
    virtual std::unique_ptr<RowFeed> open(Split split, const BlockVisitor& visit) const;
    virtual std::unique_ptr<RowFeed> open_files(const std::vector<std::filesystem::path>& files,
                                                const BlockVisitor& visit) const;

    /// Names in the order of the labels 0, 1, ...; or of the yes/no labels of a row.
    virtual const std::vector<std::string>& class_names() const = 0;

    /// Factor of each class in the loss, as `class_weights` says: ones by default; `balanced`
    /// gives every class the same sum of weights, and the mean weight of a training row 1. For
    /// yes/no labels two factors each: of the rows without it, and of those with it.
    virtual std::vector<double> class_weights(const EventStore& train) const = 0;

    /// Share of each class among the training rows where `mixture` states it; empty: as the files
    /// have them. Validation and test keep all rows.
    virtual std::vector<double> training_shares() const { return {}; }

  protected:
    RowJudge judge_;  ///< may be empty
};

template <>
struct Family<Reader> {
    static constexpr auto name = "data";
    using Make = std::unique_ptr<Reader>();
};

}  // namespace jetsmith
