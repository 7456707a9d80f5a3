// SPDX-License-Identifier: Apache-2.0
// Every recipe whose model takes steps, interrupted at any step and taken up again, ends with the
// bits of the undisturbed run: weights, optimizer, averages, running totals, scores.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "analysis/predictions.h"
#include "core/atomic_file.h"
#include "tests/support/recipe_data.h"
#include "tests/support/recipes.h"
#include "tests/support/temp_folder.h"
#include "trainers/checkpoint_folders.h"
#include "trainers/training_run.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

/// A moment at which trainings are interrupted, in a training that has it.
struct SavePoint {
    const char* name;
    int64_t step;
    std::vector<std::string> settings;
};

/// 96 rows in batches of 32: three steps per epoch, two epochs.
const std::vector<SavePoint>& save_points()
{
    static const std::vector<SavePoint> all{
        {"FirstStep", 1, {}},
        {"MidEpoch", 2, {}},
        {"EpochEnd", 3, {}},
        {"AfterAScheduleChange", 4, {"schedule={type: step, epochs: 1, gamma: 0.5}"}},
        {"BetweenAccumulatedSteps", 1, {"trainer.accumulate=2"}},
        {"LastStep", 6, {}},
    };
    return all;
}

/// How rows reach the trainer, and with how many threads.
struct Feed {
    const char* name;
    std::vector<std::string> settings;
};

const std::vector<Feed>& feeds()
{
    const auto streamed = [](const char* name, const char* threads) {
        return Feed{name,
                    {"data.loading=streamed", std::string("data.loader_threads=") + threads,
                     "trainer.order=blocks", "trainer.buffer=64"}};
    };
    static const std::vector<Feed> all{
        {"Resident", {}}, streamed("StreamedByOneThread", "1"), streamed("StreamedByFour", "4")};
    return all;
}

/// Recipes of single runs; those of members are made of them.
std::vector<fs::path> single_recipes()
{
    auto all = test::recipes();
    std::erase_if(all, [](const fs::path& path) {
        const std::string text = read_text(path);
        return text.find("\nscan:") != std::string::npos ||
               text.find("\nfolds:") != std::string::npos;
    });
    return all;
}

class ResumeEquality : public testing::TestWithParam<fs::path> {
  protected:
    ConfigNode config(const SavePoint& point, const Feed& feed) const
    {
        auto settings = recipe_settings_;
        for (const char* setting :
             {"data.max_rows=96", "trainer.batch_size=32", "trainer.epochs=2", "trainer.device=cpu",
              "trainer.checkpoint_steps=1", "trainer.keep_checkpoints=100"})
            settings.push_back(setting);
        settings.insert(settings.end(), point.settings.begin(), point.settings.end());
        settings.insert(settings.end(), feed.settings.begin(), feed.settings.end());
        return load_config(GetParam(), settings);
    }

    bool takes_steps() const
    {
        RunBuilder run(config(save_points().front(), feeds().front()));
        run.load_data(false);
        run.build_model(*run.train);
        return run.model->closed_form() == nullptr;
    }

    /// The undisturbed run of these settings, trained once.
    const fs::path& undisturbed(const SavePoint& point, const Feed& feed)
    {
        std::string key = feed.name;
        for (const auto& setting : point.settings) key += setting;
        auto& run = runs_[key];
        if (run.empty())
            run = train_run(config(point, feed), {data_.path() / std::to_string(runs_.size()), {}});
        return run;
    }

    /// The same run as it was right after the step of the save point.
    fs::path interrupted(const fs::path& whole, const SavePoint& point) const
    {
        const fs::path run = data_.path() / "interrupted";
        fs::remove_all(run);
        fs::create_directories(run);
        for (const char* file : {"config.yaml", "metadata.json"}) fs::copy(whole / file, run);
        fs::copy(whole / "checkpoints", run / "checkpoints", fs::copy_options::recursive);
        const CheckpointFolders folders(run / "checkpoints");
        folders.remove_all_but(point.step, 100, "");
        folders.point(kLast, CheckpointFolders::name(point.step));
        return run;
    }

    void expect_exact(const SavePoint& point, const Feed& feed)
    {
        const fs::path whole = undisturbed(point, feed);
        const fs::path run = interrupted(whole, point);
        train_run(config(point, feed), {{}, run});
        const std::string where = std::string(point.name) + " " + feed.name;
        const fs::path last = checkpoint_folder(whole, kLast);
        EXPECT_EQ(checkpoint_folder(run, kLast).filename(), last.filename()) << where;
        EXPECT_EQ(checkpoint_folder(run, kBest).filename(),
                  checkpoint_folder(whole, kBest).filename());
        for (const char* file : {"model.safetensors", "training.safetensors"})
            EXPECT_EQ(read_text(run / "checkpoints" / last.filename() / file), read_text(last / file))
                << where << " " << file;
        EXPECT_EQ(analysis::read_predictions(run / "predictions.h5").table.scores_NC,
                  analysis::read_predictions(whole / "predictions.h5").table.scores_NC)
            << where;
        EXPECT_EQ(read_text(run / "metrics.json"), read_text(whole / "metrics.json")) << where;
    }

    const test::TempFolder data_;
    const std::vector<std::string> recipe_settings_ = test::recipe_data(GetParam(), data_.path());
    std::map<std::string, fs::path> runs_;
};

/// One save point and feed for each recipe, another one for the next: all occur.
TEST_P(ResumeEquality, HoldsForASavePointOfEachRecipe)
{
    if (!takes_steps()) return;  // there is nothing in between
    const auto recipes = single_recipes();
    const auto index = static_cast<size_t>(
        std::find(recipes.begin(), recipes.end(), GetParam()) - recipes.begin());
    expect_exact(save_points()[index % save_points().size()], feeds()[index % feeds().size()]);
}

TEST_P(ResumeEquality, SoakHoldsForEverySavePointAndFeed)
{
    if (!takes_steps()) return;  // there is nothing in between
    for (const auto& point : save_points())
        for (const auto& feed : feeds()) expect_exact(point, feed);
}

INSTANTIATE_TEST_SUITE_P(Configs, ResumeEquality, testing::ValuesIn(single_recipes()),
                         [](const auto& info) { return test::recipe_name(info.param); });

}  // namespace
}  // namespace jetsmith
