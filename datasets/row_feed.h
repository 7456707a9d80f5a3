// SPDX-License-Identifier: Apache-2.0
// The rows of a split, pass after pass, in any order: what trainer, evaluation and inputs see of
// the data, whether all rows lie in memory or come from their files while they are used.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "datasets/event_store.h"

namespace jetsmith {

/// The order of a pass.
struct RowOrder {
    at::Tensor rows_N;  ///< int64 positions in RowFeed::index(), on the CPU; rows may repeat
    /// The pass may be cut after every `span` entries: rows of one such part lie together in the
    /// files, those of two parts elsewhere. 1: file order; N: anywhere.
    int64_t span = 1;

    int64_t size() const { return rows_N.defined() ? rows_N.size(0) : 0; }
};

/// The positions 0 ... rows - 1.
RowOrder file_order(int64_t rows);

/// Some rows of a pass. They stay in memory as long as somebody holds the piece.
struct RowPiece {
    std::shared_ptr<const EventStore> store;
    at::Tensor rows_B;  ///< int64, positions in *store, on its device
};

class RowFeed {
  public:
    virtual ~RowFeed() = default;

    /// Labels, weights, source rows and files of all rows, in file order, and what is common to
    /// them: names and class weights. Other columns are there only where all rows are in memory.
    virtual const EventStore& index() const = 0;

    /// Begins a pass with entry `first` of the order; an unfinished pass before it is given up.
    virtual void begin(RowOrder order, int64_t first = 0) = 0;

    /// The next `rows` rows of the pass. Throws UserError where files cannot be read.
    virtual RowPiece next(int64_t rows) = 0;

    /// Pieces lie on this device from the next pass on.
    virtual void move_to(const at::Device& device) = 0;

    /// Another feed of the given rows alone. rows_N: int64, ascending positions.
    virtual std::unique_ptr<RowFeed> part(const at::Tensor& rows_N) const = 0;

    /// Entries of a pass that fit into memory together: passes of a larger span read rows again and
    /// again.
    virtual int64_t largest_span() const { return std::numeric_limits<int64_t>::max(); }

    /// Counts memory that is wanted beside the rows, of each kind the largest amount. Throws
    /// UserError when a bound on memory leaves no room for it.
    virtual void set_aside(int64_t bytes, const std::string& kind);

    /// Seconds that next() has waited for rows since begin().
    virtual double waited_seconds() const { return 0; }

    int64_t rows() const { return index().rows; }
};

/// All rows in memory.
class ResidentFeed final : public RowFeed {
  public:
    explicit ResidentFeed(EventStore store);

    const EventStore& index() const override { return *store_; }
    void begin(RowOrder order, int64_t first) override;
    RowPiece next(int64_t rows) override;
    void move_to(const at::Device& device) override;
    std::unique_ptr<RowFeed> part(const at::Tensor& rows_N) const override;

  private:
    std::shared_ptr<const EventStore> store_;
    at::Tensor order_N_;  ///< on the device of the store
    int64_t next_ = 0;
};

/// Rows to take at a time: `most` halved until they are a small part of what fits into memory.
int64_t piece_rows(const RowFeed& feed, int64_t most);

/// A store of the given rows alone, in their order. Begins a pass.
EventStore rows_of(RowFeed& feed, const at::Tensor& rows_N);

/// Calls f(piece, begin) on all rows in file order, `rows` at a time; begin: position of the first.
void for_each_block(RowFeed& feed, int64_t rows,
                    const std::function<void(const RowPiece& piece, int64_t begin)>& f);

}  // namespace jetsmith
