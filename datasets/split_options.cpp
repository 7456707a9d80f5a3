// SPDX-License-Identifier: Apache-2.0
#include "datasets/split_options.h"

#include <glob.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/errors.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSplits{Split::train, Split::val, Split::test};

std::optional<int64_t> row_number(std::string_view text)
{
    int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = result.ec == std::errc{} && result.ptr == text.data() + text.size();
    if (!whole || value < 0) return {};
    return value;
}

/// `class: name` or `label: number` of one entry.
int64_t read_label(Config& config, const std::vector<std::string>& classes)
{
    std::string name;
    std::optional<int64_t> label;
    config.read("class", name, "class of all its rows, instead of a label column");
    config.read("label", label, "the same as a number: position in 'classes', from 0");
    if (!name.empty() && label)
        config.fail("label", "says the same as 'class' (one of them wanted). Remove one");
    if (!name.empty()) {
        const auto found = std::find(classes.begin(), classes.end(), name);
        if (found == classes.end())
            config.fail("class", "unknown class '" + name + "'." + suggestion(name, classes));
        return found - classes.begin();
    }
    if (label && (*label < 0 || *label >= std::ssize(classes)))
        config.fail("label", fmt::format("{} is out of range (must be between 0 and {}). Labels "
                                         "count the names in data.classes from 0",
                                         *label, std::ssize(classes) - 1));
    return label.value_or(-1);
}

SplitOptions::Entry read_entry(Config config, const std::vector<std::string>& classes)
{
    SplitOptions::Entry entry;
    std::string rows;
    config.require("file", entry.file, "path or glob");
    config.read("rows", rows, "range 'a:b' of its rows, a included, b not");
    if (!rows.empty()) entry.rows = parse_rows(config, "rows", rows);
    entry.label = read_label(config, classes);
    return entry;
}

/// A path, a list of paths, a map, or a list of maps.
std::vector<SplitOptions::Entry> read_entries(Config& config, const std::string& key,
                                              const std::vector<std::string>& classes)
{
    const std::string meaning =
        key + " files: a path, a glob, a list of these, or maps {file, rows, class or label}";
    std::vector<SplitOptions::Entry> entries;
    if (config.is_map(key)) {
        entries.push_back(read_entry(config.section(key, meaning), classes));
    } else if (config.is_list_of_maps(key)) {
        for (Config& item : config.items(key, meaning))
            entries.push_back(read_entry(item, classes));
    } else if (config.is_list(key)) {
        std::vector<fs::path> paths;
        config.read(key, paths, meaning);
        for (const auto& path : paths) entries.push_back({path, {}, -1});
    } else {
        fs::path path;
        config.read(key, path, meaning);
        if (!path.empty()) entries.push_back({path, {}, -1});
        if (config.is_describing()) read_entry(config.items(key, meaning).front(), classes);
    }
    return entries;
}

/// `rows: a:b` for all splits, or a map with one per split.
void read_rows(Config& config, std::array<SplitOptions::OfSplit, 3>& splits)
{
    const std::string meaning =
        "range 'a:b' of the rows of every file; or a map with a range per split";
    std::string text;
    if (!config.is_map("rows")) {
        config.read("rows", text, meaning);
        if (text.empty()) return;
        for (auto& split : splits) split.rows = parse_rows(config, "rows", text);
        return;
    }
    Config section = config.section("rows", meaning);
    for (const Split split : kSplits) {
        const std::string key(split_name(split));
        text.clear();
        section.read(key, text, "range of the rows of each of its files");
        if (!text.empty()) splits[static_cast<size_t>(split)].rows = parse_rows(section, key, text);
    }
}

void read_max_rows(Config& config, std::array<SplitOptions::OfSplit, 3>& splits)
{
    const std::string meaning =
        "largest number of rows of a split, drawn across its files, the same in every run; 0: all; "
        "or a map with a number per split";
    int64_t most = 0;
    if (!config.is_map("max_rows")) {
        config.read("max_rows", most, meaning, non_negative);
        for (auto& split : splits) split.max_rows = most;
        return;
    }
    Config section = config.section("max_rows", meaning);
    for (const Split split : kSplits)
        section.read(split_name(split), splits[static_cast<size_t>(split)].max_rows,
                     "largest number of its rows; 0: all", non_negative);
}

}  // namespace

RowRange parse_rows(const Config& config, const std::string& key, const std::string& text)
{
    const auto colon = text.find(':');
    const std::string_view view(text);
    std::optional<int64_t> begin = 0, end = -1;
    if (colon == std::string::npos) {
        begin.reset();
    } else {
        if (colon > 0) begin = row_number(view.substr(0, colon));
        if (colon + 1 < text.size()) end = row_number(view.substr(colon + 1));
    }
    if (!begin || !end)
        config.fail(key, fmt::format("must be a range 'a:b', 'a:' or ':b' (seen: {}). Write ':100' "
                                     "for the first 100 rows",
                                     text));
    if (*end != -1 && *end <= *begin)
        config.fail(key, fmt::format("holds no row (seen: {}; a larger number behind the colon "
                                     "wanted). The end is not included",
                                     text));
    return {*begin, *end};
}

std::vector<fs::path> expand(const fs::path& pattern, const std::string& place)
{
    if (pattern.string().find_first_of("*?[") == std::string::npos || fs::exists(pattern))
        return {pattern};
    glob_t found{};
    std::vector<fs::path> paths;
    if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
        paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    globfree(&found);
    if (paths.empty())
        throw UserError("{}: no file matches '{}' (one or more wanted). Check the folder and the "
                        "pattern.",
                        place, pattern.string());
    return paths;
}

SplitOptions::SplitOptions(Config& config, const std::vector<std::string>& classes)
{
    for (const Split split : kSplits)
        splits[static_cast<size_t>(split)].entries =
            read_entries(config, std::string(split_name(split)), classes);
    read_rows(config, splits);
    read_max_rows(config, splits);
}

std::vector<FileRows> SplitOptions::files(Split split) const
{
    std::vector<FileRows> all;
    for (const Entry& entry : of(split).entries) {
        const bool own = entry.rows.begin != 0 || entry.rows.end != -1;
        for (const auto& path : expand(entry.file, "data." + std::string(split_name(split))))
            all.push_back({path, own ? entry.rows : of(split).rows, entry.label, {}});
    }
    return all;
}

}  // namespace jetsmith
