// SPDX-License-Identifier: Apache-2.0
#include "core/memory_size.h"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "core/errors.h"

namespace jetsmith {

int64_t parse_bytes(const std::string& text, const std::string& place)
{
    static const std::map<std::string, double> units{
        {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"KiB", 0x1p10},
        {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}};
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string unit(rest, text.data() + text.size());
    unit.erase(0, unit.find_first_not_of(' '));
    const auto known = units.find(unit);
    const double bytes = known == units.end() ? 0 : number * known->second;
    if (error != std::errc() || !(bytes >= 1e6) || !(bytes < 0x1p62))
        throw UserError(
            "{}: '{}' is no amount of memory (a number of kB, MB, GB, KiB, MiB or GiB, 1 MB or "
            "more, is wanted). Write e.g. 512 MB.",
            place, text);
    return static_cast<int64_t>(bytes);
}

std::string bytes_text(int64_t bytes)
{
    const auto value = static_cast<double>(bytes);
    if (value >= 9.995e9) return fmt::format("{:.1f} GB", value / 1e9);
    if (value >= 9.995e6) return fmt::format("{:.0f} MB", value / 1e6);
    return fmt::format("{:.2f} MB", value / 1e6);
}

}  // namespace jetsmith
