// SPDX-License-Identifier: Apache-2.0
#include "core/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/atomic_file.h"
#include "tests/support/temp_folder.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class OutputFileTest : public testing::Test {
  protected:
    std::string refusal(const fs::path& path) const
    {
        return test::user_error([&] {
            check_output({"--out",
                          path,
                          "poems",
                          {"", (folder_.path() / "input.txt").string()},
                          [](const fs::path& there) { return read_text(there) == "a poem"; }});
        });
    }
    fs::path write(const std::string& name, const std::string& text) const
    {
        write_atomically(folder_.path() / name, text);
        return folder_.path() / name;
    }

    test::TempFolder folder_;
};

TEST_F(OutputFileTest, ANewFileAndOneOfTheSameKindAreTaken)
{
    EXPECT_EQ(refusal(folder_.path() / "new.txt"), "no error");
    EXPECT_EQ(refusal(""), "no error");
    EXPECT_EQ(refusal(write("old.txt", "a poem")), "no error");
}

TEST_F(OutputFileTest, AnInputIsNotReplacedUnderWhateverName)
{
    const auto input = write("input.txt", "a poem");
    fs::create_symlink(input, folder_.path() / "link.txt");
    for (const char* name : {"input.txt", "link.txt", "./input.txt"})
        EXPECT_THAT(refusal(folder_.path() / name),
                    HasSubstr("is read by the same command (--out would replace it"));
}

TEST_F(OutputFileTest, AFileOfAnotherKindIsNotReplaced)
{
    EXPECT_THAT(refusal(write("thesis.txt", "a thesis")), HasSubstr("holds no poems of jetsmith"));
    const auto pipe = folder_.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_THAT(refusal(pipe), HasSubstr("holds no poems of jetsmith"));
}

TEST_F(OutputFileTest, APlaceThatCannotBeWrittenIsToldBeforeTheWork)
{
    EXPECT_THAT(refusal(folder_.path()), HasSubstr("it is a folder; a file is wanted"));
    EXPECT_THAT(refusal(folder_.path() / "none" / "new.txt"), HasSubstr("is no folder"));
}

}  // namespace
}  // namespace jetsmith
