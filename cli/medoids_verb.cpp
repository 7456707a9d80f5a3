// SPDX-License-Identifier: Apache-2.0
// jetsmith medoids D.h5 --k 5: the events that represent all others best.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/class_medoids.h"
#include "analysis/medoid_report.h"
#include "analysis/report_page.h"
#include "cli/verbs.h"
#include "core/errors.h"
#include "core/host_memory.h"
#include "core/memory_size.h"
#include "core/output_file.h"
#include "datasets/hdf5/content_check.h"

namespace jetsmith::cli {
namespace {

struct MedoidArguments {
    std::string file;
    analysis::MedoidOptions options;
    std::string labels;
    std::string out;
    std::string report, images;
    std::string memory;
    int64_t knn = 0;
    bool weighted = false;
    bool json = false;
};

/// Places of what is written, before hours of work go into it.
void check_outputs(const MedoidArguments& arguments)
{
    const std::string labels = arguments.labels.substr(0, arguments.labels.rfind(':'));
    const std::vector<std::string> inputs{arguments.file, labels, arguments.images};
    check_output({"--out", arguments.out, "medoids", inputs,
                  [](const auto& path) { return hdf5::holds(path, "medoids"); }});
    check_output({"--report", arguments.report, "page", inputs, analysis::is_page});
    if (!arguments.images.empty()) hdf5::File::open(arguments.images);
}

/// Options that want others.
void check(const MedoidArguments& arguments)
{
    if (arguments.knn > 0 && arguments.out.empty())
        throw UserError(
            "--knn: the scores have no place to go (a file is wanted for them). Name it "
            "with --out.");
    if (arguments.weighted && arguments.knn == 0)
        throw UserError(
            "--knn-weighted: there are no neighbours to weigh (a number is wanted). Give "
            "it with --knn.");
    if (!arguments.images.empty() && arguments.report.empty())
        throw UserError(
            "--images: there is no page to show them on (a file is wanted for it). Name "
            "it with --report.");
}

void print_medoids(const MedoidArguments& arguments)
{
    check(arguments);
    check_outputs(arguments);
    const int64_t memory = arguments.memory.empty() ? available_memory() / 2
                                                    : parse_bytes(arguments.memory, "--memory");
    const auto distances = analysis::read_distances(arguments.file, memory);
    auto classes = arguments.labels.empty()
                       ? analysis::without_labels(distances)
                       : analysis::read_row_classes(arguments.labels, distances);
    std::vector<double> scores;
    if (arguments.knn > 0)
        scores = analysis::leave_one_out_scores(
            distances, classes, arguments.knn,
            arguments.weighted ? analysis::Vote::inverse : analysis::Vote::equal);
    const auto result = analysis::find_medoids(distances, std::move(classes), arguments.options);
    if (!arguments.out.empty()) analysis::write_medoids(arguments.out, result, distances, scores);
    if (arguments.json)
        fmt::print("{}\n", analysis::medoids_json(result, distances).dump(2));
    else
        fmt::print("{}", analysis::plain_text(analysis::medoid_table(result, distances)));
    if (!arguments.report.empty())
        analysis::write_medoid_report(arguments.report, result, distances, arguments.images);
}

}  // namespace

void add_medoids(CLI::App& app)
{
    auto* verb =
        app.add_subcommand("medoids", "the events that represent all others best, from distances");
    auto arguments = std::make_shared<MedoidArguments>();
    auto& a = *arguments;
    verb->add_option("file", a.file, "condensed matrix of distances that jetsmith emd wrote")
        ->required();
    verb->add_option("--k", a.options.k, "number of medoids, of each class with --labels")
        ->capture_default_str()
        ->check(CLI::Range(int64_t{1}, int64_t{100'000}));
    verb->add_option("--labels", a.labels,
                     "FILE:DATASET with one label per row of the matrix or of its input file: "
                     "medoids of each class");
    verb->add_option("--seed", a.options.seed, "of the random starts")->capture_default_str();
    verb->add_option("--restarts", a.options.restarts,
                     "number of descents, of which the best counts")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000));
    verb->add_option("--out", a.out,
                     "HDF5 file for the medoids, the clusters and all distances to medoids");
    verb->add_option("--knn", a.knn,
                     "number of neighbours whose share of the second class goes to --out as "
                     "knn_score, each row left out of its own")
        ->check(CLI::Range(int64_t{1}, int64_t{1'000'000}));
    verb->add_flag("--knn-weighted", a.weighted, "neighbours count by 1 / distance");
    verb->add_option("--report", a.report,
                     "HTML page to write: the medoids, how far classes are apart, their dimension");
    verb->add_option("--images", a.images,
                     "images that jetsmith pixelate made of the same file, to show the medoids");
    verb->add_option("--memory", a.memory,
                     "that distances may take, such as 4 GiB (default: half of what is free); "
                     "those of a larger file stay there");
    verb->add_flag("--json", a.json, "print a JSON document");
    verb->footer(
        "Examples, with what jetsmith emd jets.h5 wrote:\n"
        "  jetsmith medoids d.h5 --k 3\n"
        "  jetsmith medoids d.h5 --k 3 --labels jets.h5:is_signal_new --out m.h5 --report m.html");
    verb->callback([arguments] { print_medoids(*arguments); });
}

}  // namespace jetsmith::cli
