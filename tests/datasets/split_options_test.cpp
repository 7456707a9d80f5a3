// SPDX-License-Identifier: Apache-2.0
#include "datasets/split_options.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using test::integers;
using ::testing::HasSubstr;

constexpr size_t kSlots = 4;

/// Two files of jets, and every way to name them.
class SplitOptionsTest : public ::testing::Test {
  protected:
    SplitOptionsTest()
    {
        test::write_top_tagging(first, test::make_toy_jets(20, kSlots, 3), kSlots, {.chunk = {8}});
        test::write_top_tagging(second, test::make_toy_jets(12, kSlots, 4), kSlots, {.chunk = {8}});
    }

    struct Resolved {
        std::string yaml;
        EventStore store;
    };
    static Resolved read(const std::string& yaml)
    {
        Config config(parse_yaml(yaml, "test.yaml"), "data", "test");
        EventStore store = Registry<Reader>::make(config)->read(Split::train);
        return {to_yaml(config.resolved()), std::move(store)};
    }

    test::TempFolder folder;
    const std::filesystem::path first = folder.path() / "a.h5", second = folder.path() / "b.h5";
};

TEST_F(SplitOptionsTest, TheResolvedSectionReadsTheSameRowsWhateverItsShape)
{
    const std::string a = first, b = second, glob = folder.path() / "*.h5";
    for (const std::string& train : {
             a,
             glob,
             fmt::format("[{}, {}]", a, b),
             fmt::format("{{file: {}, rows: '3:9'}}", a),
             fmt::format("{{file: {}, class: top}}", glob),
             fmt::format("[{{file: {}, class: top}}, {{file: {}, class: qcd, rows: ':5'}}]", a, b),
             fmt::format("[{{file: {}, label: 1}}, {{file: {}, label: 0}}]", a, b),
             fmt::format("[{{file: {}}}, {{file: {}, class: top}}]", a, b),
         }) {
        const auto once = read("type: top_tagging\ntrain: " + train);
        const auto twice = read(once.yaml);
        EXPECT_EQ(twice.yaml, once.yaml) << train;
        EXPECT_EQ(integers(twice.store.labels_B), integers(once.store.labels_B)) << train;
        EXPECT_TRUE(twice.store.source_rows_B.equal(once.store.source_rows_B)) << train;
        EXPECT_EQ(twice.store.files, once.store.files) << train;
    }
}

TEST_F(SplitOptionsTest, ALabelOutsideTheClassesIsRefused)
{
    for (const char* label : {"-1", "2"})
        EXPECT_THAT(test::user_error([&] {
                        read(fmt::format("type: top_tagging\ntrain: {{file: {}, label: {}}}",
                                         first.string(), label));
                    }),
                    HasSubstr(fmt::format("data.train.label: {} is out of range (must be between 0 "
                                          "and 1)",
                                          label)));
    EXPECT_THAT(test::user_error([&] {
                    read(fmt::format("type: top_tagging\ntrain: {{file: {}, label: 1, class: top}}",
                                     first.string()));
                }),
                HasSubstr("says the same as 'class'"));
}

}  // namespace
}  // namespace jetsmith
