// SPDX-License-Identifier: Apache-2.0
#include "analysis/distance_settings.h"

#include <gtest/gtest.h>

namespace jetsmith::analysis {
namespace {

TEST(DistanceSettings, SayInWhatUnitsTheNumbersAre)
{
    struct Case {
        const char *settings, *unit, *gap_unit;
    };
    for (const Case& one :
         {Case{R"({"ground": "jets", "norm": false})", "GeV", "of the larger total pT"},
          Case{R"({"ground": "jets", "norm": true})", "", ""},
          Case{R"({"ground": "events", "weights": "pt"})", "GeV", "GeV"},
          Case{R"({"ground": "isotropy", "isotropy": "ring:16"})", "", ""},
          Case{R"({"ground": 7, "norm": []})", "", ""}, Case{"[1]", "", ""}, Case{"{", "", ""}}) {
        const auto read = DistanceSettings::of_text(one.settings);
        EXPECT_EQ(read.unit, one.unit) << one.settings;
        EXPECT_EQ(read.gap_unit, one.gap_unit) << one.settings;
    }
}

TEST(DistanceSettings, NameTheFileWhoseRowsWereCompared)
{
    const auto read = DistanceSettings::of_text(
        R"({"files": [{"name": "/a.h5", "sha256": "0f"}, {"name": "/b.h5", "sha256": "1e"}]})");
    EXPECT_EQ(read.input, "/a.h5");
    EXPECT_EQ(read.input_sha256, "0f");
    for (const char* none : {R"({"files": []})", R"({"files": [3]})", R"({"files": {}})", "{}"})
        EXPECT_EQ(DistanceSettings::of_text(none).input_sha256, "") << none;
}

}  // namespace
}  // namespace jetsmith::analysis
