// SPDX-License-Identifier: Apache-2.0
// The whole config of a run, section by section. Sections that name a component are read when the
// component is made, since a model needs to know its input first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/evaluate_options.h"
#include "core/config.h"
#include "core/file_hashes.h"
#include "datasets/folds.h"
#include "datasets/reader.h"
#include "inputs/input.h"
#include "models/model.h"
#include "trainers/callback.h"
#include "trainers/initial_weights.h"
#include "trainers/objective.h"
#include "trainers/optimizer.h"
#include "trainers/schedule.h"
#include "trainers/trainer_options.h"

namespace jetsmith {

class RunConfig {
  public:
    /// Throws UserError for unknown sections and for whatever a section's own reading refuses.
    explicit RunConfig(const ConfigNode& root);

    std::string name = "run";
    int64_t seed = 1;
    TrainerOptions trainer;
    EvaluateOptions evaluate;
    FoldOptions folds;
    InitOptions init;

    std::unique_ptr<Reader> make_reader();
    std::unique_ptr<Input> make_input();
    /// On the CPU; parameters drawn from the seed alone.
    std::unique_ptr<Model> make_model(const BatchShape& shape);
    std::unique_ptr<Objective> make_objective();
    std::unique_ptr<Optimizer> make_optimizer(const at::Tensor& values);
    std::unique_ptr<Schedule> make_schedule(const TrainingLength& length);
    std::vector<std::unique_ptr<Callback>> make_callbacks();

    /// Makes the components that need no rows, to hear their options, and forgets them. steps: with
    /// optimizer and schedule, which a model in closed form has not.
    void resolve_all_but_model(bool steps);

    /// Every key with the value in force; complete once all components were made.
    ConfigNode resolved() const { return root_.resolved(); }

    /// Runs of one model share it: a hash of the resolved config without name, seed and device, in
    /// which the content of each file stands for its path. Where a run was made, and where its
    /// files lay, does not make it another model; other data do.
    std::string group(FileHashes& hashes) const;

    /// What a section outside the registries reads, for `jetsmith list`.
    static std::vector<Declaration> declarations();

  private:
    explicit RunConfig(Config root);

    Config root_, data_, inputs_, model_, objective_, optimizer_, schedule_;
    std::vector<Config> callbacks_;
};

}  // namespace jetsmith
