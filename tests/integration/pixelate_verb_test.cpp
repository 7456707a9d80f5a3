// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sha256.h"
#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/attributes.h"
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

TEST(Pixelate, SaysOfWhichFileARowIs)
{
    const test::TempFolder folder;
    const auto out = folder.path() / "images.h5";
    const auto one = test::sample_folder() / "train.h5", other = test::sample_folder() / "test.h5";
    const auto result = test::run_program({"pixelate", one, other, "--config",
                                           test::source_folder() / "configs/top_tagging/cnn.yaml",
                                           "--out", out, "--rows", "7:9"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto file = hdf5::File::open(out);
    EXPECT_THAT(hdf5::read_array<int64_t>(file, "source_row").values,
                testing::ElementsAre(7, 8, 7, 8));
    EXPECT_THAT(hdf5::read_array<int64_t>(file, "source_file").values,
                testing::ElementsAre(0, 0, 1, 1));
    EXPECT_THAT(hdf5::read_texts(*file, "/", "source_hashes"),
                testing::ElementsAre(sha256_of_file(one), sha256_of_file(other)));
}

TEST(Pixelate, SpeaksOfTheRowsThatWereAskedFor)
{
    const test::TempFolder folder;
    const auto beyond = pixelate("4000:5000", folder.path() / "images.h5");
    EXPECT_EQ(beyond.exit_code, 2);
    EXPECT_THAT(beyond.err, HasSubstr("test.h5: rows 4000:5000 do not exist (the file has 4000 "
                                      "rows)"));
    EXPECT_EQ(pixelate("3990:4001", folder.path() / "images.h5").exit_code, 2);
    EXPECT_THAT(beyond.err, testing::Not(HasSubstr("data.")));
    EXPECT_THAT(pixelate("7", folder.path() / "images.h5").err,
                HasSubstr("--rows: '7' is no range of rows"));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "images.h5"));
}

}  // namespace
}  // namespace jetsmith
