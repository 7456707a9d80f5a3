// SPDX-License-Identifier: Apache-2.0
// A YAML document as a tree in which every value knows its file and line. Stricter than YAML:
// duplicate keys, merge keys, cyclic aliases and alias bombs are refused while reading.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jetsmith {

struct ConfigNode {
    enum class Kind { null, scalar, list, map };

    Kind kind = Kind::null;
    std::string scalar;
    bool quoted = false;  ///< '3' in quotes is a text, not a number
    bool path = false;    ///< names a file (or a glob); known once an option has read it as such
    std::vector<ConfigNode> items;
    std::vector<std::pair<std::string, ConfigNode>> entries;  ///< in file order, keys unique
    std::string file;
    int line = 0;  ///< 1-based; 0 for values that come from the command line

    static ConfigNode text(std::string value, bool quoted = false);

    const ConfigNode* find(std::string_view key) const;
    ConfigNode* find(std::string_view key);

    /// "file:line", or the file alone when there is no line.
    std::string place() const;

    /// The value as one line of flow YAML, for messages; long lists are cut.
    std::string shown() const;
};

/// Parses one YAML document. Throws UserError with file:line for malformed YAML, duplicate keys,
/// merge keys, an alias to its own parent, and documents that expand to more than 100,000 values
/// or nest deeper than 64 levels. `file` is used in messages only.
ConfigNode parse_yaml(const std::string& text, const std::string& file);

/// Reads a file and the chain of its `base:` files (at most two): maps merge deeply, lists and
/// scalars replace, and a section whose `type` changes is replaced whole. Then applies
/// `a.b=value` overrides, each value being YAML. Throws UserError.
ConfigNode load_config(const std::filesystem::path& path,
                       const std::vector<std::string>& overrides = {});

/// Block-style YAML that parse_yaml reads back to an equal tree.
std::string to_yaml(const ConfigNode& node);

}  // namespace jetsmith
