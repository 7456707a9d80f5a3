// SPDX-License-Identifier: Apache-2.0
// One function per verb adds its subcommand, options and action to the command line.
#pragma once

namespace CLI {
class App;
}

namespace jetsmith::cli {

void add_check(CLI::App& app);
void add_emd(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_inspect(CLI::App& app);
void add_list(CLI::App& app);
void add_medoids(CLI::App& app);
void add_metrics(CLI::App& app);
void add_pixelate(CLI::App& app);
void add_report(CLI::App& app);
void add_table(CLI::App& app);
void add_train(CLI::App& app);

/// Builds the command line, runs the chosen verb and turns errors into one line and an exit code:
/// 0 success, 2 the user's mistake, 3 a bug of ours, 4 the run could not go on.
int run(int argc, char** argv);

}  // namespace jetsmith::cli
