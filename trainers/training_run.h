// SPDX-License-Identifier: Apache-2.0
// A whole training from its config to a filled run folder, in the order in which things may fail:
// config, device, data, model, then the training itself.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/config_node.h"
#include "core/device.h"
#include "core/file_hashes.h"
#include "datasets/data_card.h"
#include "datasets/event_store.h"
#include "datasets/reader.h"
#include "trainers/run_config.h"
#include "trainers/trainer.h"

namespace jetsmith {

/// The components of a run, built from its config and its data.
class RunBuilder {
  public:
    explicit RunBuilder(const ConfigNode& root);

    /// Reads the training and validation rows, prints the data card and checks what can be checked
    /// before a first step: rows of every class, inputs that fit, layers that fit the images.
    /// `with_test`: the test rows as well.
    void load_data(bool with_test);

    /// Builds input, model and objective for rows like those of `store`, on the run's device.
    void build_model(const EventStore& store);

    RunConfig config;
    at::Device device;
    Precision precision;
    std::unique_ptr<Reader> reader;
    FileHashes hashes;  ///< of the files read, computed beside the reading
    EventStore train, val;
    std::optional<EventStore> test;
    std::vector<double> class_weights, validation_weights;
    std::string data_card_text, data_card_json;
    std::unique_ptr<Input> input;
    std::unique_ptr<Model> model;
    std::unique_ptr<Objective> objective;
    BatchShape shape;

  private:
    void load_folds();
    /// Prints the data card and checks the classes.
    void describe(const std::vector<NamedStore>& stores);
};

/// Trains, evaluates the best checkpoint on the test rows where there are any, and returns the run
/// folder. `out`: empty for runs/<name>_<time>.
std::filesystem::path train_run(const ConfigNode& root, const std::filesystem::path& out);

/// All that train_run does before the first epoch, then one step on one batch; writes nothing.
/// Returns the resolved config as YAML.
std::string check_run(const ConfigNode& root);

}  // namespace jetsmith
