// SPDX-License-Identifier: Apache-2.0
#include "inputs/feature_ranges.h"

#include <regex>

#include "core/errors.h"

namespace jetsmith::inputs {

std::vector<std::string> expand_ranges(const std::string& text, const std::string& place)
{
    static const std::regex range(R"(\[(\d{1,4}):(\d{1,4})\])");
    std::smatch first;
    if (!std::regex_search(text, first, range)) return {text};
    const std::string all = first[0];
    const int begin = std::stoi(first[1]), end = std::stoi(first[2]);
    if (begin >= end)
        throw UserError("{}: '{}' of '{}' is empty (a larger number behind the colon wanted). The "
                        "end is not included.",
                        place, all, text);
    for (auto it = std::sregex_iterator(text.begin(), text.end(), range);
         it != std::sregex_iterator(); ++it)
        if ((*it)[0] != all)
            throw UserError("{}: '{}' has two ranges, {} and {} (equal ones are wanted). Write them as "
                            "two features.",
                            place, text, all, (*it)[0].str());
    std::vector<std::string> expanded;
    for (int k = begin; k < end; ++k) {
        std::string one = text;
        const std::string number = "[" + std::to_string(k) + "]";
        for (size_t at = 0; (at = one.find(all, at)) != std::string::npos; at += number.size())
            one.replace(at, all.size(), number);
        expanded.push_back(one);
    }
    return expanded;
}

}  // namespace jetsmith::inputs
