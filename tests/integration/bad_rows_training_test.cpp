// SPDX-License-Identifier: Apache-2.0
// Training on files with rows that cannot be used, from the outside: what is said of those that were
// left out, and that rows in memory and streamed rows make the same run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/predictions.h"
#include "core/atomic_file.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class BadRowsTraining : public testing::Test {
  protected:
    BadRowsTraining()
    {
        write("train", 200, {3, 50, 51});
        write("val", 60, {});
        write("test", 60, {7});
        std::ofstream(folder_.path() / "cnn.yaml")
            << "name: cnn\n"
               "data: {type: top_tagging, train: train.h5, val: val.h5, test: test.h5,\n"
               "       on_bad_row: drop}\n"
               "inputs: {type: jet_image, pixels: 8}\n"
               "model: {type: cnn, layers: [{channels: 4, kernel: 3, pool: 2}], dense: [8],\n"
               "        dropout: 0}\n"
               "objective: {type: cross_entropy}\n"
               "optimizer: {type: adam}\n"
               "schedule: {type: constant}\n"
               "trainer: {epochs: 2, batch_size: 20, device: cpu, precision: fp32}\n";
    }

    /// Jets of which the named ones have a NaN, the last of them no constituents.
    void write(const std::string& name, size_t count, const std::vector<size_t>& bad) const
    {
        auto jets = test::make_toy_jets(count, 12, static_cast<uint32_t>(count));
        for (const size_t row : bad)
            jets[row].constituents[0][3] = std::numeric_limits<float>::quiet_NaN();
        if (!bad.empty()) jets[bad.back()].constituents.clear();
        test::write_top_tagging(folder_.path() / (name + ".h5"), jets, 12,
                                {.chunk = {16}, .blosc = "blosclz"});
    }

    fs::path train(const std::string& name, const std::vector<std::string>& settings) const
    {
        std::vector<std::string> arguments{"train", "cnn.yaml", "--out", name};
        for (const auto& setting : settings)
            arguments.insert(arguments.end(), {"--set", setting});
        const auto result = test::run_program(arguments, folder_.path().string());
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return folder_.path() / name;
    }

    static std::string weights(const fs::path& run)
    {
        std::string name = read_text(run / "checkpoints/last");
        name.pop_back();
        return read_text(run / "checkpoints" / name / "model.safetensors");
    }

    test::TempFolder folder_;
};

TEST_F(BadRowsTraining, RowsThatWereLeftOutStandInCardMetadataAndReportAndNotInThePredictions)
{
    const fs::path run = train("run", {});
    const std::string line =
        "3 bad rows of train.h5 left out: NaN or infinity in constituents (2), no constituents (1)";
    for (const char* file : {"data_card.txt", "report.html"})
        EXPECT_THAT(read_text(run / file), HasSubstr(line)) << file;
    const auto metadata = nlohmann::json::parse(read_text(run / "metadata.json"));
    const auto& left_out = metadata["data"]["left_out"];
    ASSERT_EQ(left_out.size(), 2U);
    EXPECT_EQ(left_out[0]["reasons"]["NaN or infinity in constituents"], 2);
    EXPECT_EQ(left_out[1]["split"], "test");
    EXPECT_EQ(left_out[1]["reasons"]["no constituents"], 1);
    EXPECT_EQ(metadata["data"]["splits"][0]["rows"], 197);
    std::vector<int64_t> rows;
    for (int64_t row = 0; row < 60; ++row)
        if (row != 7) rows.push_back(row);
    EXPECT_EQ(analysis::read_predictions(run / "predictions.h5").table.source_rows_N, rows);
}

TEST_F(BadRowsTraining, StreamedRowsMakeTheSameRun)
{
    const fs::path there = train("there", {"data.max_rows=150"});
    const fs::path here = train("here", {"data.max_rows=150", "data.loading=streamed"});
    EXPECT_EQ(weights(here), weights(there));
    EXPECT_EQ(read_text(here / "data_card.txt"), read_text(there / "data_card.txt"));
    EXPECT_EQ(read_text(here / "metrics.json"), read_text(there / "metrics.json"));
}

}  // namespace
}  // namespace jetsmith
