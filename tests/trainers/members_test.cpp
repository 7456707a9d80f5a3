// SPDX-License-Identifier: Apache-2.0
#include "trainers/members.h"

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <ranges>

#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Member> plan(const std::string& text)
{
    return members_of(parse_yaml("name: net\n" + text, "recipe.yaml"));
}

std::string refusal(const std::string& text)
{
    return test::user_error([&] { plan(text); });
}

TEST(Members, AnOrdinaryConfigHasNone)
{
    EXPECT_THAT(plan("seed: 4\ntrainer: {repeat: 1}\nscan: {}\n"), IsEmpty());
    EXPECT_THAT(plan("folds: {count: 5, index: 2}\n"), IsEmpty()) << "one fold is a run";
}

TEST(Members, RepeatsCountTheSeedUp)
{
    const auto members = plan("seed: 4\ntrainer: {repeat: 3}\n");
    ASSERT_EQ(members.size(), 3U);
    for (int64_t i = 0; i < 3; ++i) {
        const auto& member = members[static_cast<size_t>(i)];
        EXPECT_EQ(member.seed, 4 + i);
        EXPECT_EQ(member.folder, "seed_" + std::to_string(4 + i));
        EXPECT_THAT(member.set, Contains("seed=" + std::to_string(4 + i)));
        EXPECT_THAT(member.set, Contains("trainer.repeat=1"));
        EXPECT_EQ(member.name, "net") << "one row of the table";
    }
}

TEST(Members, AScanTakesEveryValueOfEveryKeyWithEverySeed)
{
    const auto members = plan("trainer: {repeat: 2}\nscan:\n  a.b: [0.5, x]\n  c: [{d: 1}]\n");
    ASSERT_EQ(members.size(), 4U);
    EXPECT_EQ(members[0].name, "net b=0.5 c={d: 1}");
    EXPECT_EQ(members[1].name, members[0].name);
    EXPECT_EQ(members[2].values.at("a.b"), "x");
    for (size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(members[i].seed, 1 + static_cast<int64_t>(i % 2));
        EXPECT_THAT(members[i].set, Contains(i < 2 ? "a.b=0.5" : "a.b=x"));
        EXPECT_THAT(members[i].set, Contains("c={d: 1}"));
        EXPECT_THAT(members[i].set, Contains("scan=null"));
    }
}

TEST(Members, FoldsAreOneMemberEach)
{
    const auto members = plan("folds: {count: 4}\n");
    ASSERT_EQ(members.size(), 4U);
    EXPECT_EQ(members[3].folder, "fold_3");
    EXPECT_THAT(members[3].set, Contains("folds.index=3"));
    EXPECT_EQ(members[3].seed, 1);
}

TEST(Members, WhatCannotBeIsRefusedWithItsPlace)
{
    EXPECT_THAT(refusal("scan: {a: []}\n"), HasSubstr("recipe.yaml:2: scan.a: is no list"));
    EXPECT_THAT(refusal("scan: {a: 3}\n"), HasSubstr("scan.a: is no list of values (seen: 3;"));
    EXPECT_THAT(refusal("scan: {a: [3, 4, 3]}\n"), HasSubstr("scan.a: 3 stands twice"));
    EXPECT_THAT(refusal("folds: {count: 3}\ntrainer: {repeat: 2}\n"),
                HasSubstr("folds: stand beside trainer.repeat"));
    EXPECT_THAT(refusal("folds: {count: 3, index: 3}\n"), HasSubstr("there is no fold 3 (0 to 2"));
    EXPECT_THAT(refusal("trainer: {repeat: 0}\n"), HasSubstr("trainer.repeat"));
}

TEST(Members, NoneAreMadeOfMoreThanAnybodyCanTrain)
{
    const std::string hundred = fmt::format("[{}]", fmt::join(std::views::iota(0, 100), ", "));
    const auto scan = [&](const std::string& more) {
        return "scan: {a: " + hundred + ", b: " + hundred + more + "}\n";
    };
    EXPECT_EQ(plan(scan("")).size(), 10000U);
    EXPECT_THAT(refusal(scan(", c: " + hundred + ", d: " + hundred)),
                HasSubstr("scan: asks for 100000000 members (at most 10000 wanted)"));
}

TEST(Members, SeedsEndWithTheLargestInteger)
{
    EXPECT_EQ(plan("seed: 9223372036854775806\ntrainer: {repeat: 2}\n").back().seed,
              std::numeric_limits<int64_t>::max());
    EXPECT_THAT(refusal("seed: 9223372036854775807\ntrainer: {repeat: 2}\n"),
                HasSubstr("seed: 9223372036854775807 is too large"));
}

}  // namespace
}  // namespace jetsmith
