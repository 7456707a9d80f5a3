// SPDX-License-Identifier: Apache-2.0
#include "analysis/plot_gnuplot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/atomic_file.h"
#include "core/errors.h"

extern char** environ;

namespace jetsmith::analysis {
namespace {

namespace fs = std::filesystem;

/// Holds script, output and messages of one call.
class WorkFolder {
  public:
    WorkFolder()
    {
        std::string name = (fs::temp_directory_path() / "jetsmith-plot-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw UserError("{}: no temporary folder can be made ({}). Set TMPDIR.", name,
                            std::strerror(errno));
        path_ = name;
    }
    ~WorkFolder()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;

    std::string file(const char* name) const { return (path_ / name).string(); }

  private:
    fs::path path_;
};

/// Starts gnuplot with its streams in files, so that no pipe can fill up; returns its exit status.
int gnuplot_status(const WorkFolder& folder)
{
    const std::string script = folder.file("script"), out = folder.file("out"),
                      messages = folder.file("messages");
    posix_spawn_file_actions_t streams;
    posix_spawn_file_actions_init(&streams);
    posix_spawn_file_actions_addopen(&streams, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&streams, 1, out.c_str(), O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_addopen(&streams, 2, messages.c_str(), O_WRONLY | O_CREAT, 0600);
    std::string program = "gnuplot", plain = "-d", file = script;
    char* const arguments[] = {program.data(), plain.data(), file.data(), nullptr};
    pid_t child = 0;
    const int error = posix_spawnp(&child, "gnuplot", &streams, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&streams);
    if (error != 0)
        throw UserError("gnuplot cannot be started ({}). Install gnuplot-nox for figures.",
                        std::strerror(error));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) throw UserError("gnuplot was lost ({}).", std::strerror(errno));
    return status;
}

std::string first_line(const std::string& text)
{
    const auto begin = text.find_first_not_of(" \n");
    return begin == std::string::npos ? "no message"
                                      : text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

std::string run_gnuplot(const std::string& script)
{
    const WorkFolder folder;
    std::ofstream(folder.file("script")) << script;
    const int status = gnuplot_status(folder);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        throw UserError(
            "gnuplot cannot be started (not found on the PATH). Install gnuplot-nox "
            "for figures.");
    std::string svg = read_text(folder.file("out"));
    if (status != 0 || svg.find("</svg>") == std::string::npos)
        throw UserError("gnuplot drew nothing ({}). Install gnuplot 5.4 or newer.",
                        first_line(read_text(folder.file("messages"))));
    return svg;
}

}  // namespace jetsmith::analysis
