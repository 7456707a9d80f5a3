// SPDX-License-Identifier: Apache-2.0
// Files of every layout with rows planted into them that cannot be used.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace jetsmith::test {

/// Some rows of a layout. Row r is a function of r alone, so that a file of the good ones can be
/// written, too.
struct Planted {
    std::string name{};    ///< of the test
    std::string data{};    ///< data section without files
    std::string inputs{};  ///< inputs section; may be empty
    size_t rows = 0;
    std::map<size_t, std::string> bad{};       ///< what follows "row <number>" in the message
    std::map<std::string, int64_t> reasons{};  ///< bad rows of each
    /// Writes a file of the given rows.
    std::function<void(const std::filesystem::path&, const std::vector<size_t>& rows)> write{};
};

inline std::ostream& operator<<(std::ostream& out, const Planted& planted)
{
    return out << planted.name;
}

/// One for each layout and data type.
std::vector<Planted> planted_files();

}  // namespace jetsmith::test
