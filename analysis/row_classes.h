// SPDX-License-Identifier: Apache-2.0
// Which class every row of a matrix of distances belongs to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/read_distances.h"

namespace jetsmith::analysis {

struct RowClass {
    int64_t label = 0;
    std::string name;
    std::vector<int64_t> rows;  ///< of the matrix, rising
};

struct RowClasses {
    std::string source;             ///< "test.h5:labels"; empty without labels
    bool by_source_row = false;     ///< labels belong to the rows of the input file
    std::vector<int64_t> labels_N;  ///< empty without labels
    std::vector<RowClass> classes;  ///< those that occur, by label
    std::vector<std::string>
        names_L;  ///< by label: attribute class_names of the file; may be empty

    bool labelled() const { return !source.empty(); }
};

/// All rows in one class, "all".
RowClasses without_labels(const DistanceFile& distances);

/// `source` is FILE:DATASET, a dataset or a column of a table that the readers know. As many labels
/// as the matrix has rows: one per row. More: those of the input file, found by source row. Throws
/// UserError for any other number, and for labels that are no integers.
RowClasses read_row_classes(const std::string& source, const DistanceFile& distances);

}  // namespace jetsmith::analysis
