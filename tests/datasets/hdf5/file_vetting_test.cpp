// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/file_vetting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "core/atomic_file.h"
#include "core/damaged_file.h"
#include "datasets/hdf5/hdf5_file.h"
#include "datasets/hdf5/row_source.h"
#include "datasets/hdf5/vet_child.h"
#include "datasets/hdf5/vet_walk.h"
#include "tests/support/temp_folder.h"
#include "tests/support/temp_hdf5.h"
#include "tests/support/user_error.h"

namespace jetsmith::hdf5 {
namespace {

namespace fs = std::filesystem;
using test::Hdf5Writer;
using ::testing::Contains;
using ::testing::HasSubstr;

/// An environment variable for as long as one test.
class Variable {
  public:
    Variable(const char* name, const std::string& value) : name_(name)
    {
        if (const char* text = std::getenv(name)) before_ = text;
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable()
    {
        if (before_.empty())
            ::unsetenv(name_);
        else
            ::setenv(name_, before_.c_str(), 1);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    const char* name_;
    std::string before_;
};

class FileVetting : public ::testing::Test {
  protected:
    FileVetting()
    {
        Hdf5Writer writer(file);
        std::vector<float> values(1000, 1.5f);
        writer.dataset("a/x", values, {100, 10}, {{30, 10}, true, true, 4});
        writer.dataset("y", values, {1000});
        writer.text("a", "CLASS", "GROUP");
    }

    /// A child program that leaves a line in `calls` and then does `commands`.
    std::string child(const std::string& commands) const
    {
        const auto script =
            folder.file("child", "#!/bin/sh\necho >> " + calls.string() + "\n" + commands + "\n");
        fs::permissions(script, fs::perms::owner_all);
        return script.string();
    }
    std::string real_child() const { return "exec '" + vet_program().string() + "' \"$@\""; }

    void make_old() const
    {
        fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(1));
    }
    size_t call_count() const { return fs::exists(calls) ? fs::file_size(calls) : 0; }

    test::TempFolder folder;
    fs::path file = folder.path() / "x.h5", calls = folder.path() / "calls";
    Variable cache{"JETSMITH_CACHE_DIR", (folder.path() / "cache").string()};
};

TEST_F(FileVetting, TheChildGoesThroughEveryObjectAndFindsAWholeFileWhole)
{
    std::vector<std::string> places;
    EXPECT_EQ(walk(file, [&](const std::string& place) { places.push_back(place); }).word, "whole");
    for (const char* place : {"its structure", "the attributes of /a", "/a/x", "/y", "its end"})
        EXPECT_THAT(places, Contains(place));
    const auto outcome = run_vet_child(vet_program(), file, vet_limits(100'000));
    EXPECT_EQ(outcome.kind, VetOutcome::Kind::whole) << outcome.reason;
}

TEST_F(FileVetting, AFileThatTheChildDoesNotSurviveIsRefusedInOneLine)
{
    const Variable program("JETSMITH_VET", child(R"(echo '{"at": "/a/x"}'; kill -SEGV $$)"));
    const auto message = test::user_error([&] { File::open(file); });
    EXPECT_THAT(message,
                HasSubstr("x.h5: damaged (the HDF5 library crashed (signal 11, Segmentation "
                          "fault) while reading /a/x; a whole HDF5 file is wanted). Download "
                          "it again, or compare its size or checksum with the publisher's."));
    EXPECT_THROW(File::open(file), DamagedFile);
}

TEST_F(FileVetting, AChildIsStartedOnceUntilTheFileChanges)
{
    const Variable program("JETSMITH_VET", child(real_child()));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(File::open(file)->datasets().size(), 2u);
    EXPECT_EQ(call_count(), 1u);
    std::ofstream(file, std::ios::app) << "more";
    File::open(file);
    EXPECT_EQ(call_count(), 2u);
}

TEST_F(FileVetting, ADamagedFileIsRememberedOnDiskButNotABusyMachine)
{
    make_old();
    {
        const Variable program("JETSMITH_VET", child(R"(echo '{"at": "/y"}'; kill -XCPU $$)"));
        for (int i = 0; i < 2; ++i)
            EXPECT_THAT(test::user_error([&] { vet(file); }), HasSubstr("found no end in 10 s"));
        EXPECT_EQ(call_count(), 2u);
    }
    const Variable program("JETSMITH_VET", child(R"(echo '{"at": "/y"}'; kill -BUS $$)"));
    for (int i = 0; i < 2; ++i)
        EXPECT_THAT(test::user_error([&] { vet(file); }), HasSubstr("while reading /y"));
    EXPECT_EQ(call_count(), 3u);
}

TEST_F(FileVetting, TheNextStartNeedsNoChild)
{
    make_old();
    const Variable program("JETSMITH_VET", child(real_child()));
    const pid_t first = ::fork();  // what this process remembers does not count
    if (first == 0) {
        vet(file);
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(first, &status, 0), first);
    ASSERT_EQ(status, 0);
    ASSERT_EQ(call_count(), 1u);
    vet(file);
    EXPECT_EQ(call_count(), 1u);
}

TEST_F(FileVetting, WithoutAChildProgramNothingIsReadUnlessTheUserTrustsIt)
{
    {
        const Variable program("JETSMITH_VET", (folder.path() / "none").string());
        EXPECT_THROW(vet(file), RunError);
    }
    const Variable program("JETSMITH_VET", "off");
    EXPECT_NO_THROW(vet(file));
}

TEST_F(FileVetting, WhatTheChildCannotOpenIsRefusedInItsWords)
{
    fs::resize_file(file, 700);
    const auto direct = test::user_error([&] { File::open_unvetted(file); });
    EXPECT_THAT(direct, HasSubstr("Was the download complete?"));
    EXPECT_EQ(test::user_error([&] { vet(file); }), direct);
}

TEST_F(FileVetting, WhatIsNoFileIsLeftToTheReader)
{
    const Variable program("JETSMITH_VET", child("kill -SEGV $$"));
    EXPECT_NO_THROW(vet(folder.path() / "none.h5"));
    EXPECT_NO_THROW(vet(folder.path()));
    EXPECT_EQ(call_count(), 0u);
}

/// The file with the first 8 bytes that hold `from` replaced by `to`.
void replace_number(const fs::path& path, uint64_t from, uint64_t to)
{
    std::string bytes = read_text(path);
    const std::string_view old(reinterpret_cast<const char*>(&from), 8);
    const size_t at = bytes.find(old);
    ASSERT_NE(at, std::string::npos);
    bytes.replace(at, 8, reinterpret_cast<const char*>(&to), 8);
    std::ofstream(path, std::ios::binary) << bytes;
}

TEST_F(FileVetting, ADatasetThatClaimsMoreThanTheFileCanHoldIsRefusedByItsReader)
{
    {
        Hdf5Writer writer(file);
        writer.dataset("x", std::vector<float>(12347 * 4, 1.0f), {12347, 4},
                       {{100, 4}, true, false, 4});
    }
    replace_number(file, 12347, uint64_t{1} << 40);
    EXPECT_EQ(walk(file, [](const std::string&) {}).word, "whole");
    EXPECT_THAT(
        test::user_error([&] { RowSource(File::open(file), "/x"); }),
        HasSubstr("x.h5: dataset '/x' cannot be read (it claims 17592186044416 bytes of values, "
                  "198400 are there; a whole HDF5 file is wanted)"));
}

}  // namespace
}  // namespace jetsmith::hdf5
