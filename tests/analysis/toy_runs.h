// SPDX-License-Identifier: Apache-2.0
// Run folders with the scores of toys, as tables read them.
#pragma once

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "analysis/predictions.h"
#include "tests/analysis/brute_force.h"
#include "tests/support/temp_folder.h"

namespace jetsmith::test {

inline constexpr int kRows = 400;

/// Scores of one run; labels are the same for all seeds.
inline Toy scores_of(uint32_t seed)
{
    auto t = toy(kRows, 1000, 1);
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    for (auto& score : t.scores) score = 1 / (1 + std::exp(-(score + normal(generator))));
    return t;
}

inline analysis::Predictions predictions_of(const Toy& t)
{
    analysis::Predictions p;
    p.table.rows = kRows;
    p.table.classes = 2;
    p.table.class_names = {"qcd", "top"};
    for (int row = 0; row < kRows; ++row) {
        const double p_top = static_cast<float>(t.scores[row]);
        p.table.scores_NC.insert(p.table.scores_NC.end(), {1 - p_top, p_top});
        p.table.labels_N.push_back(t.signal[row]);
        p.table.source_rows_N.push_back(row);
    }
    return p;
}

inline std::filesystem::path write_run(const TempFolder& folder, const std::string& name,
                                       const std::string& group,
                                       const analysis::Predictions& predictions, int64_t seed = -1)
{
    const auto path = folder.path() / (name + group + std::to_string(std::rand()));
    std::filesystem::create_directories(path);
    analysis::write_predictions(path / "predictions.h5", predictions);
    nlohmann::json metadata{{"name", name},
                            {"group", group},
                            {"parameters", 609666},
                            {"train_rate", {{"value", 261.3}, {"unit", "rows/s"}}}};
    if (seed >= 0) metadata["seed"] = seed;
    std::ofstream(path / "metadata.json") << metadata;
    std::ofstream(path / "config.yaml") << "evaluate:\n  signal_efficiencies: [0.4]\n";
    return path;
}

}  // namespace jetsmith::test
