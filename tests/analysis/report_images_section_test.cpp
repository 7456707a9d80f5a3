// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/report_picture.h"
#include "analysis/report_sections.h"

namespace jetsmith::analysis {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Two channels of 1 x 2 pixels; the second is a thousand times the first.
ReportRun run_with_images()
{
    ReportImages images;
    images.channels = 2, images.height = 1, images.width = 2;
    images.class_names = {"qcd", "<W> & Z"};
    images.averages_CHW = {{1, 2, 1000, 2000}, {3, 4, 3000, 4000}};
    images.best = {{5, 6, 5000, 6000}, {}, {0.75}, {1}, {42}};
    ReportRun run;
    run.name = "cnn";
    run.images = images;
    return run;
}

std::string picture_of(std::vector<float> pixels, LogScale scale)
{
    return data_uri(png(pixels, 1, static_cast<int64_t>(pixels.size()), scale));
}

TEST(ImageSection, EveryChannelHasAScaleThatItsClassesShare)
{
    const auto html = image_section(std::vector{run_with_images()});
    const LogScale first = log_scale(std::vector<float>{4}, 5);
    const LogScale second = log_scale(std::vector<float>{4000}, 5);
    EXPECT_THAT(html, HasSubstr(picture_of({1, 2}, first)));
    EXPECT_THAT(html, HasSubstr(picture_of({3, 4}, first)));
    EXPECT_THAT(html, HasSubstr(picture_of({1000, 2000}, second)));
    EXPECT_THAT(html, HasSubstr(picture_of({3000, 4000}, second)));
}

TEST(ImageSection, ShowsSingleJetsByTheirFirstChannelWithScoreAndRow)
{
    const auto html = image_section(std::vector{run_with_images()});
    EXPECT_THAT(html, HasSubstr(picture_of({5, 6}, log_scale(std::vector<float>{6}, 4))));
    EXPECT_THAT(html, HasSubstr("&lt;W&gt; &amp; Z, score 0.7500, row 42"));
    EXPECT_THAT(html, HasSubstr("Surest right decisions, channel 0"));
    EXPECT_THAT(html, Not(HasSubstr("Surest wrong"))) << "there are none";
    EXPECT_THAT(html, Not(HasSubstr("<W>")));
}

TEST(ImageSection, NamesChannelsAndRunsWhereThereAreSeveral)
{
    auto run = run_with_images();
    run.images->channel_names = {"pt", "count"};
    auto html = image_section(std::vector{run});
    EXPECT_THAT(html, HasSubstr("average qcd, pt"));
    EXPECT_THAT(html, HasSubstr("average qcd, count"));
    EXPECT_THAT(html, Not(HasSubstr("<h3>cnn</h3>")));
    EXPECT_THAT(image_section(std::vector{run, run}), HasSubstr("<h3>cnn</h3>"));
}

TEST(ImageSection, AReconstructionStandsBetweenItsInputAndWhatIsLeft)
{
    ReportImages images;
    images.height = 1, images.width = 2;
    images.class_names = {"qcd"};
    images.averages_CHW = {{1, 2}};
    images.output_averages_CHW = {{1, 3}};
    images.residual_averages_CHW = {{0.5, 1}};
    images.worst = {{4, 8}, {3, 10}, {0.0125}, {0}, {7}};
    ReportRun run;
    run.images = images;
    const auto html = image_section(std::vector{run});
    const LogScale averages = log_scale(std::vector<float>{3}, 5);
    EXPECT_THAT(html, HasSubstr(picture_of({1, 3}, averages)));
    EXPECT_THAT(html, HasSubstr(picture_of({0.5, 1}, averages)));
    const LogScale jet = log_scale(std::vector<float>{8}, 4);
    for (const auto& pixels : {std::vector<float>{4, 8}, {3, 10}, {1, 2}})
        EXPECT_THAT(html, HasSubstr(picture_of(pixels, jet)));
    EXPECT_THAT(html, HasSubstr("Worst reconstructed: input, output and |input − output|"));
    EXPECT_THAT(html, HasSubstr("qcd, score 0.0125, row 7"));
}

TEST(ImageSection, IsLeftOutWithoutImages)
{
    ReportRun run;
    EXPECT_EQ(image_section(std::vector{run}), "");
}

}  // namespace
}  // namespace jetsmith::analysis
