// SPDX-License-Identifier: Apache-2.0
// What was read, in the words of a physicist who wants to notice a wrong file: printed before a
// training and kept in its run folder.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "datasets/event_store.h"

namespace jetsmith {

struct DataCard {
    struct Class {
        std::string name;
        int64_t rows = 0;
        double weight = 0;  ///< sum of event weights
    };
    /// Values of a column that are no numbers.
    struct BadValues {
        int64_t nan = 0, infinite = 0;
    };
    struct Multiplicity {
        int64_t smallest = 0, median = 0, largest = 0, empty = 0;
        double mean = 0;
    };
    struct Split {
        std::string name;
        int64_t rows = 0;
        double bytes_per_row = 0;  ///< in memory
        std::vector<Class> classes;
        int64_t negative_weights = 0;
        std::map<std::string, BadValues> bad_values;      ///< only columns that have some
        std::map<std::string, Multiplicity> collections;  ///< objects per row
        std::optional<double> median_energy;  ///< [GeV] of a row's constituents together
    };
    struct Overlap {
        std::string first, second;
        int64_t rows = 0;  ///< rows of `second` whose objects occur in `first`
    };

    /// Bad rows of a file that were left out (data.on_bad_row: drop).
    struct LeftOut {
        std::string split, file;
        std::map<std::string, int64_t> reasons;  ///< rows of each
    };

    std::vector<Split> splits;
    std::vector<LeftOut> left_out;
    std::vector<Overlap> overlaps;  ///< every pair of splits

    std::string text() const;  ///< aligned lines for the terminal
    std::string json() const;  ///< one object, for metadata.json
};

/// Makes a card of rows that it sees block by block. Two rows are the same when all their objects'
/// momenta (or, without collections, all dense columns) are equal to the bit.
class DataCardMaker {
  public:
    /// More rows of a split ("train", "val", "test"), on the CPU. Splits stand in the card in the
    /// order in which they are first met.
    void add(const std::string& split, const EventStore& block);

    /// What EventStore::left_out says of a split that has been added.
    void add_left_out(const std::string& split, const EventStore& index);

    /// The card of all rows so far; the maker is empty then.
    DataCard finish();

  private:
    /// A split so far, with what its figures are made of.
    struct Split {
        DataCard::Split figures;
        double bytes = 0;
        std::map<std::string, std::map<int64_t, int64_t>> multiplicities;  ///< objects -> rows
        std::vector<uint64_t> hashes;  ///< of every row; empty where rows cannot be compared
        std::vector<float> energies;   ///< [GeV] of every row's constituents; empty without any
    };

    std::vector<Split> splits_;
    std::vector<DataCard::LeftOut> left_out_;
};

}  // namespace jetsmith
