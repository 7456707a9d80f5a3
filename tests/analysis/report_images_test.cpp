// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_images.h"

#include <gtest/gtest.h>

#include "tests/support/user_error.h"
#include "tests/support/temp_folder.h"

namespace jetsmith::analysis {
namespace {

ReportImages two_classes()
{
    ReportImages images;
    images.channels = 2, images.height = 2, images.width = 3;
    images.channel_names = {"pt", "multiplicity"};
    images.class_names = {"qcd", "W/Z"};
    images.averages_CHW = {std::vector<float>(12, 0.5f), std::vector<float>(12, 0)};
    for (int i = 0; i < 12; ++i) images.averages_CHW[1][i] = 0.1f * static_cast<float>(i);
    images.best = {std::vector<float>(24, 1e-7f), {}, {0.99, 0.01}, {1, 0}, {5000000000, 7}};
    images.best.images_NCHW[13] = 3.25f;
    return images;
}

TEST(ReportImages, ComeBackAsWritten)
{
    const test::TempFolder folder;
    const auto images = two_classes();
    write_report_images(folder.path() / "report_images.h5", images);
    const auto read = read_report_images(folder.path() / "report_images.h5");
    EXPECT_EQ(read.channels, 2);
    EXPECT_EQ(read.height, 2);
    EXPECT_EQ(read.width, 3);
    EXPECT_EQ(read.channel_names, images.channel_names);
    EXPECT_EQ(read.class_names, images.class_names);
    EXPECT_EQ(read.averages_CHW, images.averages_CHW);
    EXPECT_EQ(read.best.images_NCHW, images.best.images_NCHW);
    EXPECT_EQ(read.best.scores, images.best.scores);
    EXPECT_EQ(read.best.labels, images.best.labels);
    EXPECT_EQ(read.best.source_rows, images.best.source_rows);
    EXPECT_EQ(read.worst.count(), 0);
}

TEST(ReportImages, WrongLengthsAreABugOfTheWriter)
{
    auto images = two_classes();
    images.best.labels.pop_back();
    EXPECT_THROW(images.check(), InternalError);
    images = two_classes();
    images.averages_CHW[0].pop_back();
    EXPECT_THROW(images.check(), InternalError);
}

TEST(ReportImages, OtherFilesAreRefusedByName)
{
    const test::TempFolder folder;
    const auto path = folder.file("report_images.h5", "no HDF5 at all");
    EXPECT_NE(test::user_error([&] { read_report_images(path); }).find("report_images.h5"),
              std::string::npos);
}

}  // namespace
}  // namespace jetsmith::analysis
