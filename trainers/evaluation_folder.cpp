// SPDX-License-Identifier: Apache-2.0
#include "trainers/evaluation_folder.h"

#include <fmt/format.h>

#include "core/errors.h"
#include "datasets/hdf5/attributes.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

/// Predictions that say nothing of their files, or cannot be read, keep nobody away.
bool holds_other_data(const fs::path& folder, const std::vector<std::string>& hashes)
{
    const fs::path file = folder / "predictions.h5";
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return false;
    try {
        const auto before = hdf5::read_texts(*hdf5::File::open(file), "/", "source_hashes");
        return !before.empty() && before != hashes;
    } catch (const UserError&) {
        return false;
    }
}

}  // namespace

fs::path free_evaluation_folder(const fs::path& wanted, const std::vector<std::string>& hashes)
{
    fs::path folder = wanted;
    for (int n = 2; holds_other_data(folder, hashes); ++n)
        folder = fmt::format("{}_{}", wanted.string(), n);
    return folder;
}

void remove_figures(const fs::path& folder)
{
    std::error_code ignored;
    for (const char* name : {"metrics.json", "roc.csv", "report_images.h5"})
        fs::remove(folder / name, ignored);
}

}  // namespace jetsmith
