// SPDX-License-Identifier: Apache-2.0
#include "analysis/run_table.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/analysis/toy_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/temp_hdf5.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

using test::kRows;
using test::predictions_of;
using test::scores_of;
using test::TempFolder;
using test::user_error;
using test::write_run;
using testing::HasSubstr;

/// The published file: the toy's rows in file order, with one tagger in two runs.
std::filesystem::path write_published(const TempFolder& folder, int64_t changed_label = -1)
{
    const auto path = folder.path() / "published.h5";
    test::Hdf5Writer file(path);
    std::vector<uint8_t> labels = scores_of(0).signal;
    if (changed_label >= 0) labels[changed_label] ^= 1;
    file.dataset<uint8_t>("is_signal_new", labels, {kRows});
    file.dataset<double>("Net/run0", scores_of(50).scores, {kRows});
    file.dataset<double>("Net/run1", scores_of(51).scores, {kRows});
    return path;
}

double brute_auc(uint32_t seed)
{
    return test::pair_auc(scores_of(seed), std::vector<double>(kRows, 1.0));
}

TEST(RunTable, ShowsARunWithItsErrorsParametersAndRate)
{
    const TempFolder folder;
    const auto run = write_run(folder, "cnn", "a", predictions_of(scores_of(1)));
    const auto comparison = compare_runs({run}, TableOptions());
    ASSERT_EQ(comparison.rows.size(), 1U);
    EXPECT_EQ(comparison.signal_efficiencies, std::vector<double>{0.4}) << "of the run's config";
    EXPECT_NEAR(comparison.rows[0].auc.value, brute_auc(1), 1e-4);
    EXPECT_NEAR(comparison.rows[0].rejections[0].value,
                1 / test::first_crossing(scores_of(1), std::vector<double>(kRows, 1.0), 0.4).background,
                1e-6);
    const auto text = run_table_text({run});
    EXPECT_THAT(text, HasSubstr("609,666"));
    EXPECT_THAT(text, HasSubstr("261 rows/s"));
    EXPECT_THAT(text, HasSubstr("1/eps_B(0.4)"));
    EXPECT_THAT(text, HasSubstr("first reaches eps_S"));
}

TEST(RunTable, RunsOfOneGroupBecomeOneLineWithSpreadAndEnsembles)
{
    const TempFolder folder;
    std::vector<std::filesystem::path> runs;
    std::vector<double> aucs;
    for (uint32_t seed = 1; seed <= 3; ++seed) {
        runs.push_back(write_run(folder, "cnn", "a", predictions_of(scores_of(seed))));
        aucs.push_back(brute_auc(seed));
    }
    runs.push_back(write_run(folder, "cnn", "b", predictions_of(scores_of(9))));
    const auto comparison = compare_runs(runs, TableOptions());
    ASSERT_EQ(comparison.rows.size(), 2U);
    EXPECT_EQ(comparison.rows[0].runs.size(), 3U);
    EXPECT_EQ(comparison.rows[1].name, "cnn (2)");
    std::sort(aucs.begin(), aucs.end());
    EXPECT_NEAR(comparison.rows[0].auc.value, aucs[1], 1e-4);
    ASSERT_EQ(comparison.rows[0].ensembles.size(), 2U);
    EXPECT_EQ(comparison.rows[0].ensembles[0].combinations, 3);
    EXPECT_GT(comparison.rows[0].ensembles[0].auc.median, aucs[2]) << "averages beat single runs";
    EXPECT_TRUE(comparison.rows[1].ensembles.empty());
}

TEST(RunTable, TheMedianOfLowerLimitsIsMarkedAsOne)
{
    const TempFolder folder;
    auto perfect = scores_of(1);
    for (size_t row = 0; row < kRows; ++row) perfect.scores[row] = perfect.signal[row] ? 0.9 : 0.1;
    std::vector<std::filesystem::path> runs;
    for (int run = 0; run < 3; ++run)
        runs.push_back(write_run(folder, "cnn", "a",
                                 predictions_of(run == 0 ? scores_of(1) : perfect)));
    runs.push_back(write_run(folder, "other", "b", predictions_of(scores_of(2))));
    const auto comparison = compare_runs(runs, TableOptions());
    const auto& figure = comparison.rows[0].rejections[0];
    EXPECT_TRUE(figure.lower_limit);
    EXPECT_TRUE(std::isnan(figure.error));
    const auto text = format_table(comparison, "text");
    EXPECT_THAT(text, HasSubstr(" > "));
    EXPECT_THAT(text, HasSubstr("95 % lower limit"));
    EXPECT_TRUE(table_json(comparison)["rows"][0]["rejections"][0]["lower_limit"]);
    for (const auto& ensemble : comparison.rows[0].ensembles)
        EXPECT_TRUE(ensemble.rejections[0].lower_limit);
    EXPECT_TRUE(std::isnan(comparison.rows[1].rejection_differences[0].value))
        << "no difference to a limit";
    EXPECT_FALSE(std::isnan(comparison.rows[1].auc_difference->value));
}

TEST(RunTable, PublishedScoresAreMatchedBySourceRow)
{
    const TempFolder folder;
    auto p = predictions_of(scores_of(1));
    // Our run saw 200 of the rows, in another order.
    std::vector<int64_t> chosen(kRows);
    for (int i = 0; i < kRows; ++i) chosen[i] = i;
    std::shuffle(chosen.begin(), chosen.end(), std::mt19937(4));
    chosen.resize(200);
    Predictions subset;
    subset.table.rows = 200;
    subset.table.classes = 2;
    test::Toy expected;
    for (const int64_t row : chosen) {
        subset.table.scores_NC.push_back(p.table.score(row, 0));
        subset.table.scores_NC.push_back(p.table.score(row, 1));
        subset.table.labels_N.push_back(p.table.labels_N[row]);
        subset.table.source_rows_N.push_back(row);
        expected.scores.push_back(scores_of(50).scores[row]);
        expected.signal.push_back(scores_of(50).signal[row]);
    }
    TableOptions options;
    options.published = parse_published({write_published(folder).string() + ":Net/run0"});
    const auto comparison = compare_runs({write_run(folder, "cnn", "a", subset)}, options);
    ASSERT_EQ(comparison.rows.size(), 2U);
    EXPECT_EQ(comparison.rows[1].name, "Net/run0");
    EXPECT_NEAR(comparison.rows[1].auc.value,
                test::pair_auc(expected, std::vector<double>(200, 1.0)), 1e-12);
}

TEST(RunTable, RefusesPublishedScoresWhoseLabelDiffersInOneRow)
{
    const TempFolder folder;
    TableOptions options;
    options.published = parse_published({write_published(folder, 123).string() + ":Net/run0"});
    const auto run = write_run(folder, "cnn", "a", predictions_of(scores_of(1)));
    EXPECT_THAT(user_error([&] { compare_runs({run}, options); }),
                HasSubstr("published.h5: the label of row 123 is"));
}

TEST(RunTable, RefusesRowsThatCannotBeMatched)
{
    const TempFolder folder;
    TableOptions options;
    options.published = parse_published({write_published(folder).string() + ":Net/run0"});
    auto p = predictions_of(scores_of(1));
    const auto says = [&](const Predictions& predictions) {
        const auto run = write_run(folder, "cnn", "a", predictions);
        return user_error([&] { compare_runs({run}, options); });
    };
    p.table.source_rows_N[7] = kRows;
    EXPECT_THAT(says(p), HasSubstr("row 400 of the evaluated file lies beyond its 400 rows"));
    p = predictions_of(scores_of(1));
    p.source_file_N.assign(kRows, 0);
    p.source_file_N[5] = 1;
    EXPECT_THAT(says(p), HasSubstr("come from several files"));
    p = predictions_of(scores_of(1));
    p.table.source_rows_N.clear();
    EXPECT_THAT(says(p), HasSubstr("have no source rows"));
    options.published = parse_published({folder.path() / "published.h5:Net/run7"});
    EXPECT_THAT(says(predictions_of(scores_of(1))), HasSubstr("Did you mean 'Net/run0'?"));
    EXPECT_THAT(user_error([&] { parse_published({"Net/run0"}); }), HasSubstr("names no file"));
}

TEST(RunTable, PairedDifferencesAreSmallerThanUnpairedOnes)
{
    const TempFolder folder;
    TableOptions options;
    options.bootstrap = 400;
    options.published =
        parse_published({write_published(folder).string() + ":Net/*", "Net/run0", "Net/run1"});
    const auto run = write_run(folder, "cnn", "a", predictions_of(scores_of(1)));
    const auto comparison = compare_runs({run}, options);
    ASSERT_EQ(comparison.rows.size(), 4U);
    EXPECT_EQ(comparison.rows[1].runs.size(), 2U) << "the star gathers runs";
    EXPECT_FALSE(comparison.rows[0].auc_difference);
    for (const size_t i : {2, 3}) {
        const auto& row = comparison.rows[i];
        ASSERT_TRUE(row.auc_difference);
        EXPECT_NEAR(row.auc_difference->value, row.auc.value - comparison.rows[0].auc.value, 1e-12);
        const double unpaired = std::hypot(row.auc.error, comparison.rows[0].auc.error);
        EXPECT_LT(row.auc_difference->error, 0.9 * unpaired);
        EXPECT_GT(row.auc_difference->error, 0.2 * unpaired);
    }
}

TEST(RunTable, OtherJetsGetNoDifference)
{
    const TempFolder folder;
    auto other = predictions_of(scores_of(2));
    other.table.observers["pt"] = std::vector<double>(kRows, 1.0);
    auto first = predictions_of(scores_of(1));
    first.table.observers["pt"] = std::vector<double>(kRows, 2.0);
    const auto comparison = compare_runs({write_run(folder, "cnn", "a", first),
                                          write_run(folder, "dnn", "b", other)},
                                         TableOptions());
    EXPECT_FALSE(comparison.rows[1].auc_difference);
    EXPECT_THAT(comparison.notes.front(), HasSubstr("dnn: no difference"));
}

TEST(RunTable, EveryFormatHoldsTheSameNumbers)
{
    const TempFolder folder;
    TableOptions options;
    options.published = parse_published({write_published(folder).string() + ":Net/run0"});
    const auto run = write_run(folder, "cnn", "a", predictions_of(scores_of(1)));
    const auto comparison = compare_runs({run}, options);
    const auto auc = with_error(comparison.rows[1].auc.value, comparison.rows[1].auc.error);
    EXPECT_THAT(format_table(comparison, "text"), HasSubstr(auc));
    EXPECT_THAT(format_table(comparison, "md"), HasSubstr("| Net/run0"));
    EXPECT_THAT(format_table(comparison, "tex"), HasSubstr("$\\pm$"));
    const auto json = nlohmann::json::parse(format_table(comparison, "json"));
    EXPECT_EQ(json["format_version"], 1);
    EXPECT_EQ(json["rows"][1]["auc"]["value"], comparison.rows[1].auc.value);
    EXPECT_EQ(json["rows"][1]["difference"]["to"], "cnn");
    EXPECT_TRUE(json["rows"][1]["parameters"].is_null());
    const auto csv = format_table(comparison, "csv");
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3);
    EXPECT_THAT(user_error([&] { format_table(comparison, "latex"); }), HasSubstr("'tex'"));
}

TEST(RunTable, SaysWhatIsMissingInAFolder)
{
    const TempFolder folder;
    EXPECT_THAT(user_error([&] { read_run(folder.path() / "none"); }), HasSubstr("is no folder"));
    EXPECT_THAT(user_error([&] { read_run(folder.path()); }), HasSubstr("metadata.json is missing"));
    folder.file("half/metadata.json", "{\"name\": \"x\"}");
    EXPECT_THAT(user_error([&] { read_run(folder.path() / "half"); }),
                HasSubstr("has no predictions.h5"));
    folder.file("bad/metadata.json", "{");
    EXPECT_THAT(user_error([&] { read_run(folder.path() / "bad"); }),
                HasSubstr("metadata.json: is damaged"));
}

TEST(RunTable, TakesAnEvaluationOfARunOnOtherData)
{
    const TempFolder folder;
    const auto run = write_run(folder, "cnn", "a", predictions_of(scores_of(1)));
    std::filesystem::create_directories(run / "evaluations/other");
    write_predictions(run / "evaluations/other/predictions.h5", predictions_of(scores_of(2)));
    const auto record = read_run(run / "evaluations/other");
    EXPECT_EQ(record.name, "cnn");
    EXPECT_NEAR(compare_runs({run / "evaluations/other"}, TableOptions()).rows[0].auc.value,
                brute_auc(2), 1e-4);
    const auto both = compare_runs({run, run / "evaluations/other"}, TableOptions());
    ASSERT_EQ(both.rows.size(), 2U) << "other rows are no further run of the model";
    EXPECT_EQ(both.rows[0].name, "cnn");
    EXPECT_EQ(both.rows[1].name, "cnn on other");
    EXPECT_NEAR(both.rows[0].auc.value, brute_auc(1), 1e-4);
}

}  // namespace
}  // namespace jetsmith::analysis
