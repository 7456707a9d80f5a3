// SPDX-License-Identifier: Apache-2.0
#include "trainers/score_images.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "analysis/report_images.h"
#include "core/config.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

/// Rows 0 to first_class - 1 are of class 0 with every pixel 1, the rest of class 1 with 3.
EventStore ordered_store(int64_t rows, int64_t first_class)
{
    EventStore store;
    store.rows = rows;
    store.class_names = {"qcd", "top"};
    store.labels_B = at::arange(rows, at::kLong).ge(first_class).to(at::kLong);
    store.dense["images"] = store.labels_B.to(at::kFloat)
                                .mul(2)
                                .add(1)
                                .view({rows, 1, 1})
                                .expand({rows, 2, 2})
                                .contiguous();
    store.weights_B = at::full({rows}, 1, at::kDouble);
    store.source_rows_B = at::arange(rows, at::kLong);
    store.source_files_B = at::zeros({rows}, at::kInt);
    return store;
}

/// Probability of the true class 0.6 + row / (10 rows); every tenth row of a class is wrong.
ScoreTable table_of(const EventStore& store)
{
    ScoreTable table;
    table.rows = store.rows;
    table.classes = 2;
    for (int64_t row = 0; row < store.rows; ++row) {
        const int64_t label = store.labels_B[row].item<int64_t>();
        const double sure =
            0.6 + static_cast<double>(row) / (10.0 * static_cast<double>(store.rows));
        const double of_top = (label == 1) == (row % 10 != 0) ? sure : 1 - sure;
        table.scores_NC.insert(table.scores_NC.end(), {1 - of_top, of_top});
        table.labels_N.push_back(label);
        table.source_rows_N.push_back(row);
    }
    return table;
}

analysis::ReportImages images_of(int64_t rows, int64_t first_class)
{
    Config config(parse_yaml("type: image\n", "test"), "inputs", "test");
    const auto input = Registry<Input>::make(config);
    ResidentFeed rows_of_file(ordered_store(rows, first_class));
    const test::TempFolder folder;
    write_score_images(folder.path() / "images.h5", nullptr, *input, rows_of_file,
                       table_of(rows_of_file.index()));
    return analysis::read_report_images(folder.path() / "images.h5");
}

/// Makes a quarter of every image.
class Quarter final : public Model {
  public:
    Prediction forward(const Batch& batch) override
    {
        return {.reconstruction = batch.images_BCHW.mul(0.25)};
    }
};

TEST(ScoreImages, OfAModelThatReconstructsShowOutputsAndWhatIsLeft)
{
    Config config(parse_yaml("type: image\n", "test"), "inputs", "test");
    const auto input = Registry<Input>::make(config);
    const auto store = ordered_store(100, 50);
    ScoreTable table = table_of(store);
    table.classes = 1, table.probabilities = false;
    table.scores_NC.clear();
    for (int64_t row = 0; row < 100; ++row) table.scores_NC.push_back(static_cast<double>(row));
    Quarter model;
    const test::TempFolder folder;
    ResidentFeed rows(store);
    write_score_images(folder.path() / "images.h5", &model, *input, rows, table);
    const auto images = analysis::read_report_images(folder.path() / "images.h5");
    ASSERT_TRUE(images.reconstructed());
    EXPECT_FLOAT_EQ(images.averages_CHW[1][0], 3);
    EXPECT_FLOAT_EQ(images.output_averages_CHW[1][0], 0.75);
    EXPECT_FLOAT_EQ(images.residual_averages_CHW[1][0], 2.25);
    EXPECT_EQ(images.best.source_rows, (std::vector<int64_t>{0, 1, 2, 3, 50, 51, 52, 53}));
    EXPECT_EQ(images.worst.source_rows, (std::vector<int64_t>{49, 48, 47, 46, 99, 98, 97, 96}));
    EXPECT_FLOAT_EQ(images.best.outputs_NCHW.back(), 0.75);
    EXPECT_TRUE(model.is_training()) << "left as it was found";
}

TEST(ScoreImages, EveryClassOfALongOrderedFileHasItsAverage)
{
    const auto images = images_of(25'000, 20'000);  // more rows than are averaged
    ASSERT_EQ(images.averages_CHW.size(), 2);
    for (const float pixel : images.averages_CHW[0]) EXPECT_FLOAT_EQ(pixel, 1);
    for (const float pixel : images.averages_CHW[1]) EXPECT_FLOAT_EQ(pixel, 3);
}

TEST(ScoreImages, TheSurestOfEachClassAreShown)
{
    const auto images = images_of(100, 50);
    EXPECT_EQ(images.best.source_rows, (std::vector<int64_t>{49, 48, 47, 46, 99, 98, 97, 96}));
    EXPECT_EQ(images.worst.source_rows, (std::vector<int64_t>{40, 30, 20, 10, 90, 80, 70, 60}));
    EXPECT_EQ(images.best.labels, (std::vector<int64_t>{0, 0, 0, 0, 1, 1, 1, 1}));
}

TEST(ScoreImages, OfSeveralClassesTheScoreIsThatOfTheTrueOne)
{
    auto store = ordered_store(90, 45);
    store.class_names = {"gluon", "W", "top"};
    ScoreTable table;
    table.rows = store.rows;
    table.classes = 3;
    for (int64_t row = 0; row < store.rows; ++row) {
        table.labels_N.push_back(store.labels_B[row].item<int64_t>());  // gluon or W
        table.source_rows_N.push_back(row);
        table.scores_NC.insert(table.scores_NC.end(), {0.25, 0.625, 0.125});
    }
    Config config(parse_yaml("type: image\n", "test"), "inputs", "test");
    const auto input = Registry<Input>::make(config);
    const test::TempFolder folder;
    ResidentFeed rows(store);
    write_score_images(folder.path() / "images.h5", nullptr, *input, rows, table);
    const auto images = analysis::read_report_images(folder.path() / "images.h5");
    ASSERT_GT(images.worst.count() + images.best.count(), 0);
    for (const auto* jets : {&images.best, &images.worst})
        for (size_t i = 0; i < jets->labels.size(); ++i)
            EXPECT_NEAR(jets->scores[i], jets->labels[i] == 0 ? 0.25 : 0.625, 1e-6);
}

}  // namespace
}  // namespace jetsmith
