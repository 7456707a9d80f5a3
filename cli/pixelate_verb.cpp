// SPDX-License-Identifier: Apache-2.0
// jetsmith pixelate FILE --config C --out images.h5: the images that a run would make of a file.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/verbs.h"
#include "core/config_node.h"
#include "core/config_place.h"
#include "core/output_file.h"
#include "datasets/hdf5/content_check.h"
#include "datasets/row_choice.h"
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

void pixelate(const PixelateArguments& arguments)
{
    const RowChoice rows("--rows", arguments.rows);
    auto inputs = arguments.files;
    inputs.push_back(arguments.config);
    check_output({"--out", arguments.out, "images", std::move(inputs),
                  [](const auto& path) { return hdf5::holds(path, "images"); }});
    const ConfigNode root = load_config(arguments.config, arguments.set);
    naming_places(root, [&] {
        RunConfig config(root);
        const auto reader = config.make_reader();
        const auto input = config.make_input();
        reader->judge_with(
            [&input](const EventStore& block, RowFaults& faults) { input->judge(block, faults); });
        std::vector<std::filesystem::path> files;
        for (const auto& file : arguments.files) files.push_back(std::filesystem::absolute(file));
        const auto store = reader->read_files(files, {rows.range()});
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
