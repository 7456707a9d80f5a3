// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/verdict_cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace jetsmith::hdf5 {
namespace {

namespace fs = std::filesystem;

class VerdictCacheTest : public ::testing::Test {
  protected:
    VerdictCacheTest() { age(std::chrono::seconds(10)); }

    void age(std::chrono::nanoseconds by)
    {
        fs::last_write_time(file, fs::file_time_type::clock::now() - by);
    }
    FileState state() const { return state_of(file).value(); }
    std::vector<fs::path> entries() const
    {
        std::vector<fs::path> all;
        for (const auto& one : fs::directory_iterator(place))
            if (one.path().extension() == ".json") all.push_back(one.path());
        return all;
    }
    /// Verdicts about files that are gone, as those of tests.
    void store_files_that_vanish(int count) const
    {
        for (int i = 0; i < count; ++i) {
            auto gone = state();
            gone.path = (folder.path() / ("gone" + std::to_string(i) + ".h5")).string();
            cache.store(gone, "");
        }
    }

    test::TempFolder folder;
    fs::path file = folder.file("x.h5", "twelve bytes");
    fs::path place = folder.path() / "a/cache";
    VerdictCache cache{place, "vetter 1"};
};

TEST_F(VerdictCacheTest, AVerdictIsFoundAgainUntilTheFileChanges)
{
    EXPECT_FALSE(cache.find(state()));
    cache.store(state(), "");
    EXPECT_EQ(cache.find(state()), "");
    age(std::chrono::seconds(11));
    EXPECT_FALSE(cache.find(state()));
    cache.store(state(), "damaged");
    EXPECT_EQ(cache.find(state()), "damaged");
    auto longer = state();
    ++longer.bytes;
    EXPECT_FALSE(cache.find(longer));
    EXPECT_EQ(entries().size(), 1U);
}

TEST_F(VerdictCacheTest, AnotherPathOrVetterHasItsOwnVerdict)
{
    cache.store(state(), "");
    auto other = state();
    other.path += "x";
    EXPECT_FALSE(cache.find(other));
    EXPECT_FALSE(VerdictCache(place, "vetter 2").find(state()));
}

TEST_F(VerdictCacheTest, AFileThatWasJustWrittenIsNotRemembered)
{
    age(std::chrono::seconds(0));
    cache.store(state(), "");
    EXPECT_FALSE(cache.find(state()));
}

TEST_F(VerdictCacheTest, DamagedEntriesAreNoVerdicts)
{
    for (const char* content :
         {"", "{", "[]", "null", "{\"problem\": \"\"}", "\x01\x02", "\"problem\""}) {
        cache.store(state(), "");
        ASSERT_TRUE(cache.find(state()));
        std::ofstream(entries().front()) << content;
        EXPECT_FALSE(cache.find(state())) << content;
    }
}

TEST_F(VerdictCacheTest, VerdictsAboutVanishedFilesGoOnceADay)
{
    cache.store(state(), "damaged");
    store_files_that_vanish(5);
    EXPECT_EQ(entries().size(), 6U) << "no look at every entry for every file";
    fs::last_write_time(place / "swept", fs::file_time_type::clock::now() - std::chrono::hours(25));
    std::ofstream(place / "spoilt.json") << "{";
    store_files_that_vanish(1);
    EXPECT_EQ(entries().size(), 1U);
    EXPECT_EQ(cache.find(state()), "damaged");
    store_files_that_vanish(2);
    EXPECT_EQ(entries().size(), 3U) << "the next day has only begun";
}

TEST_F(VerdictCacheTest, AFolderThatCannotBeWrittenIsNoError)
{
    for (const fs::path& bad : {fs::path(), folder.path() / "x.h5/cache", fs::path("/proc/none")}) {
        const VerdictCache none(bad, "vetter 1");
        none.store(state(), "");
        EXPECT_FALSE(none.find(state()));
    }
}

TEST(VerdictCacheFolder, IsWhereTheEnvironmentWantsIt)
{
    const auto in = [](const char* own, const char* xdg, const char* home) {
        ::setenv("JETSMITH_CACHE_DIR", own, 1);
        ::setenv("XDG_CACHE_HOME", xdg, 1);
        ::setenv("HOME", home, 1);
        return VerdictCache::default_folder();
    };
    const std::string before = std::getenv("HOME") ? std::getenv("HOME") : "";
    EXPECT_EQ(in("/a", "/b", "/c"), "/a/hdf5");
    EXPECT_EQ(in("", "/b", "/c"), "/b/jetsmith/hdf5");
    EXPECT_EQ(in("", "", "/c"), "/c/.cache/jetsmith/hdf5");
    EXPECT_EQ(in("", "", ""), "");
    EXPECT_EQ(in("", "relative", ""), "");
    ::unsetenv("JETSMITH_CACHE_DIR");
    ::unsetenv("XDG_CACHE_HOME");
    ::setenv("HOME", before.c_str(), 1);
}

TEST(FileState, KnowsOneFileByAllItsNames)
{
    const test::TempFolder folder;
    const auto file = folder.file("x.h5", "abc");
    fs::create_symlink(file, folder.path() / "y.h5");
    EXPECT_EQ(state_of(folder.path() / "y.h5"), state_of(folder.path() / "." / "x.h5"));
    EXPECT_EQ(state_of(file)->bytes, 3);
    EXPECT_FALSE(state_of(folder.path()));
    EXPECT_FALSE(state_of(folder.path() / "none"));
}

}  // namespace
}  // namespace jetsmith::hdf5
