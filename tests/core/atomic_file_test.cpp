// SPDX-License-Identifier: Apache-2.0
#include "core/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/errors.h"
#include "tests/support/user_error.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

size_t entries(const fs::path& folder)
{
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator{}));
}

TEST(AtomicFile, ReplacesTheContentAndLeavesNothingElse)
{
    const test::TempFolder folder;
    const auto path = folder.file("a.txt", "old");
    write_atomically(path, "new content");
    EXPECT_EQ(read_text(path), "new content");
    EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, AWriterThatThrowsLeavesTheOldFileAndNoTemporary)
{
    const test::TempFolder folder;
    const auto path = folder.file("a.txt", "old");
    EXPECT_THROW(write_atomically(path,
                                  [](const fs::path& temporary) {
                                      std::ofstream(temporary) << "half";
                                      throw std::runtime_error("stopped");
                                  }),
                 std::runtime_error);
    EXPECT_EQ(read_text(path), "old");
    EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, AMissingFolderIsARunErrorWithPathAndReason)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "absent" / "a.txt";
    try {
        write_atomically(path, "text");
        FAIL() << "no error";
    } catch (const RunError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr(path.string()));
        EXPECT_THAT(error.what(), testing::HasSubstr("No such file or directory"));
    }
}

TEST(AtomicFile, ReadingAFolderOrNothingIsTheUsersMistake)
{
    const test::TempFolder folder;
    EXPECT_THAT(test::user_error([&] { read_text(folder.path()); }),
                testing::HasSubstr("it is a folder"));
    EXPECT_THAT(test::user_error([&] { read_text(folder.path() / "x"); }),
                testing::HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace jetsmith
