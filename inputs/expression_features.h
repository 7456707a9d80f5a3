// SPDX-License-Identifier: Apache-2.0
// Numbers per row from expressions over the columns of a store, standardised by the training data:
// what the inputs that make features_BF share. B rows, F features.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "datasets/expression.h"
#include "inputs/feature_statistics.h"

namespace jetsmith::inputs {

class ExpressionFeatures : public Input {
  public:
    struct Settings {
        std::vector<Expression> features;
        bool standardise = true;
        double fill = 0;    ///< after standardisation, of a feature of an object that is not there
        std::string place;  ///< leads messages
    };

    explicit ExpressionFeatures(Settings settings);

    BatchShape shape(const EventStore& store) const override;
    void judge(const EventStore& block, RowFaults& faults) const override;
    bool learns() const override { return standardiser_.active(); }
    void fit(RowFeed& train, const std::vector<double>& class_weights) override;
    InputState state() const override { return standardiser_.state(); }
    void load_state(const InputState& state) override;
    std::string feature_name(int64_t feature) const override
    {
        return o_.features.at(static_cast<size_t>(feature)).text();
    }
    Batch make(const EventStore& store, const at::Tensor& rows, const std::optional<Augment>&,
               at::ScalarType) const override;

  private:
    /// Formulas over the columns of one store.
    struct Ready {
        at::Tensor key;  ///< the store's source rows: no two stores share them
        kernels::Formulas formulas;
        kernels::FormulaScale scale;
    };

    kernels::Formulas compile(const EventStore& store) const;
    std::shared_ptr<const Ready> of(const EventStore& store) const;
    void forget();

    Settings o_;
    FeatureStandardiser standardiser_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<const Ready> ready_;  ///< of the last store: others may have to go
};

}  // namespace jetsmith::inputs
