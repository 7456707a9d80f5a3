// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "cli/usage_error.h"
#include "cli/verbs.h"
#include "core/errors.h"
#include "core/host_memory.h"
#include "core/log.h"
#include "core/parallel.h"
#include "core/stop_signal.h"
#include "core/version.h"
#include "trainers/out_of_memory.h"

namespace jetsmith::cli {
namespace {

enum ExitCode { kSuccess = 0, kUserMistake = 2, kBug = 3, kCannotGoOn = 4, kSignal = 128 };

int report(int code, const std::string& text)
{
    log::write(log::Level::error, "jetsmith: " + text);
    return code;
}

int usage_error(const CLI::App& app, const CLI::ParseError& error)
{
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    return report(kUserMistake, usage_text(app, error));
}

int parse_and_run(CLI::App& app, int argc, char** argv)
{
    try {
        app.parse(argc, argv);
        return kSuccess;
    } catch (const CLI::ParseError& error) {
        return usage_error(app, error);
    } catch (const UserError& error) {
        return report(kUserMistake, error.what());
    } catch (const RunError& error) {
        return report(kCannotGoOn, error.what());
    } catch (const Stopped& stopped) {
        return report(kSignal + stopped.signal(), stopped.what());
    } catch (const std::exception& error) {
        if (is_out_of_memory(error))
            return report(kCannotGoOn, "out of memory. Use fewer rows (data.max_rows), data.loading: "
                                       "streamed, or a smaller trainer.batch_size.");
        std::string text = error.what();
        return report(kBug, "internal error: " + text.substr(0, text.find("\nException raised")) +
                                "\nThis is a bug of jetsmith; please report it with the command "
                                "and the config.");
    }
}

}  // namespace

int run(int argc, char** argv)
{
    keep_few_primitives();
    CLI::App app("jetsmith trains, compares and preserves neural networks for collider physics.",
                 "jetsmith");
    app.set_version_flag("--version", program_version());
    app.require_subcommand(1);
    app.fallthrough();
    app.add_option_function<int>(
           "--threads", [](int threads) { set_thread_count(threads); },
           "CPU threads (default: all this process may use)")
        ->check(CLI::Range(1, 65536));
    // A wrong JETSMITH_THREADS is said before the verb begins.
    app.parse_complete_callback([] { thread_count(); });
    add_train(app);
    add_evaluate(app);
    add_metrics(app);
    add_table(app);
    add_check(app);
    add_list(app);
    add_report(app);
    add_inspect(app);
    add_pixelate(app);
    add_emd(app);
    add_medoids(app);
    return parse_and_run(app, argc, argv);
}

}  // namespace jetsmith::cli
