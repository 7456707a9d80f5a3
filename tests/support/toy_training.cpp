// SPDX-License-Identifier: Apache-2.0
#include "tests/support/toy_training.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "core/random.h"

namespace jetsmith::test {
namespace {

constexpr int64_t kPixels = 8;

const char* const kDefaults =
    "name: toy\nseed: 3\ndata: {type: toy}\ninputs: {type: toy}\n"
    "model: {type: cnn, layers: [{channels: 8, kernel: 3, pool: 2}], dense: [16], dropout: 0}\n"
    "objective: {type: cross_entropy}\noptimizer: {type: adam, lr: 5.0e-3}\n"
    "schedule: {type: constant}\n"
    "trainer: {epochs: 2, batch_size: 32, device: cpu, precision: fp32}\n";

/// Defaults with the sections of `yaml` merged in, as a `base:` file would.
ConfigNode merged(const std::string& yaml)
{
    ConfigNode root = parse_yaml(kDefaults, "defaults.yaml");
    for (auto& [key, value] : parse_yaml(yaml, "test.yaml").entries) {
        auto* section = root.find(key);
        if (!section) {
            root.entries.emplace_back(key, value);
        } else if (section->kind == ConfigNode::Kind::map && !value.find("type")) {
            for (auto& [name, item] : value.entries) {
                if (auto* old = section->find(name)) {
                    *old = item;
                } else {
                    section->entries.emplace_back(name, item);
                }
            }
        } else {
            *section = value;
        }
    }
    return root;
}

/// Copies every epoch's record for the test to look at.
class Recorder final : public Callback {
  public:
    explicit Recorder(std::vector<EpochRecord>& history) : history_(history) {}
    void on_epoch_end(Trainer&, const EpochRecord& record) override { history_.push_back(record); }

  private:
    std::vector<EpochRecord>& history_;
};

}  // namespace

EventStore toy_images(int64_t rows, uint64_t seed)
{
    EventStore store;
    store.rows = rows;
    store.class_names = {"dark", "bright"};
    store.labels_B = at::zeros({rows}, at::kLong);
    store.weights_B = at::ones({rows}, at::kDouble);
    store.source_rows_B = at::arange(rows, at::kLong);
    store.source_files_B = at::zeros({rows}, at::kInt);
    store.files = {"toy.h5"};
    auto images = at::empty({rows, 1, kPixels, kPixels});
    auto* value = images.mutable_data_ptr<float>();
    auto* label = store.labels_B.mutable_data_ptr<int64_t>();
    for (int64_t row = 0; row < rows; ++row) {
        label[row] = row % 3 == 0;
        for (uint32_t pixel = 0; pixel < kPixels * kPixels; ++pixel) {
            const auto key = RandomKey{seed, Purpose::sample, 0, static_cast<uint64_t>(row)};
            const bool square = pixel / kPixels / 3 == 1 && pixel % kPixels / 3 == 1;
            *value++ = static_cast<float>(random_uniform(key, pixel)) +
                       (square && label[row] ? 0.5F : 0.0F);
        }
    }
    store.dense["images"] = images;
    return store;
}

BatchShape ToyInput::shape(const EventStore&) const
{
    return {.channels = 1, .height = kPixels, .width = kPixels, .features = 0, .classes = 2};
}

Batch ToyInput::make(const EventStore& store, const at::Tensor& rows,
                     const std::optional<Augment>&, at::ScalarType dtype) const
{
    Batch batch = inputs::labelled_batch(store, rows);
    batch.images_BCHW = store.dense.at("images").index_select(0, rows).to(
        at::TensorOptions(dtype), false, true, at::MemoryFormat::ChannelsLast);
    return batch;
}

ToyTraining::ToyTraining(const std::string& yaml, std::vector<std::unique_ptr<Callback>> extra)
    : config(merged(yaml)), train(toy_images(300, 1)), val(toy_images(100, 2)),
      model(config.make_model(input.shape(train))), objective(config.make_objective())
{
    const auto device = choose_device(config.trainer.device);
    model->to(device);
    FlatParameters parameters(*model);
    auto callbacks = config.make_callbacks();
    callbacks.push_back(std::make_unique<Recorder>(history));
    for (auto& callback : extra) callbacks.push_back(std::move(callback));
    const auto length = training_length(config.trainer, train.rows);
    TrainerParts parts{input,
                       *model,
                       *objective,
                       config.make_optimizer(parameters.values()),
                       config.make_schedule(length),
                       std::move(callbacks),
                       {1.0, 1.0},
                       {}};
    trainer = std::make_unique<Trainer>(config.trainer, std::move(parts), std::move(parameters),
                                        static_cast<uint64_t>(config.seed), device,
                                        choose_precision(config.trainer.precision, device).compute);
}

}  // namespace jetsmith::test
