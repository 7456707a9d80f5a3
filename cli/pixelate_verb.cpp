// SPDX-License-Identifier: Apache-2.0
// jetsmith pixelate FILE --config C --out images.h5: the images that a run would make of a file.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <limits>
#include <memory>

#include "cli/verbs.h"
#include "core/config_node.h"
#include "core/config_place.h"
#include "core/errors.h"
#include "inputs/image_file.h"
#include "trainers/run_config.h"

namespace jetsmith::cli {
namespace {

struct PixelateArguments {
    std::vector<std::string> files;
    std::string config;
    std::vector<std::string> set;
    std::string out;
    std::string rows;
};

struct Range {
    int64_t begin = 0, end = std::numeric_limits<int64_t>::max();
};

bool parse_number(std::string_view text, int64_t& value)
{
    if (text.empty()) return true;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && rest == text.data() + text.size() && value >= 0;
}

/// "a:b", "a:" or ":b".
Range parse_range(const std::string& text)
{
    Range range;
    const auto colon = text.find(':');
    const std::string_view all = text;
    if (colon == std::string::npos || !parse_number(all.substr(0, colon), range.begin) ||
        !parse_number(all.substr(colon + 1), range.end) || range.begin >= range.end)
        throw UserError(
            "--rows: '{}' is no range of rows (wanted first:behind, such as 0:1000). "
            "Rows count from 0 in each file.",
            text);
    return range;
}

EventStore only_rows(const EventStore& store, const std::string& text)
{
    const Range range = parse_range(text);
    const auto& row = store.source_rows_B;
    const auto kept = row.ge(range.begin).logical_and(row.lt(range.end)).nonzero().squeeze(1);
    if (kept.size(0) == 0)
        throw UserError("--rows: '{}' holds none of the {} rows that were read (numbers {} to {}). "
                        "Choose other rows.",
                        text, store.rows, row.min().item<int64_t>(), row.max().item<int64_t>());
    return store.select(kept);
}

void pixelate(const PixelateArguments& arguments)
{
    const ConfigNode root = load_config(arguments.config, arguments.set);
    naming_places(root, [&] {
        RunConfig config(root);
        const auto reader = config.make_reader();
        const auto input = config.make_input();
        reader->judge_with([&input](const EventStore& block, RowFaults& faults) {
            input->judge(block, faults);
        });
        std::vector<std::filesystem::path> files;
        for (const auto& file : arguments.files) files.push_back(std::filesystem::absolute(file));
        auto store = reader->read_files(files);
        if (!arguments.rows.empty()) store = only_rows(store, arguments.rows);
        if (input->learns()) {
            ResidentFeed train(reader->read(Split::train));
            input->fit(train, reader->class_weights(train.index()));
        }
        inputs::write_images(store, *input, to_yaml(config.resolved()), arguments.out);
        fmt::print("{}: {} images\n", arguments.out, store.rows);
    });
}

}  // namespace

void add_pixelate(CLI::App& app)
{
    auto* verb = app.add_subcommand("pixelate", "write the images that a run would make of a file");
    auto arguments = std::make_shared<PixelateArguments>();
    verb->add_option("file", arguments->files, "file of constituents")->required();
    verb->add_option("--config", arguments->config, "recipe: its sections data and inputs count")
        ->required();
    verb->add_option("--set", arguments->set, "override a key of the recipe")->take_all();
    verb->add_option("--out", arguments->out, "HDF5 file to write")->required();
    verb->add_option("--rows", arguments->rows, "rows of each file, first:behind (default: all)");
    verb->callback([arguments] { pixelate(*arguments); });
}

}  // namespace jetsmith::cli
