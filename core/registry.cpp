// SPDX-License-Identifier: Apache-2.0
#include "core/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <tuple>

namespace jetsmith {
namespace {

constexpr size_t kMostShown = 20;  // names that a message lists

std::vector<ComponentInfo>& components()
{
    static std::vector<ComponentInfo> all;
    return all;
}

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// Edit distance (insertions, deletions, substitutions, each 1); case does not count.
size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = std::exchange(row[0], i);
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t substituted = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, substituted}));
        }
    }
    return row.back();
}

}  // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string>& known)
{
    std::string best;
    size_t distance = std::max<size_t>(2, name.size() / 3) + 1;
    for (const auto& candidate : known) {
        size_t d = edit_distance(name, candidate);
        // "filter" for "filters", "batch" for "batch_size": a prefix is nearer than its length.
        if (name.size() >= 3 && candidate.starts_with(name))
            d = std::min<size_t>(d, 2);
        const bool nothing_in_common = d >= std::max(name.size(), candidate.size());
        if (d < distance && !nothing_in_common) {
            distance = d;
            best = candidate;
        }
    }
    return best;
}

std::string suggestion(std::string_view name, const std::vector<std::string>& known)
{
    const std::string nearest = nearest_name(name, known);
    if (!nearest.empty()) return fmt::format(" Did you mean '{}'?", nearest);
    if (known.empty()) return "";
    const auto shown = std::min(known.size(), kMostShown);
    const std::string others =
        shown < known.size() ? fmt::format(" and {} more", known.size() - shown) : "";
    return fmt::format(" Known names: {}{}.",
                       fmt::join(known.begin(), known.begin() + static_cast<int64_t>(shown), ", "),
                       others);
}

const std::vector<ComponentInfo>& all_components()
{
    auto& all = components();
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return std::tie(a.family, a.name) < std::tie(b.family, b.name);
    });
    return all;
}

namespace detail {

void add_component(ComponentInfo info) { components().push_back(std::move(info)); }

std::string read_type(Config& config, const std::string& family)
{
    std::string name;
    config.set_owner("section '" + family + "'");
    config.require("type", name, "which " + family + " to use");
    return name;
}

void unknown_component(const Config& config, const std::string& family, const std::string& name,
                       std::vector<std::string> known)
{
    throw UserError("{}: there is no {} called '{}'.{}", config.place("type"), family, name,
                    suggestion(name, known));
}

}  // namespace detail
}  // namespace jetsmith
