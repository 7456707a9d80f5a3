// SPDX-License-Identifier: Apache-2.0
#include "core/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>

#include "core/errors.h"
#include "tests/support/temp_folder.h"
#include "tests/support/user_error.h"

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

TEST(AtomicFile, WritesBehindALinkAndOntoNeitherPipeNorFolder)
{
    const test::TempFolder folder;
    const auto path = folder.file("a.txt", "old"), link = folder.path() / "link.txt";
    fs::create_symlink("a.txt", link);
    write_atomically(link, "new");
    EXPECT_EQ(read_text(path), "new");
    EXPECT_TRUE(fs::is_symlink(link));
    const auto pipe = folder.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    for (const auto& place : {pipe, folder.path()})
        EXPECT_THAT(test::user_error([&] { write_atomically(place, "text"); }),
                    testing::HasSubstr("cannot be written (it is a"));
    EXPECT_TRUE(fs::is_fifo(pipe));
    EXPECT_EQ(entries(folder.path()), 3U);
}

TEST(AtomicFile, AFileIsMovedToANewNameAlone)
{
    const test::TempFolder folder;
    const auto from = folder.file("a.txt", "text"), taken = folder.file("b.txt", "other");
    EXPECT_FALSE(move_to_new(from, taken));
    EXPECT_EQ(errno, EEXIST);
    EXPECT_EQ(read_text(taken), "other");
    EXPECT_TRUE(move_to_new(from, folder.path() / "c.txt"));
    EXPECT_EQ(read_text(folder.path() / "c.txt"), "text");
    EXPECT_FALSE(fs::exists(from));
}

TEST(AtomicFile, AFolderIsReplacedAsAWhole)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "step_1";
    const auto write = [&](const std::string& text) {
        write_folder_atomically(path, [&](const fs::path& temporary) {
            EXPECT_NE(temporary, path);
            write_atomically(temporary / "a.txt", text);
        });
    };
    write("first");
    write("second");
    EXPECT_EQ(read_text(path / "a.txt"), "second");
    EXPECT_EQ(entries(folder.path()), 1U) << "the old one is gone";
}

TEST(AtomicFile, AFolderWriterThatThrowsLeavesTheOldFolder)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "step_1";
    folder.file("step_1/a.txt", "old");
    EXPECT_THROW(write_folder_atomically(path,
                                         [](const fs::path& temporary) {
                                             write_atomically(temporary / "a.txt", "half");
                                             throw std::runtime_error("stopped");
                                         }),
                 std::runtime_error);
    EXPECT_EQ(read_text(path / "a.txt"), "old");
    EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, LeftoversOfKilledWritersAreRemovedAndNothingElse)
{
    const test::TempFolder folder;
    folder.file(".a.txt.123.part", "half");
    folder.file("checkpoints/.step_3.123.part/model", "half");
    folder.file("checkpoints/step_2/model", "whole");
    folder.file(".hidden", "the user's");
    folder.file("members/seed_1/.a.txt.9.part", "of a running member");
    remove_leftovers(folder.path(), "members");
    EXPECT_FALSE(fs::exists(folder.path() / ".a.txt.123.part"));
    EXPECT_FALSE(fs::exists(folder.path() / "checkpoints/.step_3.123.part"));
    EXPECT_TRUE(fs::exists(folder.path() / "checkpoints/step_2/model"));
    EXPECT_TRUE(fs::exists(folder.path() / ".hidden"));
    EXPECT_TRUE(fs::exists(folder.path() / "members/seed_1/.a.txt.9.part"));
}

TEST(AtomicFile, ARemovedFolderIsGone)
{
    const test::TempFolder folder;
    folder.file("step_1/a.txt", "old");
    remove_folder(folder.path() / "step_1");
    remove_folder(folder.path() / "never_there");
    EXPECT_EQ(entries(folder.path()), 0U);
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
