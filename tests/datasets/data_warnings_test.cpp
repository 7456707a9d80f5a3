// SPDX-License-Identifier: Apache-2.0
#include "datasets/data_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

/// The training rows of a file of toy jets whose energies are scaled.
EventStore jets(const std::filesystem::path& file, float scale, uint32_t seed)
{
    auto all = test::make_toy_jets(20, 6, seed);
    for (auto& jet : all)
        for (auto& constituent : jet.constituents)
            for (auto& component : constituent) component *= scale;
    test::write_top_tagging(file, all, 6, {.chunk = {8}});
    return test::reader_from("type: top_tagging\ntrain: " + file.string())->read(Split::train);
}

std::vector<std::string> warnings(const EventStore& train, const EventStore& test)
{
    DataCardMaker maker;
    maker.add("train", train);
    maker.add("test", test);
    return data_warnings(maker.finish());
}

TEST(DataWarnings, ThereAreNoneForDifferentJetsInGeV)
{
    const test::TempFolder folder;
    EXPECT_THAT(warnings(jets(folder.path() / "a.h5", 1, 1), jets(folder.path() / "b.h5", 1, 2)),
                testing::IsEmpty());
}

TEST(DataWarnings, RowsInTwoSplitsAreCounted)
{
    const test::TempFolder folder;
    const auto store = jets(folder.path() / "a.h5", 1, 1);
    EXPECT_THAT(warnings(store, store),
                testing::ElementsAre(testing::StartsWith(
                    "data.test: 20 of 20 rows are also in data.train (none wanted).")));
}

TEST(DataWarnings, EnergiesThatNobodyMakesOrSeesPointToTheUnit)
{
    const test::TempFolder folder;
    const auto good = jets(folder.path() / "good.h5", 1, 1);
    for (const float scale : {1000.0F, 0.001F}) {
        const auto found = warnings(good, jets(folder.path() / "bad.h5", scale, 2));
        ASSERT_EQ(found.size(), 1U) << scale;
        EXPECT_THAT(found.front(), testing::StartsWith("data.test: half of the rows have "));
        EXPECT_THAT(found.front(), testing::HasSubstr("Is data.units right?"));
    }
}

}  // namespace
}  // namespace jetsmith
