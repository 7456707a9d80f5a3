// SPDX-License-Identifier: Apache-2.0
#include "trainers/evaluation_folder.h"

#include <gtest/gtest.h>

#include "analysis/predictions.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

class EvaluationFolder : public testing::Test {
  protected:
    /// Predictions of one row of files with these hashes.
    void evaluated(const fs::path& folder, const std::vector<std::string>& hashes) const
    {
        fs::create_directories(folder);
        analysis::Predictions predictions;
        predictions.table.rows = 1;
        predictions.table.classes = 2;
        predictions.table.scores_NC = {0.25, 0.75};
        predictions.table.source_rows_N = {0};
        predictions.table.class_names = {"qcd", "top"};
        predictions.source_files.assign(hashes.size(), "/data/x.h5");
        predictions.source_hashes = hashes;
        analysis::write_predictions(folder / "predictions.h5", predictions);
    }

    const test::TempFolder folder_;
    const fs::path x_ = folder_.path() / "x", x2_ = folder_.path() / "x_2";
};

TEST_F(EvaluationFolder, TheSameDataComeBackToTheirOwn)
{
    EXPECT_EQ(free_evaluation_folder(x_, {"aa"}), x_) << "there is none";
    evaluated(x_, {"aa"});
    evaluated(x2_, {"bb"});
    EXPECT_EQ(free_evaluation_folder(x_, {"aa"}), x_);
    EXPECT_EQ(free_evaluation_folder(x_, {"bb"}), x2_);
}

TEST_F(EvaluationFolder, OtherDataGetOneOfTheirOwn)
{
    evaluated(x_, {"aa", "bb"});
    EXPECT_EQ(free_evaluation_folder(x_, {"bb", "aa"}), x2_) << "rows in another order";
    EXPECT_EQ(free_evaluation_folder(x_, {"aa"}), x2_);
    evaluated(x2_, {"cc"});
    EXPECT_EQ(free_evaluation_folder(x_, {"aa"}).filename(), "x_3");
}

TEST_F(EvaluationFolder, WhatSaysNothingOfItsDataIsReplaced)
{
    evaluated(x_, {});
    EXPECT_EQ(free_evaluation_folder(x_, {"aa"}), x_);
    folder_.file("x/predictions.h5", "cut off");
    EXPECT_EQ(free_evaluation_folder(x_, {"aa"}), x_);
}

}  // namespace
}  // namespace jetsmith
