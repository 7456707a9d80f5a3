// SPDX-License-Identifier: Apache-2.0
#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "inputs/feature_ranges.h"
#include "inputs/feature_statistics.h"
#include "inputs/input.h"
#include "tests/support/fit_input.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_events.h"
#include "tests/support/toy_files.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<Input> make_input(const std::string& yaml)
{
    Config config(parse_yaml("type: flat_features\n" + yaml, "run.yaml"), "inputs", "a test");
    return Registry<Input>::make(config);
}

/// met 20, 40, 60; first jet 50, none, 80; weights 100, -2, 3.
class FlatFeatures : public ::testing::Test {
  protected:
    FlatFeatures()
    {
        const auto path = folder.path() / "events.h5";
        test::write_three_events(path);
        store = test::reader_from("type: events\nclasses: [a, b]\nweights: weight\ntrain: " +
                                  path.string())
                    ->read(Split::train);
    }
    at::Tensor made(const Input& input, const EventStore& from) const
    {
        return input.make(from, at::arange(from.rows, at::kLong), std::nullopt, at::kFloat)
            .features_BF;
    }

    test::TempFolder folder;
    EventStore store;
};

TEST_F(FlatFeatures, ColumnsAndExpressionsComeInTheOrderOfTheConfig)
{
    const auto input = make_input(
        "columns: [met, 'jets[0:2].pt', log(met)]\nstandardise: false\nfill: -1");
    EXPECT_EQ(input->shape(store).features, 4);
    const auto expected = at::tensor({20.0, 50.0, 30.0, std::log(20.0), 40.0, -1.0, -1.0,
                                      std::log(40.0), 60.0, 80.0, -1.0, std::log(60.0)},
                                     at::kFloat)
                              .view({3, 4});
    EXPECT_TRUE(at::allclose(made(*input, store), expected, 1e-6, 0));
    EXPECT_FALSE(input->learns());
    const auto batch = input->make(store, at::tensor({2, 0}, at::kLong), std::nullopt, at::kFloat);
    EXPECT_THAT(test::integers(batch.labels_B), ElementsAre(1, 0));
    EXPECT_EQ(batch.weights_B[1].item<float>(), 100);
    EXPECT_EQ(batch.features_BF[0][0].item<float>(), 60);
}

TEST_F(FlatFeatures, StatisticsHaveTheWeightsOfTheLossAndLeaveMissingObjectsOut)
{
    const auto input = make_input("columns: [met, 'jets[0].pt']\nfill: 0.25");
    test::fit(*input, store, {0.5, 2});
    // Weights 50, -4, 6 of met 20, 40, 60; weights 50, 6 of pT 50, 80.
    const double sum = 52, mean = (50 * 20 - 4 * 40 + 6 * 60) / sum;
    const double variance = (50 * 400.0 - 4 * 1600 + 6 * 3600) / sum - mean * mean;
    const double mean_pt = (50 * 50 + 6 * 80) / 56.0;
    const double variance_pt = (50 * 2500 + 6 * 6400) / 56.0 - mean_pt * mean_pt;
    const auto out = made(*input, store);
    EXPECT_NEAR(out[1][0].item<double>(), (40 - mean) / std::sqrt(variance), 1e-5);
    EXPECT_NEAR(out[2][1].item<double>(), (80 - mean_pt) / std::sqrt(variance_pt), 1e-5);
    EXPECT_EQ(out[1][1].item<float>(), 0.25F);
}

TEST_F(FlatFeatures, TheStateMakesTheSameFeaturesAndMustFit)
{
    const std::string yaml = "columns: [met, 'jets[0].eta']";
    const auto input = make_input(yaml), again = make_input(yaml);
    test::fit(*input, store);
    again->load_state(input->state());
    EXPECT_TRUE(made(*again, store).equal(made(*input, store)));
    EXPECT_THAT(test::user_error([&] { make_input("columns: [met]")->load_state(input->state()); }),
                HasSubstr("is of 2 features (wanted 1)"));
    EXPECT_THAT(test::user_error([&] { make_input(yaml)->load_state({}); }),
                HasSubstr("holds 0 tables; 2 are wanted"));
}

TEST_F(FlatFeatures, MistakesNameTheKeyTheExpressionAndTheRow)
{
    const auto error = [&](const std::string& columns) {
        return test::user_error([&] {
            const auto input = make_input("columns: " + columns);
            input->shape(store);
            test::fit(*input, store);
        });
    };
    EXPECT_THAT(error("[mett]"), HasSubstr("inputs.columns: 'mett' was not found in the "
                                           "data. Did you mean 'met'?"));
    EXPECT_THAT(error("['jets[3:3].pt']"), HasSubstr("'[3:3]' of 'jets[3:3].pt' is empty"));
    EXPECT_THAT(error("[met +]"), HasSubstr("inputs.columns: a number, a column or '(' is wanted"));
    EXPECT_THAT(error("[]"), HasSubstr("names no column"));
}

TEST_F(FlatFeatures, RowsWhoseFeaturesAreNoNumbersAreNotedAndMissingObjectsAreNot)
{
    const auto faults = [&](const std::string& columns) {
        RowFaults noted;
        make_input("columns: " + columns)->judge(store, noted);
        return noted;
    };
    EXPECT_TRUE(faults("[met, 'jets[0].pt', 'jets[1].btag']").empty());
    const RowFaults noted = faults("[met, log(met - 40)]");  // met - 40 is -20, 0, 20
    ASSERT_EQ(noted.size(), 2U);
    EXPECT_THAT(noted.at(0).message, HasSubstr("'log(met - 40)' is NaN"));
    EXPECT_THAT(noted.at(1).message, HasSubstr("'log(met - 40)' is infinite"));
    EXPECT_THAT(noted.at(1).message, HasSubstr("Change the expression, or set data.on_bad_row"));
    EXPECT_EQ(noted.at(1).reason, "NaN or infinity in 'log(met - 40)'");
}

TEST(FeatureRanges, StandForOneFeatureEach)
{
    using inputs::expand_ranges;
    EXPECT_THAT(expand_ranges("met", "here"), ElementsAre("met"));
    EXPECT_THAT(expand_ranges("jets[1:3].pt / jets[0].pt", "here"),
                ElementsAre("jets[1].pt / jets[0].pt", "jets[2].pt / jets[0].pt"));
    EXPECT_THAT(expand_ranges("jets[0:2].pt * cos(jets[0:2].phi)", "here"),
                ElementsAre("jets[0].pt * cos(jets[0].phi)", "jets[1].pt * cos(jets[1].phi)"));
    EXPECT_THAT(test::user_error([] { expand_ranges("a[0:2].b + c[0:3].d", "here"); }),
                HasSubstr("has two ranges, [0:2] and [0:3]"));
}

TEST(FeatureStatistics, WithoutPositiveVarianceTheSizesOfTheWeightsCount)
{
    const auto values = at::tensor({1.0, 2.0, 3.0}, at::kFloat).view({3, 1});
    auto rows = test::rows_of_weight(at::tensor({1.0, -5.0, 1.0}, at::kDouble));
    const auto found = inputs::feature_statistics(
        rows, {}, [&](const RowPiece& piece) { return values.index_select(0, piece.rows_B); });
    EXPECT_DOUBLE_EQ(found.mean_F.item<double>(), 2);
    EXPECT_DOUBLE_EQ(found.deviation_F.item<double>(), std::sqrt(2.0 / 7));
}

TEST(FeatureStatistics, AConstantFeatureIsOnlyShifted)
{
    const auto values = at::full({20000, 1}, 0.1F);
    auto rows = test::rows_of_weight(at::full({20000}, 1.3, at::kDouble));
    const auto found = inputs::feature_statistics(
        rows, {}, [&](const RowPiece& piece) { return values.index_select(0, piece.rows_B); });
    EXPECT_FLOAT_EQ(found.mean_F.item<float>(), 0.1F);
    EXPECT_EQ(found.deviation_F.item<double>(), 1);
}

}  // namespace
}  // namespace jetsmith
