// SPDX-License-Identifier: Apache-2.0
// The Gram matrix of an event: the Minkowski products E_i E_j - p_i p_j of all pairs of its
// objects, each with itself included (that is its squared mass). Such products know everything
// about the event but its orientation. The missing transverse momentum enters as a massless vector
// without longitudinal component.
#include <fmt/format.h>

#include "inputs/expression_features.h"
#include "inputs/feature_ranges.h"

namespace jetsmith::inputs {
namespace {

/// Keeps the sign's quotient finite at products of 0 [GeV^2].
constexpr const char* kTiny = "1e-9";

/// Components of an object as expressions.
struct FourVector {
    std::string energy, x, y, z;  ///< z empty: 0
};

std::string product(const FourVector& a, const FourVector& b)
{
    std::string text =
        fmt::format("{} * {} - {} * {} - {} * {}", a.energy, b.energy, a.x, b.x, a.y, b.y);
    if (!a.z.empty() && !b.z.empty()) text += fmt::format(" - {} * {}", a.z, b.z);
    return text;
}

/// Sign x root, in GeV, or sign x log(1 + |v|) of v in GeV^2.
std::string transformed(const std::string& v, const std::string& transform)
{
    if (transform == "root") return fmt::format("({0}) / sqrt(abs({0}) + {1})", v, kTiny);
    if (transform == "log")
        return fmt::format("({0}) / (abs({0}) + {1}) * log(1 + abs({0}))", v, kTiny);
    return v;
}

class GramMatrix final : public ExpressionFeatures {
  public:
    struct Options {
        std::vector<std::string> objects;
        std::string met = "met", met_phi = "met_phi", transform = "root";
        bool flags = true;
        Settings settings;

        explicit Options(Config& config)
        {
            config.require("objects", objects,
                           "objects whose products are taken, such as jets[0:6] or muons[0]");
            config.read("met", met, "column of the missing transverse momentum; empty: none");
            config.read("met_phi", met_phi, "column of its azimuth");
            config.read("transform", transform,
                        "function of each product v: none, root (sign(v) sqrt|v|, in GeV) or log "
                        "(sign(v) log(1 + |v|), v in GeV^2)",
                        one_of({"none", "root", "log"}));
            config.read("flags", flags, "one more input per object: 1 where it is there, else 0");
            config.read("standardise", settings.standardise,
                        "subtract the mean and divide by the standard deviation of the training "
                        "rows, with the weights that they have in the loss");
            config.read("fill", settings.fill,
                        "value, after standardisation, of a product with an object that is not "
                        "there");
            settings.place = config.place("objects");
            if (!config.is_describing()) settings.features = features(config);
        }

      private:
        std::vector<Expression> features(const Config& config) const
        {
            std::vector<std::string> names;
            for (const auto& object : objects)
                for (const auto& text : expand_ranges(object, settings.place))
                    names.push_back(text);
            if (names.empty())
                config.fail("objects", "names no object (seen: []; one or more wanted). Write e.g. "
                                       "[jets[0:4]]");
            std::vector<FourVector> vectors;
            for (const auto& name : names) {
                if (name.empty() || name.back() != ']')
                    config.fail("objects", fmt::format("'{}' is no object (an object of a "
                                                       "collection is wanted). Write e.g. jets[0]",
                                                       name));
                vectors.push_back({name + ".energy", name + ".px", name + ".py", name + ".pz"});
            }
            if (!met.empty())
                vectors.push_back({met, fmt::format("{} * cos({})", met, met_phi),
                                   fmt::format("{} * sin({})", met, met_phi), ""});
            std::vector<Expression> all;
            for (size_t i = 0; i < vectors.size(); ++i)
                for (size_t j = i; j < vectors.size(); ++j)
                    if (!vectors[i].z.empty() || i != j)  // the square of a massless vector is 0
                        all.emplace_back(transformed(product(vectors[i], vectors[j]), transform),
                                         settings.place);
            if (!flags) return all;
            for (const auto& name : names) {
                const auto bracket = name.find('[');
                all.emplace_back(fmt::format("count({}) > {}", name.substr(0, bracket),
                                             name.substr(bracket + 1, name.size() - bracket - 2)),
                                 settings.place);
            }
            return all;
        }
    };

    explicit GramMatrix(const Options& options) : ExpressionFeatures(options.settings) {}
};

JETSMITH_REGISTER(Input, "gram_matrix", GramMatrix);

}  // namespace
}  // namespace jetsmith::inputs
