// SPDX-License-Identifier: Apache-2.0
// jetsmith report RUN...: one HTML page about one or several runs.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/members_report.h"
#include "analysis/report_html.h"
#include "analysis/report_page.h"
#include "cli/verbs.h"
#include "core/output_file.h"

namespace jetsmith::cli {
namespace {

struct ReportArguments {
    std::vector<std::string> runs;
    std::string out;
};

void report(const ReportArguments& arguments)
{
    check_output({"--out", arguments.out, "page", {}, analysis::is_page});
    const std::vector<std::filesystem::path> runs(arguments.runs.begin(), arguments.runs.end());
    const std::filesystem::path out =
        arguments.out.empty() ? runs.front() / "report.html" : std::filesystem::path(arguments.out);
    if (runs.size() == 1 && arguments.out.empty() &&
        analysis::member_folders(runs.front()).front() != runs.front()) {
        analysis::write_members_report(runs.front());
    } else {
        analysis::write_report(runs, out);
    }
    fmt::print("report  {}\n", out.string());
}

}  // namespace

void add_report(CLI::App& app)
{
    auto* verb = app.add_subcommand("report", "one HTML page about one or several runs");
    auto arguments = std::make_shared<ReportArguments>();
    verb->add_option("runs", arguments->runs, "run folders, the reference first")->required();
    verb->add_option("--out", arguments->out, "page to write (default: <first run>/report.html)");
    verb->callback([arguments] { report(*arguments); });
}

}  // namespace jetsmith::cli
