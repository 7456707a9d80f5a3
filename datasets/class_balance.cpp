// SPDX-License-Identifier: Apache-2.0
#include "datasets/class_balance.h"

#include <algorithm>
#include <numeric>

#include "core/errors.h"

namespace jetsmith {
namespace {

double sum_of_weights(const EventStore& store, const at::Tensor& chosen_B)
{
    const auto* chosen = chosen_B.const_data_ptr<bool>();
    const auto* weights = store.weights_B.const_data_ptr<double>();
    double sum = 0;
    for (int64_t b = 0; b < store.rows; ++b)
        if (chosen[b]) sum += weights[b];
    return sum;
}

/// `of`: what is summed, for messages.
std::vector<double> equalising(const std::vector<double>& sums, const std::vector<std::string>& of)
{
    for (size_t c = 0; c < sums.size(); ++c)
        if (sums[c] < 0)
            throw UserError("data.class_weights: 'balanced' needs positive sums of weights ({} "
                            "has {}). Give the factors as a map.",
                            of[c], sums[c]);
    const double all = std::accumulate(sums.begin(), sums.end(), 0.0);
    const auto present = std::count_if(sums.begin(), sums.end(), [](double s) { return s != 0; });
    std::vector<double> factors;
    for (const double sum : sums)
        factors.push_back(sum == 0 ? 0 : all / (static_cast<double>(present) * sum));
    return factors;
}

}  // namespace

std::vector<double> balanced_factors(const EventStore& store)
{
    const auto count = std::ssize(store.class_names);
    std::vector<double> sums, factors;
    std::vector<std::string> of;
    for (int64_t c = 0; c < count; ++c) {
        const std::string& name = store.class_names[static_cast<size_t>(c)];
        const at::Tensor members = store.belongs(c).contiguous();
        if (store.targets_BL.defined()) {
            const at::Tensor others = members.logical_not();
            const auto pair =
                equalising({sum_of_weights(store, others), sum_of_weights(store, members)},
                           {"rows without label '" + name + "'", "label '" + name + "'"});
            factors.insert(factors.end(), pair.begin(), pair.end());
        } else {
            sums.push_back(sum_of_weights(store, members));
            of.push_back("class '" + name + "'");
        }
    }
    return store.targets_BL.defined() ? factors : equalising(sums, of);
}

}  // namespace jetsmith
