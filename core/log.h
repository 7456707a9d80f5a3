// SPDX-License-Identifier: Apache-2.0
// Messages to the terminal (stderr; colour only on a terminal) and, once a run has a folder, to
// its log.txt with times. stdout stays free for what a verb prints as its result.
#pragma once

#include <fmt/core.h>

#include <filesystem>
#include <string>
#include <utility>

namespace jetsmith::log {

enum class Level { info, warning, error };

/// Writes one line. Safe from every thread.
void write(Level level, const std::string& text);

template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args)
{
    write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args)
{
    write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}

/// Also writes to this file from now on (appending); throws RunError when it cannot be opened.
void to_file(const std::filesystem::path& path);

/// No lines below this level on the terminal; the file still gets all.
void set_terminal_level(Level level);

/// True when stderr is a terminal, so that colours and progress bars make sense.
bool on_terminal();

}  // namespace jetsmith::log
