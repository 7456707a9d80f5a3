// SPDX-License-Identifier: Apache-2.0
// What is wanted of a file, in names, and where one file keeps it.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datasets/expression.h"
#include "datasets/momentum_columns.h"

namespace jetsmith {

/// The columns of a data type, by their names in the file.
struct WantedColumns {
    std::string row_noun = "rows";  ///< what a row of this data type is: "jets", "events"
    std::string key;  ///< frame or group; empty: the only one
    std::optional<MomentumNames> momenta;
    std::string label;                   ///< class number, or one value per class; may be empty
    std::string label_otherwise;         ///< the same, in files that have no column `label`
    std::string weight;                  ///< may be empty
    std::vector<std::string> scalars;    ///< kept under their own names
    bool all_scalars = false;            ///< keep every scalar column that has no other use
    std::vector<std::string> observers;  ///< columns or jet quantities, kept for predictions
    std::map<std::string, std::string> dense;  ///< name in the store -> column
    /// Gives names to columns whose own names cannot be read, by position; may be empty.
    std::vector<std::string> fallback_names;
};

/// What is done with the rows besides.
struct RowRules {
    double unit = 1.0;                            ///< of energies and momenta, in GeV
    int64_t max_constituents = 0;                 ///< 0: all
    std::shared_ptr<const Expression> selection;  ///< null: every row
    int64_t classes = 0;                          ///< labels lie in [0, classes)
};

/// A column of the store: copied from the file, or a jet quantity when `quantity` says so.
struct ValueColumn {
    std::string name;
    hdf5::Column column;
    std::string quantity;
    at::ScalarType dtype = at::kFloat;
    bool dense = false;
};

struct FilePlan {
    /// Resolves every name. `lenient`: a file without label, weight or observer columns is accepted
    /// (for predictions on new data). Throws UserError with the nearest name.
    FilePlan(const std::filesystem::path& path, const WantedColumns& wanted, const RowRules& rules,
             bool lenient);

    hdf5::Table table;
    RowRules rules;
    std::optional<MomentumColumns> momenta;
    std::optional<hdf5::Column> label, weight;
    std::vector<ValueColumn> values;
    std::vector<ValueColumn> selected_on;  ///< in the order of the selection's names
    std::vector<size_t> sources;           ///< that have to be read
    int64_t rows = 0;

    /// Reads every row from now on: whoever asks knows which rows pass.
    void forget_selection();

    /// Rows that are best read together: those of the chunks that hold most rows, unless these are
    /// more than two megabytes. The selection has no say in it.
    int64_t block_rows() const;

    /// True when some value or the selection needs the kinematics of the jet.
    bool needs_kinematics(const std::vector<ValueColumn>& columns) const;

    const std::string& file() const { return name_; }

  private:
    ValueColumn column_or_quantity(const std::string& name) const;
    void resolve_values(const WantedColumns& wanted, bool lenient);
    void resolve_selection();
    void collect_sources();

    std::string name_;
};

}  // namespace jetsmith
