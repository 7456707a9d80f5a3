// SPDX-License-Identifier: Apache-2.0
// Small good files, and the ways in which they go bad.
#pragma once

#include <filesystem>
#include <string>

namespace jetsmith::test {

/// Fills `folder` with train.h5, val.h5, test.h5 (60, 40 and 40 jets in the top-tagging layout),
/// table.h5 (60 rows of plain datasets: x, y, weight, label, image), events.h5 (60 events),
/// scores.h5 (40 rows: good, nan, columns (N, 2), labels, short, cube (N, 2, 2), weight), jets.h5
/// (40 plain jets of pt, y, phi, and three pairs of rows) and distances.h5 (between 40 rows).
void write_good_files(const std::filesystem::path& folder);

/// Makes one good file or folder bad in a named way: "truncated", "label 7 in row 17", ... The file
/// need not be there. An unknown name fails with an InternalError.
void spoil(const std::filesystem::path& path, const std::string& how);

}  // namespace jetsmith::test
