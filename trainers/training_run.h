// SPDX-License-Identifier: Apache-2.0
// A whole training from its config to a filled run folder, in the order in which things may fail:
// config, device, data, model, then the training itself.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/config_node.h"
#include "core/device.h"
#include "core/file_hashes.h"
#include "datasets/data_card.h"
#include "datasets/reader.h"
#include "datasets/row_feed.h"
#include "trainers/run_config.h"
#include "trainers/trainer.h"

namespace jetsmith {

/// The components of a run, built from its config and its data.
class RunBuilder {
  public:
    explicit RunBuilder(const ConfigNode& config_root);

    /// Reads the training and validation rows, prints the data card and checks what can be checked
    /// before a first step: rows of every class, inputs that fit, layers that fit the images.
    /// `with_test`: the test rows as well.
    void load_data(bool with_test);

    /// Builds model and objective for rows like these, on the run's device.
    void build_model(RowFeed& rows);

    ConfigNode root;
    RunConfig config;
    at::Device device;
    Precision precision;
    std::unique_ptr<Reader> reader;
    FileHashes hashes;  ///< of the files read, computed beside the reading
    std::unique_ptr<RowFeed> train, val, test;  ///< test: null where there are no such rows
    std::vector<double> class_weights, validation_weights;
    std::string data_card_text, data_card_json;
    std::unique_ptr<Input> input;
    std::unique_ptr<Model> model;
    std::unique_ptr<Objective> objective;
    BatchShape shape;

  private:
    void load_folds();
    /// Prints the data card and checks the classes.
    void describe(const DataCard& card);
    /// Counts what training and predictions want beside the rows, and checks that what an epoch's
    /// order shuffles together fits. columns: numbers per row that predictions keep.
    void set_memory_aside(RowFeed& rows, int64_t columns);
};

/// Where a run goes: into a new folder (empty: runs/<name>_<time>), or on in an old one.
struct RunTarget {
    std::filesystem::path out, resume;
};

/// Trains, evaluates the best checkpoint on the test rows where there are any, and returns the run
/// folder. With `resume` it begins at the newest whole checkpoint of that folder, or anew where none
/// was made yet, and ends with the bits of a run that was never interrupted. Throws Stopped when a
/// signal ended the training, everything saved.
std::filesystem::path train_run(const ConfigNode& root, const RunTarget& target);

/// All that train_run does before the first epoch, then one step on one batch; writes nothing.
/// Returns the resolved config as YAML.
std::string check_run(const ConfigNode& root);

}  // namespace jetsmith
