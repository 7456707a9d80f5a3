// SPDX-License-Identifier: Apache-2.0
// Every recipe builds a model that trains: finite loss and gradients, a gradient for every
// parameter, the same bits after save and load, the same model from the resolved config.
#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "datasets/epoch_order.h"
#include "tests/support/recipe_data.h"
#include "tests/support/recipes.h"
#include "tests/support/temp_folder.h"
#include "trainers/safetensors.h"
#include "trainers/training_run.h"

namespace jetsmith {
namespace {

class Recipe : public testing::TestWithParam<std::filesystem::path> {
  protected:
    static RunBuilder build(const ConfigNode& node)
    {
        RunBuilder run(node);
        run.train = std::make_unique<ResidentFeed>(run.reader->read(Split::train));
        run.build_model(*run.train);
        run.input->fit(*run.train, {});
        return run;
    }

    ConfigNode small(const std::filesystem::path& path) const
    {
        auto settings = test::recipe_data(path, folder_.path());
        settings.insert(settings.end(),
                        {"data.max_rows=64", "trainer.device=cpu", "trainer.precision=fp32"});
        return load_config(path, settings);
    }

    static Batch batch_of(RunBuilder& run)
    {
        run.train->begin({epoch_order(run.train->index(), 1, 0), run.train->rows()});
        const RowPiece rows = run.train->next(16);
        return run.input->make(*rows.store, rows.rows_B, std::nullopt, at::kFloat);
    }

    const test::TempFolder folder_;
};

TEST_P(Recipe, GivesFiniteLossAndAGradientToEveryParameter)
{
    RunBuilder run = build(small(GetParam()));
    const Batch batch = batch_of(run);
    if (auto* learner = run.model->closed_form()) {
        EXPECT_EQ(trainable_parameters(*run.model), 0) << "nothing to learn in steps";
        learner->add(batch);
        learner->solve();
        const auto loss = run.objective->loss(run.model->forward(batch), batch);
        EXPECT_TRUE(at::isfinite(loss).item<bool>());
        return;
    }
    run.model->train();
    const auto loss = run.objective->backward(*run.model, batch, 1.0);
    EXPECT_TRUE(at::isfinite(loss).item<bool>());
    for (const auto& parameter : run.model->named_parameters()) {
        ASSERT_TRUE(parameter.value().grad().defined()) << parameter.key();
        EXPECT_TRUE(at::isfinite(parameter.value().grad()).all().item<bool>()) << parameter.key();
    }
}

TEST_P(Recipe, ScoresAreTheSameAfterSaveAndLoadAndFromTheResolvedConfig)
{
    RunBuilder run = build(small(GetParam()));
    run.model->eval();
    const Batch batch = batch_of(run);
    const at::NoGradGuard no_grad;
    const auto scores = run.objective->scores(run.model->forward(batch), batch);
    EXPECT_EQ(scores.size(0), 16);

    TensorMap weights;
    for (const auto& item : run.model->named_parameters()) weights[item.key()] = item.value();
    for (const auto& item : run.model->named_buffers()) weights[item.key()] = item.value();
    write_safetensors(folder_.path() / "weights", weights);
    const auto path = folder_.file("resolved.yaml", to_yaml(run.config.resolved()));
    RunBuilder again = build(load_config(path));
    const TensorMap read = read_safetensors(folder_.path() / "weights");
    for (auto& item : again.model->named_parameters()) {
        EXPECT_TRUE(item.value().equal(weights.at(item.key()))) << "same seed, same start";
        item.value().copy_(read.at(item.key()));
    }
    for (auto& item : again.model->named_buffers()) item.value().copy_(read.at(item.key()));
    again.model->eval();
    const auto repeated = again.objective->scores(again.model->forward(batch), batch);
    EXPECT_TRUE(repeated.equal(scores));
    EXPECT_EQ(again.config.group(again.hashes), run.config.group(run.hashes));
}

INSTANTIATE_TEST_SUITE_P(Configs, Recipe, testing::ValuesIn(test::recipes()),
                         [](const auto& info) { return test::recipe_name(info.param); });

}  // namespace
}  // namespace jetsmith
