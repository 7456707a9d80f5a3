// SPDX-License-Identifier: Apache-2.0
// The three ways in which jetsmith stops, each with its own exit code. Every message follows one
// grammar: *problem (why; value seen; value wanted). Suggestion.*, lower-case after the place.
#pragma once

#include <fmt/core.h>

#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>

namespace jetsmith {

/// The user's mistake: config, data or environment. One line on stderr, exit code 2.
class UserError : public std::runtime_error {
  public:
    explicit UserError(const std::string& message) : std::runtime_error(message) {}

    template <typename... Args>
    explicit UserError(fmt::format_string<Args...> format, Args&&... args)
        requires(sizeof...(Args) > 0)
        : std::runtime_error(fmt::format(format, std::forward<Args>(args)...))
    {
    }
};

/// The run could not go on (disk full, out of memory, GPU lost, NaN): what was saved and how to
/// go on is part of the message. Exit code 4.
class RunError : public std::runtime_error {
  public:
    explicit RunError(const std::string& message) : std::runtime_error(message) {}

    template <typename... Args>
    explicit RunError(fmt::format_string<Args...> format, Args&&... args)
        requires(sizeof...(Args) > 0)
        : std::runtime_error(fmt::format(format, std::forward<Args>(args)...))
    {
    }
};

/// A bug of ours, with the place where it was noticed. Exit code 3.
class InternalError : public std::logic_error {
  public:
    explicit InternalError(const std::string& message,
                           std::source_location where = std::source_location::current())
        : std::logic_error(fmt::format("{}:{}: {}", where.file_name(), where.line(), message))
    {
    }
};

/// Stops with an InternalError that names the caller's line when a promise inside the program is
/// broken. Cheap: use it once per batch or file, never per particle.
inline void ensure(bool condition, const std::string& message,
                   std::source_location where = std::source_location::current())
{
    if (!condition) throw InternalError(message, where);
}

}  // namespace jetsmith
