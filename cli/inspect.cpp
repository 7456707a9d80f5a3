// SPDX-License-Identifier: Apache-2.0
// jetsmith inspect FILE: what a data file holds, whether it can be read, and how.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/verbs.h"
#include "datasets/file_report.h"

namespace jetsmith::cli {

void add_inspect(CLI::App& app)
{
    struct Arguments {
        std::string file;
        bool rows = false, json = false;
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App* verb =
        app.add_subcommand("inspect", "show what a data file holds and how to read it");
    verb->add_option("file", arguments->file, "HDF5 file")->required();
    verb->add_flag("--rows", arguments->rows, "read all rows and count those that cannot be used");
    verb->add_flag("--json", arguments->json, "machine-readable output");
    verb->callback([arguments] {
        FileReport report = inspect_file(arguments->file);
        if (arguments->rows) judge_rows(report);
        if (arguments->json)
            fmt::print("{}\n", to_json(report).dump(2));
        else
            fmt::print("{}", to_text(report));
    });
}

}  // namespace jetsmith::cli
