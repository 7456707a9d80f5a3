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

/// `source` is FILE:DATASET, a dataset or a column of a table that the readers know. Labels of the
/// file that the distances were made of (by its SHA-256) are found by source row. So are those of a
/// file without particles, unless it has as many as the matrix has rows: then one per row. Throws
/// UserError for any other number, for other files of particles and what was made of them, and for
/// labels that are no integers.
RowClasses read_row_classes(const std::string& source, const DistanceFile& distances);

}  // namespace jetsmith::analysis
