// SPDX-License-Identifier: Apache-2.0
// The picture of a plan, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_emd.h"

namespace jetsmith {
namespace {

using testing::HasSubstr;

size_t count(const std::string& text, const std::string& part)
{
    size_t found = 0;
    for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
    return found;
}

TEST(EmdPlan, IsDrawnBesideTheDistances)
{
    const test::TempFolder folder;
    // 100 GeV in one place become 60 GeV in the same and 40 GeV in another.
    const std::vector<toy::Jet> jets{
        {{100, 0.1, 0.2}}, {{1, 0, 0}}, {{60, 0.1, 0.2}, {40, -0.3, 0.2}}};
    test::write_plain_jets(folder.path() / "jets.h5", jets, 4);
    const auto result =
        test::run_program({"emd", folder.path() / "jets.h5", "--dataset", "jets", "--radius", "0.8",
                           "--out", folder.path() / "d.h5", "--plan", "0,2"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto svg = read_text(folder.path() / "d_plan_0_2.svg");
    EXPECT_EQ(count(svg, "<circle"), 3U);
    EXPECT_EQ(count(svg, "<line"), 1U) << "what stays has no arrow";
    EXPECT_THAT(svg, HasSubstr("row 0: 100 GeV"));
    EXPECT_THAT(svg, HasSubstr("row 2: 100 GeV; distance 20 GeV")) << "40 GeV over 0.4 / 0.8";
}

}  // namespace
}  // namespace jetsmith
