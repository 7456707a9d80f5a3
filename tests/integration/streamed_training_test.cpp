// SPDX-License-Identifier: Apache-2.0
// Training on rows that stay in their files, from the outside: nothing but the memory differs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "core/atomic_file.h"
#include "tests/support/paths.h"
#include "tests/support/recipes.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using test::run_program;
using testing::HasSubstr;

class StreamedTraining : public testing::Test {
  protected:
    using Settings = std::vector<std::string>;

    /// Trains a small network on the sample of top-tagging jets; 9 MB hold about a quarter of them.
    fs::path train(const std::string& name, const Settings& more)
    {
        const fs::path run = folder_.path() / name;
        Settings arguments{"train", recipe().string(), "--out", run.string()};
        Settings settings{"trainer.epochs=2",      "trainer.batch_size=128", "trainer.device=cpu",
                          "trainer.order=blocks",  "trainer.buffer=1500",    "model.phi=[8]",
                          "model.f=[8]",           "trainer.precision=fp32"};
        settings.insert(settings.end(), more.begin(), more.end());
        for (const auto& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
        const auto result = run_program(arguments);
        EXPECT_EQ(result.exit_code, 0) << result.err;
        said_ = result.err;
        return run;
    }

    static fs::path recipe()
    {
        const auto all = test::recipes();
        return *std::find_if(all.begin(), all.end(), [](const fs::path& path) {
            return path.stem() == "deep_sets" && path.parent_path().stem() == "top_tagging";
        });
    }

    /// Learned weights and history without its times.
    static void expect_same_training(const fs::path& a, const fs::path& b)
    {
        const auto weights = [](const fs::path& run) {
            std::string name = read_text(run / "checkpoints/last");
            name.pop_back();
            return read_text(run / "checkpoints" / name / "model.safetensors");
        };
        EXPECT_EQ(weights(a), weights(b));
        EXPECT_EQ(read_text(a / "data_card.txt"), read_text(b / "data_card.txt"));
        EXPECT_EQ(read_text(a / "metrics.json"), read_text(b / "metrics.json"));
        EXPECT_EQ(losses(a), losses(b));
    }
    static std::string losses(const fs::path& run)
    {
        std::string all;
        std::istringstream lines(read_text(run / "history.csv"));
        for (std::string line; std::getline(lines, line);) {
            size_t end = 0;
            for (int comma = 0; comma < 4; ++comma) end = line.find(',', end + 1);
            all += line.substr(0, end) + "\n";
        }
        return all;
    }

    static inline const Settings kStreamed{"data.loading=streamed", "data.memory=9 MB"};
    const test::TempFolder folder_;
    std::string said_;
};

TEST_F(StreamedTraining, LearnsTheSameWeightsAsRowsInMemoryWithAnyNumberOfThreads)
{
    const fs::path resident = train("resident", {});
    for (const char* threads : {"1", "4"}) {
        Settings settings = kStreamed;
        settings.push_back(std::string("data.loader_threads=") + threads);
        expect_same_training(resident, train(std::string("streamed_") + threads, settings));
        EXPECT_THAT(said_, HasSubstr("waiting "));
    }
    const auto evaluate = [&](const fs::path& run) {
        const fs::path out = folder_.path() / (run.filename().string() + "_on_val");
        const auto result =
            run_program({"evaluate", run.string(), "--data",
                         (test::sample_folder() / "val.h5").string(), "--out", out.string()});
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return read_text(out / "metrics.json");
    };
    EXPECT_EQ(evaluate(resident), evaluate(folder_.path() / "streamed_4"));
}

TEST_F(StreamedTraining, FoldsAreThoseOfRowsInMemory)
{
    const Settings folds{"data.val=null", "data.test=null", "folds.count=3", "folds.index=1",
                         "trainer.epochs=1"};
    Settings streamed = kStreamed;
    streamed.insert(streamed.end(), folds.begin(), folds.end());
    expect_same_training(train("resident", folds), train("streamed", streamed));
}

TEST_F(StreamedTraining, ABufferThatDoesNotFitStopsWithTheLargestThatDoes)
{
    Settings arguments{"check", recipe().string()};
    for (const char* setting : {"data.loading=streamed", "data.memory=9 MB", "trainer.device=cpu",
                                "trainer.order=blocks", "trainer.buffer=7000"})
        arguments.insert(arguments.end(), {"--set", setting});
    const auto result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("trainer.buffer: 7000 jets do not fit into data.memory"));
    EXPECT_THAT(result.err, HasSubstr("Set trainer.buffer: "));
    arguments.back() = "trainer.buffer=1000";
    EXPECT_EQ(run_program(arguments).exit_code, 0);
}

}  // namespace
}  // namespace jetsmith
