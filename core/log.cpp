// SPDX-License-Identifier: Apache-2.0
#include "core/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>

#include "core/errors.h"

namespace jetsmith::log {
namespace {

spdlog::logger& logger()
{
    static const auto instance = [] {
        auto terminal = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
        terminal->set_pattern("%^%v%$");
        auto made = std::make_shared<spdlog::logger>("jetsmith", terminal);
        made->flush_on(spdlog::level::info);
        // A log that cannot be written must not bury the message of what could not be saved.
        made->set_error_handler([](const std::string&) {});
        return made;
    }();
    return *instance;
}

spdlog::level::level_enum spd_level(Level level)
{
    switch (level) {
        case Level::info: return spdlog::level::info;
        case Level::warning: return spdlog::level::warn;
        case Level::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

}  // namespace

void write(Level level, const std::string& text)
{
    const char* prefix = level == Level::warning ? "warning: " : "";
    logger().log(spd_level(level), "{}{}", prefix, text);
}

void to_file(const std::filesystem::path& path)
{
    try {
        auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string());
        file->set_pattern("%Y-%m-%d %H:%M:%S %v");
        auto& sinks = logger().sinks();
        sinks.resize(1);
        sinks.push_back(std::move(file));
    } catch (const spdlog::spdlog_ex& error) {
        throw RunError("{}: the log cannot be written ({}).", path.string(), error.what());
    }
}

void set_terminal_level(Level level) { logger().sinks().front()->set_level(spd_level(level)); }

bool on_terminal() { return ::isatty(STDERR_FILENO) != 0; }

}  // namespace jetsmith::log
