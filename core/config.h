// SPDX-License-Identifier: Apache-2.0
// One section of a run's config, read strictly. A component declares each option once:
//
//     struct Options {
//         int64_t pixels = 37;
//         explicit Options(Config& config)
//         {
//             config.read("pixels", pixels, "pixels along eta and along phi", within(2, 1024));
//         }
//     };
//
// The same line reads the value, checks type and range, words the error, fills `jetsmith list`
// and the reference page, and writes the resolved config. Defaults live in the struct alone; a
// unit goes into square brackets at the end of the meaning.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config_checks.h"
#include "core/config_node.h"
#include "core/errors.h"

namespace jetsmith {

/// What one option is, as `jetsmith list` prints it.
struct Declaration {
    std::string key;
    std::string type;          ///< "integer", "list of numbers", "section", ...
    std::string default_text;  ///< empty when required
    std::string meaning;
    std::string wanted;  ///< condition in words, may be empty
    bool required = false;
    std::vector<Declaration> children;  ///< options of a section or of each item of a list
};

class Config {
  public:
    /// Reads the values of a map. `owner` names the reader in messages, e.g. "model 'cnn'".
    Config(const ConfigNode& node, std::string path, std::string owner);

    /// Reads nothing and keeps every default: for listing what a component would read.
    static Config describing(std::string owner);
    bool is_describing() const;

    /// Optional value: `value` keeps its default when the key is absent. T is one of bool,
    /// int64_t, double, std::string, std::filesystem::path, a std::vector of these,
    /// std::optional<int64_t>, std::map<std::string, double>, or pairs of texts (a map in order).
    /// Relative paths start where they stand. Throws UserError for a wrong type or a failed check.
    template <typename T, typename... Checks>
    void read(std::string_view key, T& value, std::string_view meaning, const Checks&... checks)
    {
        declare(key, value, meaning, false, words(checks...));
        if (parse(key, value)) (check(key, value, checks), ...);
    }

    /// The same for a value that has no default: its absence is an error.
    template <typename T, typename... Checks>
    void require(std::string_view key, T& value, std::string_view meaning, const Checks&... checks)
    {
        declare(key, value, meaning, true, words(checks...));
        if (parse(key, value)) (check(key, value, checks), ...);
    }

    /// A nested map; an absent one reads as empty. Its keys are checked by this section's finish().
    Config section(std::string_view key, std::string_view meaning);

    /// A nested list of maps; empty when absent. When describing: one item, to hear its options.
    std::vector<Config> items(std::string_view key, std::string_view meaning);

    /// True when the key stands in the file (never when describing).
    bool has(std::string_view key) const;

    /// True when the key holds a map (a list, a scalar).
    bool is_map(std::string_view key) const;
    bool is_list(std::string_view key) const;

    /// True when the key holds a list that begins with a map.
    bool is_list_of_maps(std::string_view key) const;

    /// Throws UserError for every key that nobody read, with the nearest declared name.
    void finish() const;

    /// The same for this map alone, not for the sections below it.
    void finish_own_keys() const;

    /// Throws UserError "file:line: path.key: problem", for conditions between options.
    [[noreturn]] void fail(std::string_view key, const std::string& problem) const;

    /// "file:line: path.key", for messages that are worded elsewhere.
    std::string place(std::string_view key) const;

    const std::string& path() const;
    std::vector<Declaration> declarations() const;

    /// Every declared key with the value in force, defaults included.
    ConfigNode resolved() const;

    /// Renames the reader in messages once its type is known.
    void set_owner(std::string owner);

  private:
    struct Section;
    explicit Config(std::shared_ptr<Section> section) : section_(std::move(section)) {}

    template <typename T>
    void declare(std::string_view key, const T& value, std::string_view meaning, bool required,
                 std::string wanted);
    template <typename T>
    bool parse(std::string_view key, T& value);

    template <typename T, typename Check>
    void check(std::string_view key, const T& value, const Check& c) const
    {
        if (!detail::check_holds(c, value)) fail_range(key, detail::wanted(c));
    }
    [[noreturn]] void fail_range(std::string_view key, const std::string& wanted) const;

    template <typename... Checks>
    static std::string words(const Checks&... checks)
    {
        std::string all;
        ((all += (all.empty() ? "" : ", ") + detail::wanted(checks)), ...);
        return all;
    }

    std::shared_ptr<Section> section_;
};

/// The name in `known` that is nearest to `name` by edit distance, or "" when none is near.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

/// " Did you mean 'x'?", or a list of the known names when none is near.
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

}  // namespace jetsmith
