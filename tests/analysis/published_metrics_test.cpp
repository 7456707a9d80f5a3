// SPDX-License-Identifier: Apache-2.0
// The published scores of the top-tagging comparison (1902.09914) must give the published numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/evaluation.h"
#include "analysis/predictions.h"
#include "tests/support/paths.h"
#include "tests/support/run_program.h"

namespace jetsmith::analysis {
namespace {

std::filesystem::path published() { return test::public_data("top_tagging/published_scores.h5"); }

struct Golden {
    const char* name;
    double auc, rejection, accuracy;
};

// AUC from pair ranks, 1/eps_B at the 70 % quantile of the signal scores, accuracy at 0.5.
constexpr Golden kGolden[] = {{"ParticleNet/run8", 0.98477, 1294, 0.9384},
                              {"ResNeXt50/run3", 0.98372, 1147, 0.9358},
                              {"P-CNN/run1", 0.98028, 759, 0.9296},
                              {"TopoDNN/run2", 0.97141, 290, 0.9157}};

TEST(PublishedMetrics, AreReproducedByTheProgram)
{
    const auto path = published();
    JETSMITH_NEEDS_DATA(path);
    std::vector<std::string> arguments{"metrics", path.string(), "--scores"};
    for (const auto& golden : kGolden) arguments.push_back(golden.name);
    arguments.insert(arguments.end(), {"--labels", "is_signal_new", "--json"});
    const auto run = test::run_program(arguments);
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const auto document = nlohmann::json::parse(run.out);
    EXPECT_EQ(document["rows"], 404000);
    EXPECT_EQ(document["classes"][1]["rows"], 202086);
    for (size_t i = 0; i < std::size(kGolden); ++i) {
        const auto& metrics = document["taggers"][i]["metrics"];
        EXPECT_EQ(document["taggers"][i]["name"], kGolden[i].name);
        EXPECT_NEAR(metrics["auc"]["value"], kGolden[i].auc, 1e-5) << kGolden[i].name;
        EXPECT_NEAR(metrics["rejection@0.3"]["value"], kGolden[i].rejection,
                    0.005 * kGolden[i].rejection)
            << kGolden[i].name;
        EXPECT_NEAR(metrics["accuracy"]["value"], kGolden[i].accuracy, 5e-5) << kGolden[i].name;
    }
    // 155 to 156 background rows pass: a binomial error of 8 %.
    const auto& first = document["taggers"][0]["metrics"]["rejection@0.3"];
    EXPECT_NEAR(first["error"].get<double>() / first["value"].get<double>(), 0.080, 0.001);
}

TEST(PublishedMetrics, NineTrainingsGiveThePublishedEnsembles)
{
    const auto path = published();
    JETSMITH_NEEDS_DATA(path);
    ScoreNames names;
    names.labels = "is_signal_new";
    for (int run = 0; run < 9; ++run) names.scores.push_back("ParticleNet/run" + std::to_string(run));
    const auto runs = read_scores(path, names);
    EvaluateOptions options;
    options.signal_efficiencies = {0.3};
    const auto ensembles = ensembles_of(runs, options);
    ASSERT_EQ(ensembles.size(), 2U);
    EXPECT_EQ(ensembles[0].combinations, 84);
    EXPECT_NEAR(ensembles[0].rejections[0].median, 1407, 1);
    EXPECT_NEAR(ensembles[0].rejections[0].deviation, 45, 1);
    EXPECT_NEAR(ensembles[1].rejections[0].median, 1392, 1);
    EXPECT_NEAR(ensembles[1].rejections[0].deviation, 41, 1);

    std::vector<double> auc, rejection;
    for (const auto& tagger : evaluate(runs, options).taggers) {
        auc.push_back(tagger.metrics[0].value);
        rejection.push_back(tagger.metrics[2].value);
    }
    const auto single = robust_spread(rejection);
    EXPECT_NEAR(robust_spread(auc).deviation, 0.00007, 0.00001);
    EXPECT_EQ(single.removed, 0);
    EXPECT_NEAR(single.deviation, 84, 1);
}

}  // namespace
}  // namespace jetsmith::analysis
