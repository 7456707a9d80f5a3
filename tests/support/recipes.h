// SPDX-License-Identifier: Apache-2.0
// Every complete recipe of configs/.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace jetsmith::test {

/// Paths of all YAML files below configs/ but the fragments in configs/base, sorted.
inline std::vector<std::filesystem::path> recipes()
{
    namespace fs = std::filesystem;
    std::vector<fs::path> all;
    const fs::path configs = test::source_folder() / "configs";
    for (const auto& entry : fs::recursive_directory_iterator(configs))
        if (entry.path().extension() == ".yaml" && entry.path().parent_path().filename() != "base")
            all.push_back(entry.path());
    std::sort(all.begin(), all.end());
    return all;
}

/// The recipe that scripts/quickstart trains.
inline std::filesystem::path quickstart_recipe()
{
    return test::source_folder() / "configs/top_tagging/cnn.yaml";
}

/// A test name for a recipe: "top_tagging_cnn".
inline std::string recipe_name(const std::filesystem::path& path)
{
    return path.parent_path().filename().string() + "_" + path.stem().string();
}

}  // namespace jetsmith::test
