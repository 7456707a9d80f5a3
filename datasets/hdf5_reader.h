// SPDX-License-Identifier: Apache-2.0
// What all data types in HDF5 files share. A data type says which columns it wants and registers
// itself; see top_tagging.cpp.
#pragma once

#include <string>
#include <vector>

#include "datasets/reader.h"
#include "datasets/reader_options.h"
#include "datasets/stored_rows.h"

namespace jetsmith {

class Hdf5Reader : public Reader {
  public:
    /// `wanted` names the columns of the data type; weights and observers are added from `options`.
    /// refines: there is a refine(), and the selection looks at what it makes.
    Hdf5Reader(ReaderOptions options, WantedColumns wanted, bool refines = false);

    bool has(Split split) const override;
    std::vector<std::filesystem::path> files(Split split) const override;
    void check(Split split) const override;
    EventStore read(Split split) const override;
    EventStore read_files(const std::vector<std::filesystem::path>& files,
                          const OtherRows& which) const override;
    std::unique_ptr<RowFeed> open(Split split, const BlockVisitor& visit) const override;
    std::unique_ptr<RowFeed> open_files(const std::vector<std::filesystem::path>& files,
                                        const BlockVisitor& visit) const override;
    const std::vector<std::string>& class_names() const override { return options_.classes; }
    std::vector<double> class_weights(const EventStore& train) const override;
    std::vector<double> training_shares() const override { return options_.mixture; }

  protected:
    /// The columns to be read where what there is depends on the file: the first of a split.
    virtual WantedColumns wanted_of(const std::filesystem::path&) const { return wanted_; }

    /// How much must be known of a row besides its particles.
    enum class Extras {
        demanded,  ///< labels, weights and observers
        optional,  ///< as far as there are columns for them
        observers  ///< as far as there are columns for them, and neither labels nor weights
    };

    /// What a data type makes of the columns once they are read, for the same rows. Bad rows are
    /// noted.
    virtual EventStore refine(EventStore store, Extras extras, RowFaults& faults) const;

    const ReaderOptions& options() const { return options_; }

  private:
    /// The rows of a split in their files, as far as they are known before these are read.
    struct Wanted {
        std::vector<FilePlan> plans;
        std::vector<FileRows> files;
        Extras extras = Extras::demanded;
        int64_t most = 0;    ///< rows to draw of those that are good; 0: all
        bool mixed = false;  ///< draw the mixture

        bool draws() const { return most > 0 || mixed; }
    };

    Wanted wanted(Split split) const;
    Wanted wanted(const std::vector<std::filesystem::path>& paths, const OtherRows& which) const;
    std::shared_ptr<StoredRows> stored(Wanted& wanted) const;
    EventStore resident(Wanted wanted) const;
    std::unique_ptr<RowFeed> streamed(Wanted wanted, const BlockVisitor& visit) const;
    at::Tensor drawn(const EventStore& index, const Wanted& wanted) const;
    EventStore made(EventStore block, Extras extras, RowFaults* faults) const;
    EventStore selected(EventStore store) const;
    void check_left(const EventStore& index, const StoredRows& rows) const;

    ReaderOptions options_;
    WantedColumns wanted_;
    RowRules rules_;
    bool refines_, late_selection_;
};

/// Draws `most` of the passing rows of all files together, by a fixed random key per (file, row);
/// each list stays ascending. Nothing happens when there are not more. Labels are not looked at.
void draw_rows(std::vector<PassingRows>& passing, int64_t most);

}  // namespace jetsmith
