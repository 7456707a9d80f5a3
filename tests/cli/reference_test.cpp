// SPDX-License-Identifier: Apache-2.0
#include "cli/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/atomic_file.h"
#include "tests/support/paths.h"

namespace jetsmith::cli {
namespace {

TEST(Reference, ThePageInTheDocsIsTheGeneratedOne)
{
    const auto page =
        read_text(test::source_folder().string() + "/docs/config-reference.md");
    EXPECT_EQ(page, reference_page())
        << "run: build/release/bin/jetsmith list --markdown > docs/config-reference.md";
}

TEST(Reference, EveryLineShowsKeyTypeDefaultUnitAndMeaning)
{
    ReferenceSection section{"model", "toy", {}};
    section.options.push_back({"width", "a number", "1.6", "full width [rad]", "above 0", false, {}});
    section.options.push_back({"file", "a path", "", "what to read", "", true, {}});
    const auto text = reference_text(section, true);
    EXPECT_THAT(text, testing::HasSubstr("width     a number [1.6]: full width (above 0), in rad"));
    EXPECT_THAT(text, testing::HasSubstr("file      a path [required]: what to read"));
    EXPECT_EQ(reference_text(section, false), "model       toy\n");
}

}  // namespace
}  // namespace jetsmith::cli
