// SPDX-License-Identifier: Apache-2.0
#include "datasets/mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "core/random.h"

namespace jetsmith {
namespace {

struct Drawn {
    uint64_t key;
    size_t file, index;

    auto operator<=>(const Drawn&) const = default;
};

/// The rows of each class with a share, in random order.
std::vector<std::vector<Drawn>> by_class(const std::vector<PassingRows>& passing, size_t classes,
                                         uint64_t seed)
{
    std::vector<std::vector<Drawn>> all(classes);
    for (size_t f = 0; f < passing.size(); ++f)
        for (size_t i = 0; i < passing[f].rows.size(); ++i) {
            const int64_t label = passing[f].labels[i];
            if (label < 0 || label >= std::ssize(all)) continue;
            const uint64_t source = uint64_t{f} << 40 | static_cast<uint64_t>(passing[f].rows[i]);
            all[static_cast<size_t>(label)].push_back(
                {random_bits({seed, Purpose::sample, 0, source}), f, i});
        }
    for (auto& rows : all) std::sort(rows.begin(), rows.end());
    return all;
}

}  // namespace

std::vector<double> read_mixture(Config& config, const std::vector<std::string>& classes)
{
    std::map<std::string, double> parts;
    config.read("mixture", parts,
                "rows to train on, as a map {class: relative number}, drawn by the seed; a class "
                "that is not named is left out; validation loss weighted to match; absent: all");
    if (parts.empty()) return {};
    std::vector<double> shares(classes.size(), 0.0);
    for (const auto& [name, part] : parts) {
        const auto found = std::find(classes.begin(), classes.end(), name);
        if (found == classes.end())
            config.fail("mixture", "unknown class '" + name + "'." + suggestion(name, classes));
        if (!(part >= 0) || !std::isfinite(part))
            config.fail("mixture", fmt::format("the part of '{}' must be 0 or more (seen: {}). Leave "
                                               "a class out that is not wanted",
                                               name, part));
        shares[static_cast<size_t>(found - classes.begin())] = part;
    }
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    if (!(sum > 0)) config.fail("mixture", "holds no row (every part is 0; a part above 0 wanted). Write "
                                               "e.g. {qcd: 1}");
    for (double& share : shares) share /= sum;
    return shares;
}

void draw_mixture(std::vector<PassingRows>& passing, const std::vector<double>& shares,
                  const std::vector<std::string>& classes, int64_t most, uint64_t seed)
{
    const auto rows = by_class(passing, shares.size(), seed);
    double total = most > 0 ? static_cast<double>(most) : std::numeric_limits<double>::infinity();
    for (size_t c = 0; c < shares.size(); ++c) {
        if (shares[c] == 0) continue;
        if (rows[c].empty())
            throw UserError("data.mixture: no training row is of class '{}' (a share of {:g} is "
                            "wanted). Check labels and selection, or leave the class out.",
                            classes[c], shares[c]);
        total = std::min(total, static_cast<double>(rows[c].size()) / shares[c]);
    }
    std::vector<std::vector<size_t>> kept(passing.size());
    for (size_t c = 0; c < shares.size(); ++c) {
        const auto wanted = static_cast<size_t>(std::llround(total * shares[c]));
        for (size_t i = 0; i < std::min(wanted, rows[c].size()); ++i)
            kept[rows[c][i].file].push_back(rows[c][i].index);
    }
    for (size_t f = 0; f < passing.size(); ++f) {
        std::sort(kept[f].begin(), kept[f].end());
        PassingRows left;
        for (const size_t i : kept[f]) {
            left.rows.push_back(passing[f].rows[i]);
            left.labels.push_back(passing[f].labels[i]);
        }
        passing[f] = std::move(left);
    }
}

std::vector<double> composition_factors(const at::Tensor& labels_B,
                                        const std::vector<double>& shares, size_t classes)
{
    std::vector<double> factors(classes, 1.0);
    if (shares.empty()) return factors;
    std::vector<int64_t> rows(classes, 0);
    const int64_t* labels = labels_B.const_data_ptr<int64_t>();
    for (int64_t b = 0; b < labels_B.numel(); ++b)
        if (labels[b] >= 0) ++rows[static_cast<size_t>(labels[b])];
    const auto all = static_cast<double>(labels_B.numel());
    for (size_t c = 0; c < classes; ++c)
        factors[c] = rows[c] == 0 ? 0.0 : shares[c] * all / static_cast<double>(rows[c]);
    return factors;
}

}  // namespace jetsmith
