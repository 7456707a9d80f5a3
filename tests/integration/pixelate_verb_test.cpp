// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/hdf5/arrays.h"
#include "tests/support/paths.h"
#include "tests/support/recipes.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

using testing::HasSubstr;

/// jetsmith pixelate on rows of the sample's test file (4000 jets).
test::ProgramResult pixelate(const std::string& rows, const std::filesystem::path& out)
{
    const auto recipe = test::source_folder() / "configs/top_tagging/cnn.yaml";
    return test::run_program({"pixelate", test::sample_folder() / "test.h5", "--config", recipe,
                              "--out", out, "--rows", rows});
}

TEST(Pixelate, WritesOneImagePerRow)
{
    const test::TempFolder folder;
    const auto result = pixelate("10:35", folder.path() / "images.h5");
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto file = hdf5::File::open(folder.path() / "images.h5");
    EXPECT_EQ(hdf5::read_array<double>(file, "/images").shape,
              (std::vector<int64_t>{25, 1, 37, 37}));
}

TEST(Pixelate, SpeaksOfTheRowsThatWereAskedFor)
{
    const test::TempFolder folder;
    const auto beyond = pixelate("4000:5000", folder.path() / "images.h5");
    EXPECT_EQ(beyond.exit_code, 2);
    EXPECT_THAT(beyond.err, HasSubstr("--rows: '4000:5000' holds none of the 4000 rows that were "
                                      "read (numbers 0 to 3999)"));
    EXPECT_THAT(beyond.err, testing::Not(HasSubstr("data.")));
    EXPECT_THAT(pixelate("7", folder.path() / "images.h5").err,
                HasSubstr("--rows: '7' is no range of rows"));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "images.h5"));
}

}  // namespace
}  // namespace jetsmith
