// SPDX-License-Identifier: Apache-2.0
// A row of numbers per event: columns and expressions over them, in the order of the config,
// standardised by the training data. B rows, F features.
#include <ATen/ops/arange.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <mutex>

#include "core/errors.h"
#include "datasets/store_columns.h"
#include "inputs/feature_ranges.h"
#include "inputs/feature_statistics.h"
#include "kernels/formula/formula.h"

namespace jetsmith::inputs {
namespace {

/// Stores whose columns are kept at hand: train, val and test.
constexpr size_t kMostStores = 3;

class FlatFeatures final : public Input {
  public:
    struct Options {
        std::vector<std::string> columns;
        std::vector<Expression> features;
        bool standardise = true;
        double fill = 0;
        std::string place;

        explicit Options(Config& config)
        {
            config.require("columns", columns,
                           "columns of the data and expressions over them, such as log(ht), "
                           "jets[0].pt or count(jets); jets[0:4].pt stands for four");
            config.read("standardise", standardise,
                        "subtract the mean and divide by the standard deviation of the training "
                        "rows, with the weights that they have in the loss");
            config.read("fill", fill,
                        "value, after standardisation, of a feature that looks at an object that "
                        "is not there");
            place = config.place("columns");
            if (config.is_describing()) return;
            for (const auto& column : columns)
                for (const auto& text : expand_ranges(column, place))
                    features.emplace_back(text, place);
            if (features.empty()) config.fail("columns", "names no column");
        }
    };

    explicit FlatFeatures(const Options& options) : o_(options), standardiser_(options.standardise)
    {
    }

    BatchShape shape(const EventStore& store) const override
    {
        for (const auto& feature : o_.features) bind(feature, store, o_.place);
        return {.features = std::ssize(o_.features)};
    }

    bool learns() const override { return standardiser_.active(); }

    void fit(const EventStore& train) override
    {
        const auto formulas = compile(train);
        const auto block = [&](int64_t begin, int64_t end) {
            const auto rows = at::arange(begin, end, at::kLong);
            check_numbers(formulas.run(rows, {}), train, begin);
            return formulas.run(rows, {.fill = std::numeric_limits<double>::quiet_NaN()});
        };
        standardiser_.use(feature_statistics(train.rows, training_weights(train), block));
        forget();
    }

    InputState state() const override { return standardiser_.state(); }

    void load_state(const InputState& state) override
    {
        standardiser_.load_state(state, std::ssize(o_.features));
        forget();
    }

    Batch make(const EventStore& store, const at::Tensor& rows, const std::optional<Augment>&,
               at::ScalarType) const override
    {
        Batch batch = labelled_batch(store, rows);
        const auto ready = of(store);
        batch.features_BF = ready->formulas.run(rows, ready->scale);
        return batch;
    }

  private:
    /// Formulas over the columns of one store.
    struct Ready {
        at::Tensor key;  ///< the store's source rows: no two stores share them
        kernels::Formulas formulas;
        kernels::FormulaScale scale;
    };

    kernels::Formulas compile(const EventStore& store) const
    {
        std::vector<RowProgram> programs;
        for (const auto& feature : o_.features) programs.push_back(bind(feature, store, o_.place));
        return kernels::Formulas(std::move(programs));
    }

    std::shared_ptr<const Ready> of(const EventStore& store) const
    {
        const std::lock_guard lock(mutex_);
        for (const auto& ready : ready_)
            if (ready->key.is_same(store.source_rows_B)) return ready;
        auto scale = standardiser_.scale(store.source_rows_B.device());
        scale.fill = o_.fill;
        if (ready_.size() == kMostStores) ready_.erase(ready_.begin());
        ready_.push_back(
            std::make_shared<const Ready>(Ready{store.source_rows_B, compile(store), scale}));
        return ready_.back();
    }

    void forget()
    {
        const std::lock_guard lock(mutex_);
        ready_.clear();
    }

    /// Features that are NaN or infinite though all objects are there would spoil every batch.
    void check_numbers(const at::Tensor& features_BF, const EventStore& store, int64_t begin) const
    {
        const auto* value = features_BF.const_data_ptr<float>();
        for (int64_t i = 0; i < features_BF.numel(); ++i) {
            if (std::isfinite(value[i])) continue;
            const auto row = begin + i / features_BF.size(1);
            throw UserError(
                "{}: '{}' is {} in row {} of {} (numbers are wanted). Change the expression, or "
                "leave such rows out with data.select.",
                o_.place, o_.features[static_cast<size_t>(i % features_BF.size(1))].text(),
                std::isnan(value[i]) ? "NaN" : "infinite", store.source_rows_B[row].item<int64_t>(),
                store.files.empty() ? "the data" : store.files.front());
        }
    }

    Options o_;
    FeatureStandardiser standardiser_;
    mutable std::mutex mutex_;
    mutable std::vector<std::shared_ptr<const Ready>> ready_;
};

JETSMITH_REGISTER(Input, "flat_features", FlatFeatures);

}  // namespace
}  // namespace jetsmith::inputs
