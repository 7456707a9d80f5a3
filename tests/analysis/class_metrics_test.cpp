// SPDX-License-Identifier: Apache-2.0
// The registered metrics on two and more classes, through the interface the trainer uses.
#include <gmock/gmock.h>

#include <cmath>

#include "analysis/class_questions.h"
#include "analysis/confusion_matrix.h"
#include "tests/analysis/brute_force.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

using test::user_error;
using testing::HasSubstr;

ScoreTable binary_table(std::vector<double> scores, std::vector<int64_t> labels)
{
    ScoreTable table;
    table.name = "toy";
    table.rows = static_cast<int64_t>(scores.size());
    table.classes = 1;
    table.scores_NC = std::move(scores);
    table.labels_N = std::move(labels);
    return table;
}

/// Three classes, seven rows; rows sum to 1.
ScoreTable three_classes()
{
    ScoreTable table;
    table.name = "toy";
    table.rows = 7;
    table.classes = 3;
    table.class_names = {"qcd", "w", "top"};
    table.scores_NC = {0.7, 0.2, 0.1, 0.3, 0.4, 0.3, 0.6, 0.1, 0.3, 0.2, 0.5, 0.3,
                       0.5, 0.3, 0.2, 0.1, 0.2, 0.7, 0.2, 0.5, 0.3};
    table.labels_N = {0, 0, 0, 1, 1, 2, 2};
    return table;
}

Measured named(const std::vector<Measured>& all, const std::string& name)
{
    for (const auto& measured : all)
        if (measured.name == name) return measured;
    ADD_FAILURE() << "no metric called " << name;
    return {};
}

std::vector<Measured> values(const std::string& metric, const ScoreTable& table,
                             const EvaluateOptions& options = {})
{
    Config config(parse_yaml("type: " + metric, "test"), "", "");
    return Registry<Metric>::make(config)->values(table, options);
}

TEST(Metrics, OfTwoClassColumnsEqualThoseOfTheSignalColumnAlone)
{
    const auto t = test::toy(200, 10, 1);
    ScoreTable one = binary_table({}, {}), two = one;
    one.rows = two.rows = 200;
    two.classes = 2;
    for (int i = 0; i < 200; ++i) {
        const double p = 1 / (1 + std::exp(-t.scores[i]));
        one.scores_NC.push_back(p);
        two.scores_NC.insert(two.scores_NC.end(), {1 - p, p});
        one.labels_N.push_back(t.signal[i]);
    }
    two.labels_N = one.labels_N;
    for (const auto* metric : {"auc", "accuracy", "rejection", "log_loss"}) {
        const auto first = values(metric, one), second = values(metric, two);
        ASSERT_EQ(first.size(), second.size());
        for (size_t i = 0; i < first.size(); ++i)
            EXPECT_NEAR(first[i].value, second[i].value, 1e-9 * first[i].value) << first[i].name;
    }
}

TEST(Metrics, NamingTheBackgroundAsSignalTurnsTheQuestion)
{
    const auto table = binary_table({0.9, 0.2, 0.4, 0.1}, {1, 1, 0, 0});
    EvaluateOptions options;
    options.signal = "0";
    EXPECT_EQ(values("auc", table)[0].value, 0.75);
    EXPECT_EQ(values("auc", table, options)[0].value, 0.75) << "both scale and signal turn";
}

TEST(ScoreTable, ClassesWithoutNamesAreNamedByWhatTheyAre)
{
    ScoreTable table;
    table.classes = 1;
    EXPECT_EQ(table.class_name(0), "background");
    EXPECT_EQ(table.class_name(1), "signal");
    table.classes = 3;
    EXPECT_EQ(table.class_name(2), "class 2");
    table.class_names = {"qcd", "w", "top"};
    EXPECT_EQ(table.class_name(2), "top");
}

TEST(EvaluateOptions, ASignalWithoutANameIsChosenByItsNumber)
{
    ScoreTable table;
    table.classes = 3;
    EvaluateOptions options;
    for (const char* signal : {"2", "class 2"}) {
        options.signal = signal;
        EXPECT_EQ(options.signal_label(table), 2) << signal;
    }
    table.class_names = {"qcd", "w", "top"};
    options.signal = "2";
    EXPECT_THAT(test::user_error([&] { options.signal_label(table); }),
                testing::HasSubstr("qcd, w and top wanted"));
}

TEST(Metrics, AucOfThreeClassesHasMeanRestAndPairs)
{
    const auto all = values("auc", three_classes());
    EXPECT_EQ(all.front().name, "auc");
    // Rest: p_top of tops 0.7 0.3 against 0.1 0.3 0.3 0.3 0.2: 5 + (1 + 3 / 2 + 1) wins of 10.
    EXPECT_NEAR(named(all, "auc[top]").value, (5 + 2 + 1.5) / 10, 1e-12);
    // Pair w against qcd, p_qcd / (p_qcd + p_w): 7/9, 3/7, 6/7 against 2/7, 5/8: 2 + 1 + 2 of 6.
    EXPECT_NEAR(named(all, "auc[qcd|w]").value, 5.0 / 6, 1e-12);
    const double mean = (named(all, "auc[qcd|w]").value + named(all, "auc[qcd|top]").value +
                         named(all, "auc[w|top]").value) /
                        3;
    EXPECT_NEAR(all.front().value, mean, 1e-12);
}

TEST(Metrics, RejectionNamesClassAndEfficiencyAndCountsRows)
{
    EvaluateOptions options;
    options.signal_efficiencies = {0.5, 1.0};
    auto all = values("rejection", three_classes(), options);
    EXPECT_EQ(all.size(), 6U);
    EXPECT_TRUE(named(all, "rejection[top]@0.5").lower_limit);
    EXPECT_EQ(named(all, "rejection[top]@1").value, 5.0 / 3);
    EXPECT_EQ(named(all, "rejection[top]@1").details.at("background_rows"), 3);
    options.signal = "top";
    all = values("rejection", three_classes(), options);
    EXPECT_EQ(all.size(), 6U) << "top against rest, qcd and w at two efficiencies";
    // top against qcd, p_top / (p_top + p_qcd): 7/8 and 3/5 against 1/8, 1/2 and 1/3.
    EXPECT_EQ(named(all, "rejection[top|qcd]@1").details.at("background_rows"), 0);
}

TEST(Metrics, ClassesWithoutRowsAreLeftOut)
{
    auto table = three_classes();
    table.labels_N = {0, 0, 0, 1, 1, 1, 1};
    const auto all = values("auc", table);
    EXPECT_EQ(all.size(), 4U) << "mean, qcd, w, qcd against w";
}

TEST(Metrics, ConfusionMatrixAndAccuracyCountDecisions)
{
    auto table = three_classes();  // decided: 0 1 0 1 0 2 1
    const auto matrix = confusion_matrix(table);
    EXPECT_EQ(matrix.rows_CC, (std::vector<int64_t>{2, 1, 0, 1, 1, 0, 0, 1, 1}));
    EXPECT_DOUBLE_EQ(matrix.share(0, 0), 2.0 / 3);
    const auto plain = named(values("accuracy", table), "accuracy");
    EXPECT_DOUBLE_EQ(plain.value, 4.0 / 7);
    EXPECT_DOUBLE_EQ(plain.error, std::sqrt(4.0 / 7 * 3 / 7 / 7));
    table.weights_N = {1, 2, 1, 1, 1, 1, -1};
    EXPECT_DOUBLE_EQ(named(values("accuracy", table), "accuracy").value, 4.0 / 6);
}

TEST(Metrics, AccuracyNeedsProbabilities)
{
    const auto accuracy = values("accuracy", binary_table({3, -2}, {1, 0}))[0];
    EXPECT_TRUE(std::isnan(accuracy.value));
    EXPECT_THAT(accuracy.rule, HasSubstr("outside [0, 1]"));
    const auto half = values("accuracy", binary_table({0.5, 0.6}, {0, 1}))[0];
    EXPECT_EQ(half.value, 1) << "0.5 itself is background";
}

TEST(Metrics, LogLossIsTheMeanOfMinusLogProbability)
{
    auto table = binary_table({0.8, 0.25, 0.5}, {1, 0, 1});
    table.weights_N = {1, 2, 1};
    EXPECT_NEAR(values("log_loss", table)[0].value,
                -(std::log(0.8) + 2 * std::log(0.75) + std::log(0.5)) / 4, 1e-12);
    EXPECT_FALSE(values("log_loss", table)[0].higher_is_better);
}

TEST(Metrics, RefuseNanOneClassNoLabelsAndBadLabelsWithTheRow)
{
    for (const auto& metric : Registry<Metric>::names()) {
        const auto says = [&](const ScoreTable& table) {
            return user_error([&] { values(metric, table); });
        };
        EXPECT_THAT(says(binary_table({0.1, NAN}, {0, 1})), HasSubstr("score of row 1 is NaN"));
        EXPECT_THAT(says(binary_table({0.1, 0.2}, {1, 1})), HasSubstr("all 2 rows have label 1"));
        EXPECT_THAT(says(binary_table({0.1, 0.2}, {})), HasSubstr("there are no labels"));
        EXPECT_THAT(says(binary_table({}, {})), HasSubstr("there are no rows"));
        EXPECT_THAT(says(binary_table({0.1, 0.2}, {0, 2})),
                    HasSubstr("label of row 1 is 2 (between 0 and 1 wanted"));
        EXPECT_THAT(says(binary_table({0.1, 0.2}, {0})), HasSubstr("label array has 1 values"));
        auto weighted = binary_table({0.1, 0.2}, {0, 1});
        weighted.weights_N = {1, INFINITY};
        EXPECT_THAT(says(weighted), HasSubstr("weight of row 1 is inf"));
    }
}

TEST(Metrics, PairsRefuseLogitsAndSoftmaxMendsThem)
{
    auto table = three_classes();
    const auto probabilities = table.scores_NC;
    for (auto& score : table.scores_NC) score = std::log(score) + 5;
    EXPECT_THAT(user_error([&] { values("auc", table); }), HasSubstr("class probabilities"));
    logits_to_probabilities(table);
    for (size_t i = 0; i < probabilities.size(); ++i)
        EXPECT_NEAR(table.scores_NC[i], probabilities[i], 1e-15);
}

TEST(EvaluateOptions, ReadsTheSectionAndRefusesWhatItDoesNotKnow)
{
    const auto read = [](const std::string& yaml) {
        Config config(parse_yaml(yaml, "run.yaml"), "evaluate", "section 'evaluate'");
        EvaluateOptions options(config);
        config.finish();
        return options;
    };
    const auto options = read("signal_efficiencies: [0.7]\nmetrics: [{type: log_loss}]");
    EXPECT_EQ(options.signal_efficiencies, std::vector<double>{0.7});
    EXPECT_EQ(measure(three_classes(), options).front().name, "log_loss");
    EXPECT_EQ(read("{}").metrics.size(), 3U);
    EXPECT_THAT(user_error([&] { read("signal_efficiencies: [0.3, 0.0]"); }),
                HasSubstr("above 0 and at most 1"));
    EXPECT_THAT(user_error([&] { read("metrics: [{type: aucc}]"); }),
                HasSubstr("Did you mean 'auc'?"));
    auto wrong = read("signal: topp");
    EXPECT_THAT(user_error([&] { wrong.signal_label(three_classes()); }),
                HasSubstr("Did you mean 'top'?"));
}

}  // namespace
}  // namespace jetsmith::analysis
