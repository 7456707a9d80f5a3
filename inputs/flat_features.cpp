// SPDX-License-Identifier: Apache-2.0
// A row of numbers per event: columns and expressions over them, in the order of the config,
// standardised by the training data.
#include "inputs/expression_features.h"
#include "inputs/feature_ranges.h"

namespace jetsmith::inputs {
namespace {

class FlatFeatures final : public ExpressionFeatures {
  public:
    struct Options {
        std::vector<std::string> columns;
        Settings settings;

        explicit Options(Config& config)
        {
            config.require("columns", columns,
                           "columns of the data and expressions over them, such as log(ht), "
                           "jets[0].pt or count(jets); jets[0:4].pt stands for four");
            config.read("standardise", settings.standardise,
                        "subtract the mean and divide by the standard deviation of the training "
                        "rows, with the weights that they have in the loss");
            config.read("fill", settings.fill,
                        "value, after standardisation, of a feature that looks at an object that "
                        "is not there");
            settings.place = config.place("columns");
            if (config.is_describing()) return;
            for (const auto& column : columns)
                for (const auto& text : expand_ranges(column, settings.place))
                    settings.features.emplace_back(text, settings.place);
            if (settings.features.empty())
                config.fail("columns", "names no column (seen: []; one or more wanted). jetsmith "
                                       "inspect shows those of a file");
        }
    };

    explicit FlatFeatures(const Options& options) : ExpressionFeatures(options.settings) {}
};

JETSMITH_REGISTER(Input, "flat_features", FlatFeatures);

}  // namespace
}  // namespace jetsmith::inputs
