// SPDX-License-Identifier: Apache-2.0
// Data for recipes whose published files are not part of the repository: made-up files of their
// layout.
#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/support/temp_hdf5.h"

namespace jetsmith::test {

/// 160 images of 100 x 100 pixels in the five classes of the hls4ml jet data: a few hot pixels,
/// further from the middle in later classes.
inline void write_jet_images(const std::filesystem::path& path)
{
    constexpr size_t kRows = 160, kSide = 100, kClasses = 5, kHits = 30;
    std::mt19937 random(1);
    std::vector<double> images(kRows * kSide * kSide), classes(kRows * kClasses);
    for (size_t row = 0; row < kRows; ++row) {
        const size_t label = row % kClasses, reach = 6 + 8 * label;
        classes[row * kClasses + label] = 1;
        for (size_t hit = 0; hit < kHits; ++hit) {
            const size_t y = kSide / 2 + random() % reach, x = kSide / 2 - random() % reach;
            images[(row * kSide + y) * kSide + x] += static_cast<double>(random() % 64) / 4;
        }
    }
    Hdf5Writer file(path);
    file.dataset("jetImage", images, {kRows, kSide, kSide});
    file.dataset("jetClass", classes, {kRows, kClasses});
}

/// Settings that point a recipe to data in `folder` where it names files that users download; none
/// for recipes of the embedded samples.
inline std::vector<std::string> recipe_data(const std::filesystem::path& recipe,
                                            const std::filesystem::path& folder)
{
    if (recipe.parent_path().filename() != "jet_images") return {};
    const auto path = folder / "jet_images.h5";
    write_jet_images(path);
    std::vector<std::string> settings;
    for (const char* split : {"train", "val", "test"})
        settings.push_back("data." + std::string(split) + "=" + path.string());
    return settings;
}

}  // namespace jetsmith::test
