// SPDX-License-Identifier: Apache-2.0
// Published jets against the formulas in double, with the count of jets that leave room for doubt.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "datasets/reader.h"
#include "tests/support/paths.h"
#include "tests/support/pixel_cases.h"

namespace jetsmith {
namespace {

Collection jets_of(const std::filesystem::path& file)
{
    const std::string yaml = fmt::format("type: top_tagging\ntest: '{}'\n", file.string());
    Config config(parse_yaml(yaml, "test"), "data", "a test");
    return Registry<Reader>::make(config)->read(Split::test).constituents();
}

/// "Within 1e-6 of a tie" leaves 1 jet of 500 out, mostly for pixel edges; but the kernel decides
/// close cases in double, so that not one jet has to be left out for ties of 1e-9.
void expect_agreement(const Collection& jets)
{
    for (const double width : {3.2, 1.6}) {
        kernels::PixelateOptions options;
        options.eta_width = options.phi_width = width;
        const auto images = test::all_images(jets, options);
        const auto rows = test::all_rows(jets);
        const auto found = test::compare(images, jets, rows, options, 1e-9);
        EXPECT_LT(found.worst, 1e-6);
        EXPECT_LE(found.excused, found.jets / 10'000);
        int64_t axis_or_flip = 0;
        for (const auto row : rows) {
            const auto reference = test::reference_image(jets, row, options);
            axis_or_flip += reference.axis < 1e-6 || reference.flip < 1e-6;
        }
        EXPECT_LT(axis_or_flip, found.jets / 1000);
        ::testing::Test::RecordProperty(fmt::format("excused_{}", width), std::to_string(found.excused));
        ::testing::Test::RecordProperty(fmt::format("axis_or_flip_ties_{}", width), std::to_string(axis_or_flip));
    }
}

TEST(PixelateRealJets, TheEmbeddedSampleAgreesWithTheFormulasInDouble)
{
    expect_agreement(jets_of(test::sample_folder() / "test.h5"));
}

TEST(PixelateRealJets, TheReferenceDataSetAgreesWithTheFormulasInDouble)
{
    const auto file = test::public_data("top_tagging/test.h5");
    JETSMITH_NEEDS_DATA(file);
    expect_agreement(jets_of(file));
}

}  // namespace
}  // namespace jetsmith
