// SPDX-License-Identifier: Apache-2.0
#include "analysis/distance_tiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/atomic_file.h"
#include "tests/support/temp_folder.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using testing::HasSubstr;

const Json kSettings{{"radius", 0.8}, {"files", {{{"name", "a.h5"}, {"sha256", "12ab"}}}}};
constexpr int64_t kTile = 5, kTiles = 3;

double value(int64_t k) { return k == 7 ? std::nan("") : 0.1 * static_cast<double>(k); }

/// What three tiles say, one after the other.
DistanceSummary after(int64_t done)
{
    DistanceSummary s{done, 1e-7 * static_cast<double>(done)};
    if (done > 7) s.failed = 1, s.first_failed = 7, s.status = 4;
    return s;
}

void append_rest(DistanceTiles& tiles)
{
    while (tiles.summary().done < kTiles * kTile) {
        std::vector<double> tile;
        for (int64_t k = 0; k < kTile; ++k) tile.push_back(value(tiles.summary().done + k));
        tiles.append(tile, after(tiles.summary().done + kTile));
    }
}

void fill(const fs::path& folder)
{
    DistanceTiles tiles(folder, kSettings);
    append_rest(tiles);
}

/// All values as bytes, so that NaN are compared too.
std::string content(const DistanceTiles& tiles)
{
    std::vector<double> all(static_cast<size_t>(tiles.summary().done));
    tiles.read(0, all);
    return {reinterpret_cast<const char*>(all.data()), all.size() * sizeof(double)};
}

void write(const fs::path& file, const std::string& bytes)
{
    std::ofstream(file, std::ios::binary) << bytes;
}

TEST(DistanceTiles, AreThereWhenTheFolderIsOpenedAgain)
{
    const test::TempFolder folder;
    fill(folder.path() / "d");
    const DistanceTiles tiles(folder.path() / "d", kSettings);
    EXPECT_EQ(tiles.summary().done, 15);
    EXPECT_EQ(tiles.summary().max_gap, 1e-7 * 15);
    EXPECT_EQ(tiles.summary().failed, 1);
    EXPECT_EQ(tiles.summary().first_failed, 7);
    EXPECT_EQ(tiles.summary().status, 4);
    std::vector<double> some(2);
    tiles.read(11, some);
    EXPECT_EQ(some, (std::vector{value(11), value(12)}));
}

TEST(DistanceTiles, GoOnAfterTheLastWholeTileWhereverTheJournalIsCut)
{
    const test::TempFolder folder;
    const fs::path d = folder.path() / "d";
    fill(d);
    const std::string journal = read_text(d / "journal.txt"), values = read_text(d / "values.bin");
    for (size_t cut = 0; cut <= journal.size(); ++cut) {
        write(d / "journal.txt", journal.substr(0, cut));
        write(d / "values.bin", values);
        DistanceTiles tiles(d, kSettings);
        const std::string kept = journal.substr(0, journal.substr(0, cut).rfind('\n') + 1);
        const auto whole = std::count(kept.begin(), kept.end(), '\n');
        ASSERT_EQ(tiles.summary().done, whole * kTile) << "cut after " << cut << " bytes";
        ASSERT_EQ(read_text(d / "journal.txt"), kept) << cut;
        ASSERT_EQ(fs::file_size(d / "values.bin"), whole * kTile * sizeof(double)) << cut;
        if (cut % 29 != 0) continue;  // the disk takes its time
        append_rest(tiles);
        ASSERT_EQ(content(tiles), values) << cut;
        ASSERT_EQ(read_text(d / "journal.txt"), journal) << cut;
    }
}

TEST(DistanceTiles, AreDoneAgainFromTheFirstWhoseValuesAreNotThoseOfTheJournal)
{
    const test::TempFolder folder;
    const fs::path d = folder.path() / "d";
    fill(d);
    const std::string values = read_text(d / "values.bin"), journal = read_text(d / "journal.txt");
    for (size_t byte = 0; byte < values.size(); ++byte) {
        std::string spoilt = values;
        spoilt[byte] = static_cast<char>(~spoilt[byte]);
        for (const auto& found : {spoilt, values.substr(0, byte)}) {
            write(d / "journal.txt", journal);
            write(d / "values.bin", found);
            const int64_t tile = static_cast<int64_t>(byte / sizeof(double)) / kTile;
            ASSERT_EQ(DistanceTiles(d, kSettings).summary().done, tile * kTile) << byte;
        }
    }
}

TEST(DistanceTiles, AreNotMixedWithThoseOfOtherSettings)
{
    const test::TempFolder folder;
    fill(folder.path() / "d");
    Json other = kSettings;
    other["radius"] = 0.4;
    EXPECT_THAT(test::user_error([&] { DistanceTiles(folder.path() / "d", other); }),
                HasSubstr("radius: 0.8 there, 0.4 here"));
    other = kSettings;
    other["files"][0]["sha256"] = "34cd";
    EXPECT_THAT(test::user_error([&] { DistanceTiles(folder.path() / "d", other); }),
                HasSubstr("files/0/sha256: \"12ab\" there, \"34cd\" here"));
    other = kSettings;
    other["norm"] = true;
    EXPECT_THAT(test::user_error([&] { DistanceTiles(folder.path() / "d", other); }),
                HasSubstr("norm: nothing there, true here"));
    fill(folder.path() / "torn");
    write(folder.path() / "torn/settings.json", "{\"radius\": ");
    EXPECT_THAT(test::user_error([&] { DistanceTiles(folder.path() / "torn", kSettings); }),
                HasSubstr("none that can be read there"));
    other = kSettings;
    other["files"][0]["name"] = "elsewhere/a.h5";
    EXPECT_EQ(DistanceTiles(folder.path() / "d", other).settings()["files"][0]["name"], "a.h5");
}

TEST(DistanceTiles, HaveOneWriter)
{
    const test::TempFolder folder;
    const DistanceTiles tiles(folder.path() / "d", kSettings);
    EXPECT_THAT(test::user_error([&] { DistanceTiles(folder.path() / "d", kSettings); }),
                HasSubstr("is being written by another jetsmith"));
}

TEST(DistanceTiles, EndAsAFileAndLeaveNothingElse)
{
    const test::TempFolder folder;
    fill(folder.path() / "d");
    write(folder.path() / "d/.distances.h5.123.part", "of a writer that was killed");
    DistanceTiles tiles(folder.path() / "d", kSettings);
    tiles.finish(folder.path() / "whole",
                 [&](const fs::path& path) { write(path, content(tiles)); });
    EXPECT_EQ(read_text(folder.path() / "whole").size(), 15 * sizeof(double));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(DistanceTiles, LeaveAFileAloneThatAppearedMeanwhile)
{
    const test::TempFolder folder;
    fill(folder.path() / "d");
    write(folder.path() / "whole", "of somebody else");
    const auto finish = [&] {
        DistanceTiles tiles(folder.path() / "d", kSettings);
        tiles.finish(folder.path() / "whole",
                     [&](const fs::path& path) { write(path, content(tiles)); });
    };
    EXPECT_THAT(test::user_error(finish), HasSubstr("has appeared while"));
    EXPECT_EQ(read_text(folder.path() / "whole"), "of somebody else");
    fs::remove(folder.path() / "whole");
    finish();
    EXPECT_EQ(read_text(folder.path() / "whole").size(), 15 * sizeof(double));
}

TEST(DistanceTiles, EndWhereTheJournalGoesBack)
{
    const test::TempFolder folder;
    fill(folder.path() / "d");
    const std::string journal = read_text(folder.path() / "d/journal.txt");
    write(folder.path() / "d/journal.txt", journal + journal.substr(0, journal.find('\n') + 1));
    const DistanceTiles tiles(folder.path() / "d", kSettings);
    EXPECT_EQ(tiles.summary().done, 15);
    EXPECT_EQ(read_text(folder.path() / "d/journal.txt"), journal);
}

TEST(DistanceTiles, AreRemovedUnlessSomebodyUsesThem)
{
    const test::TempFolder folder;
    {
        const DistanceTiles tiles(folder.path() / "d", kSettings);
        DistanceTiles::remove(folder.path() / "d");
        EXPECT_TRUE(fs::exists(folder.path() / "d"));
    }
    DistanceTiles::remove(folder.path() / "d");
    EXPECT_FALSE(fs::exists(folder.path() / "d"));
    DistanceTiles::remove(folder.path() / "d");
}

TEST(DistanceTiles, SayWhatAFolderThatCannotBeMadeNeeds)
{
    const test::TempFolder folder;
    EXPECT_THROW(DistanceTiles(folder.path() / "missing/d", kSettings), RunError);
}

}  // namespace
}  // namespace jetsmith::analysis
