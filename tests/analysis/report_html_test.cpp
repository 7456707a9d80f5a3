// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>

#include "analysis/predictions.h"
#include "analysis/report_images.h"
#include "core/atomic_file.h"
#include "tests/support/user_error.h"
#include "tests/support/temp_folder.h"

namespace jetsmith::analysis {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

constexpr auto kMetrics = R"({"format_version": 1, "content": "metrics", "rows": 2000,
"classes": [{"label": 0, "name": "qcd", "rows": 1000}, {"label": 1, "name": "top", "rows": 1000}],
"signal": "top", "taggers": [{"name": "x", "metrics": {
"auc": {"value": 0.97809, "error": 0.00218, "lower_limit": false, "rule": "Mann-Whitney"},
"rejection@0.3": {"value": 196.63, "error": 61.7, "lower_limit": false, "background_rows": 11},
"rejection@0.1": {"value": 333.4, "error": null, "lower_limit": true}}}]})";

constexpr auto kRoc =
    "tagger,signal_efficiency,background_efficiency,background_efficiency_error,rejection,"
    "rejection_error,rejection_is_lower_limit,background_rows,threshold\n"
    "x,0.25,0.001,0.0005,1000,500,0,1,0.9\nx,0.5,0.01,0.003,100,30,0,10,0.5\nx,1,1,0,1,0,0,1000,"
    "0\n";

/// A complete run folder but for images.
void write_run(const fs::path& folder, const std::string& name)
{
    fs::create_directories(folder);
    write_atomically(folder / "metrics.json", kMetrics);
    write_atomically(folder / "roc.csv", kRoc);
    write_atomically(folder / "metadata.json",
                     R"({"name": ")" + name + R"(", "parameters": 609666, "version": "0.1.0"})");
    write_atomically(
        folder / "history.csv",
        "epoch,train_loss,val_loss,val_auc,lr\n1,0.6,0.5,0.9,0.001\n2,0.4,0.45,,0.0005\n");
    write_atomically(folder / "config.yaml", "trainer: {select: auc}\n# a <script> in a comment\n");
    Predictions predictions;
    ScoreTable& table = predictions.table;
    table.name = name, table.rows = 2000, table.classes = 2, table.class_names = {"qcd", "top"};
    for (int64_t i = 0; i < table.rows; ++i) {
        const double score = static_cast<double>(i * 7919 % 2000) / 2000;
        table.scores_NC.insert(table.scores_NC.end(), {1 - score, score});
        table.labels_N.push_back(score + static_cast<double>(i % 5) / 5 > 0.9);
        table.observers["pt"].push_back(500 + static_cast<double>(i % 100));
    }
    write_predictions(folder / "predictions.h5", predictions);
}

/// Attributes by which a browser would load something: all must be inside the page.
void expect_self_contained(const std::string& html)
{
    const std::regex loads(
        "(src|href|xlink:href|action)\\s*=\\s*[\"']([^\"']*)|url\\(([^)]*)|@import");
    for (std::sregex_iterator it(html.begin(), html.end(), loads), end; it != end; ++it) {
        const std::string target = (*it)[2].str() + (*it)[3].str();
        EXPECT_TRUE(target.starts_with("data:") || target.starts_with("#")) << it->str();
    }
    EXPECT_THAT(html, Not(HasSubstr("<script")));
}

int count(const std::string& text, const std::string& part)
{
    int found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

bool gnuplot_is_there()
{
    return fs::exists("/usr/bin/gnuplot") || fs::exists("/usr/local/bin/gnuplot");
}

TEST(Report, HoldsTheNumbersOfTheMetricsAndLoadsNothing)
{
    const test::TempFolder folder;
    write_run(folder.path() / "run", "cnn");
    const std::string html = report_html({folder.path() / "run"});
    expect_self_contained(html);
    EXPECT_THAT(html, HasSubstr("0.9781"));  // rounded to two digits of the error, 0.0022
    EXPECT_THAT(html, HasSubstr("± 0.0022"));
    EXPECT_THAT(html, HasSubstr("197"));
    EXPECT_THAT(html, HasSubstr("± 62"));
    EXPECT_THAT(html, HasSubstr("&gt; 333.4"));
    EXPECT_THAT(html, HasSubstr("609,666"));
    EXPECT_THAT(html, HasSubstr("a &lt;script&gt; in a comment"));
}

TEST(Report, DrawsEveryFigureInThePageAndAsAFile)
{
    if (!gnuplot_is_there()) GTEST_SKIP() << "gnuplot is not on this machine";
    const test::TempFolder folder;
    write_run(folder.path() / "run", "cnn");
    write_report({folder.path() / "run"}, folder.path() / "page.html");
    EXPECT_EQ(count(read_text(folder.path() / "page.html"), "<svg"), 6);
    for (const char* name : {"roc", "scores", "rejection_pt", "loss", "val_auc", "learning_rate"})
        EXPECT_THAT(read_text(folder.path() / "run/plots" / (std::string(name) + ".svg")),
                    HasSubstr("</svg>"));
}

TEST(Report, EscapesNamesOfRuns)
{
    const test::TempFolder folder;
    write_run(folder.path() / "a", "it's <b>bold</b> & `id`");
    write_run(folder.path() / "b", "plain");
    const std::string html = report_html({folder.path() / "a", folder.path() / "b"});
    EXPECT_THAT(html, Not(HasSubstr("<b>")));
    EXPECT_THAT(html, HasSubstr("&lt;b&gt;bold&lt;/b&gt; &amp; `id`"));
    EXPECT_THAT(html, HasSubstr("plain"));
    expect_self_contained(html);
}

TEST(Report, RunsOfOneNameAreToldApartByTheirFolders)
{
    const test::TempFolder folder;
    write_run(folder.path() / "first", "cnn");
    write_run(folder.path() / "second", "cnn");
    const std::string html = report_html({folder.path() / "first", folder.path() / "second"});
    EXPECT_THAT(html, HasSubstr("<td>cnn (first)</td>"));
    EXPECT_THAT(html, HasSubstr("<td>cnn (second)</td>"));
}

TEST(Report, LeavesOutWhatIsMissingOrDamaged)
{
    const test::TempFolder folder;
    folder.file("run/history.csv", "epoch,train_loss\n1,0.5\n");
    folder.file("run/metrics.json", "{ no JSON");
    const std::string html = report_html({folder.path() / "run"});
    EXPECT_THAT(html, HasSubstr("</html>"));
    EXPECT_THAT(html, Not(HasSubstr("ROC and scores")));
    EXPECT_THAT(html, Not(HasSubstr("AUC")));
}

TEST(Report, ShowsConfusionAndImagesOfThreeClasses)
{
    const test::TempFolder folder;
    folder.file("run/metrics.json", R"({"classes": [{"label": 0, "name": "qcd", "rows": 10},
{"label": 1, "name": "W", "rows": 10}, {"label": 2, "name": "top", "rows": 10}], "taggers": [
{"name": "x", "metrics": {}, "confusion": {"rows": [[9, 1, 0], [2, 8, 0], [0, 3, 7]],
"shares": [[0.9, 0.1, 0], [0.2, 0.8, 0], [0, 0.3, null]]}}]})");
    ReportImages images;
    images.height = images.width = 2, images.class_names = {"qcd", "W", "top"};
    images.averages_CHW = {{0, 1, 2, 3}, {0, 0, 0, 0}, {1, 1, 1, 1}};
    images.worst = {{1, 0, 0, 0}, {}, {0.987}, {2}, {1234}};
    write_report_images(folder.path() / "run/report_images.h5", images);
    const std::string html = report_html({folder.path() / "run"});
    expect_self_contained(html);
    EXPECT_THAT(html, HasSubstr("title=\"9 rows\">90.0</td>"));
    EXPECT_THAT(html, HasSubstr("<td>–</td>"));
    EXPECT_EQ(count(html, "<img"), 4);
    EXPECT_THAT(html, HasSubstr("top, score 0.9870, row 1234"));
    EXPECT_THAT(html, Not(HasSubstr("Surest right decisions")));
}

TEST(Report, OmitsSectionsOfMetricsThatAreNoneOfOurs)
{
    const test::TempFolder folder;
    folder.file("run/metrics.json",
                R"({"classes": [1, 2, 3], "taggers": [{"metrics": {"auc": 1}}]})");
    folder.file("run/config.yaml", "seed: 1");
    EXPECT_THAT(report_html({folder.path() / "run"}), HasSubstr("seed: 1"));
}

TEST(Report, IsWrittenWithoutGnuplot)
{
    const test::TempFolder folder;
    write_run(folder.path() / "run", "cnn");
    const char* path = std::getenv("PATH");
    const std::string before = path ? path : "/usr/bin:/bin";
    ::setenv("PATH", folder.path().c_str(), 1);
    const std::string html = report_html({folder.path() / "run"});
    ::setenv("PATH", before.c_str(), 1);
    EXPECT_THAT(html, HasSubstr("0.9781"));
    EXPECT_THAT(html, Not(HasSubstr("<svg")));
    EXPECT_THAT(html, Not(HasSubstr("<h2>Training</h2>")));
}

TEST(Report, RefusesFoldersThatHoldNoRun)
{
    const test::TempFolder folder;
    EXPECT_THAT(test::user_error([&] { report_html({folder.path() / "none"}); }),
                HasSubstr("is no folder"));
    EXPECT_THAT(test::user_error([&] { report_html({folder.path()}); }),
                HasSubstr("holds nothing of a run"));
}

}  // namespace
}  // namespace jetsmith::analysis
