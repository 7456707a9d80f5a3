// SPDX-License-Identifier: Apache-2.0
// jetsmith emd FILE [FILE2] --radius R --out D.h5: Earth Mover's Distances between the rows of
// files; jetsmith emd FILE --isotropy ring:128 --out D.h5: to a uniform event.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/emd_picture.h"
#include "analysis/emd_report.h"
#include "cli/verbs.h"
#include "core/config_merge.h"
#include "core/config_place.h"
#include "core/output_file.h"
#include "datasets/hdf5/content_check.h"

namespace jetsmith::cli {
namespace {

struct EmdArguments {
    analysis::EmdRequest request;
    std::string config, out;
    std::vector<std::string> set;
    std::vector<std::pair<std::string, std::string>> keys;  ///< of the section emd
    std::vector<int64_t> plan;                              ///< two rows, or empty
    bool json = false;
};

ConfigNode empty_map()
{
    ConfigNode node;
    node.kind = ConfigNode::Kind::map;
    return node;
}

/// The value of an option, which messages name as its place.
ConfigNode option_node(const std::string& key, const std::string& value)
{
    ConfigNode node = ConfigNode::text(value);
    std::string option = key;
    std::replace(option.begin(), option.end(), '_', '-');
    node.file = "--" + option + " " + value;
    return node;
}

/// The config with the options of the command line in its section emd.
ConfigNode whole_config(const EmdArguments& arguments)
{
    ConfigNode root = arguments.config.empty() ? empty_map() : load_config(arguments.config);
    for (const auto& text : arguments.set) apply_override(root, text);
    if (!root.find("emd")) root.entries.emplace_back("emd", empty_map());
    ConfigNode& section = *root.find("emd");
    for (const auto& [key, value] : arguments.keys) {
        if (ConfigNode* old = section.find(key))
            *old = option_node(key, value);
        else
            section.entries.emplace_back(key, option_node(key, value));
    }
    return root;
}

/// Beside the distances: d.h5 and rows 3 and 7 make d_plan_3_7.svg.
std::filesystem::path plan_path(const EmdArguments& arguments)
{
    const std::filesystem::path out = arguments.out;
    return out.parent_path() / fmt::format("{}_plan_{}_{}.svg", out.stem().string(),
                                           arguments.plan[0], arguments.plan[1]);
}

void measure(const EmdArguments& arguments)
{
    const auto& request = arguments.request;
    check_output({"--out",
                  arguments.out,
                  "distances",
                  {request.file, request.second, request.pairs, arguments.config},
                  [](const auto& path) { return hdf5::holds(path, "distances"); }});
    const ConfigNode config = whole_config(arguments);
    naming_places(config, [&] {
        const auto task = analysis::make_emd_task(arguments.request, config);
        if (!arguments.plan.empty())
            analysis::write_plan_picture(plan_path(arguments), task, arguments.plan[0],
                                         arguments.plan[1]);
        const auto outcome = analysis::run_emd(task, arguments.out);
        if (arguments.json)
            fmt::print("{}\n", analysis::emd_json(task, outcome, arguments.out).dump(2));
        else
            fmt::print("{}", analysis::emd_text(task, outcome, arguments.out));
        analysis::speak_of_failures(task, outcome, arguments.out);
    });
}

}  // namespace

void add_emd(CLI::App& app)
{
    auto* verb = app.add_subcommand("emd", "Earth Mover's Distances between jets or events");
    auto a = std::make_shared<EmdArguments>();
    const auto key = [verb, a](const char* option, const char* name, const char* meaning) {
        verb->add_option_function<std::string>(
            option, [a, name](const std::string& value) { a->keys.emplace_back(name, value); },
            meaning);
    };
    verb->add_option("file", a->request.file, "file of jets or events")->required();
    verb->add_option("file2", a->request.second,
                     "second file: distances from rows of the first to its rows");
    verb->add_option("--config", a->config, "its sections data and emd count; needed for events");
    verb->add_option("--set", a->set, "override a key of it")->take_all();
    verb->add_option("--pairs", a->request.pairs,
                     "all (default), or an HDF5 file with a dataset pairs (K, 2) of row numbers");
    key("--radius", "radius", "jet radius R, by which distances are divided; jets need it");
    key("--beta", "beta", "power of the distance (default: 1)");
    verb->add_flag_callback(
        "--norm", [a] { a->keys.emplace_back("norm", "true"); },
        "divide each jet's weights by their sum");
    key("--isotropy", "isotropy",
        "isotropy of each event instead: its distance to the uniform ring:N, cylinder:N or "
        "sphere:N");
    key("--ymax", "ymax", "largest rapidity of the cylinder (default: 4.5)");
    key("--tier", "tier", "fast (default, certified to 2e-6) or exact (1e-10)");
    key("--centre", "centre",
        "origin of each jet: pt (centroid; default), escheme or none (default with --dataset)");
    key("--max-particles", "max_particles", "particles of highest pT to keep (default: all)");
    key("--device", "device", "auto (default), cpu, cuda or cuda:N");
    verb->add_option("--rows", a->request.rows, "rows of the file, first:behind (default: all)");
    verb->add_option("--rows2", a->request.second_rows, "rows of the second file (default: all)");
    verb->add_option("--dataset", a->request.dataset,
                     "dataset (N, P, 3) of pt, y, phi, padded with zeros");
    verb->add_option("--out", a->out, "HDF5 file to write")->required();
    verb->add_option("--plan", a->plan,
                     "two rows, such as 3,7: draws what moves from one jet to the other, as SVG "
                     "beside --out")
        ->delimiter(',')
        ->expected(2);
    verb->add_flag("--json", a->json, "machine-readable output");
    verb->footer(
        "Examples, with files of top-tagging jets:\n"
        "  jetsmith emd jets.h5 --radius 0.8 --rows 0:200 --out d.h5\n"
        "  jetsmith emd jets.h5 others.h5 --radius 0.8 --rows 0:20 --rows2 0:20 --out two.h5\n"
        "  jetsmith emd jets.h5 --isotropy ring:128 --out iso.h5\n"
        "Distances lie in the dataset emd of the file, as docs/emd.md says.");
    verb->callback([a] { measure(*a); });
}

}  // namespace jetsmith::cli
