// SPDX-License-Identifier: Apache-2.0
#include "core/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/log.h"

namespace jetsmith {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr auto kPlainLine = std::chrono::seconds(30);  // where there is no terminal

double seconds_since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

size_t terminal_width()
{
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

}  // namespace

std::string duration_text(double seconds)
{
    const auto s = static_cast<int64_t>(std::llround(std::max(0.0, seconds)));
    if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    if (s >= 60) return fmt::format("{}:{:02}", s / 60, s % 60);
    return seconds < 10 ? fmt::format("{:.1f} s", seconds) : fmt::format("{} s", s);
}

std::string count_text(double value)
{
    if (value >= 1e9) return fmt::format("{:.2f} G", value / 1e9);
    if (value >= 1e6) return fmt::format("{:.2f} M", value / 1e6);
    if (value >= 1e4) return fmt::format("{:.1f} k", value / 1e3);
    return fmt::format("{:.0f}", value);
}

Progress::Progress(std::string title, int64_t total, std::string unit)
    : title_(std::move(title)), unit_(std::move(unit)), total_(std::max<int64_t>(1, total)),
      start_(Clock::now()), last_(start_)
{
}

Progress::~Progress() { clear(); }

std::string Progress::line(const std::string& note) const
{
    const double elapsed = seconds_since(start_);
    const double rate = elapsed > 0 ? static_cast<double>(done_) / elapsed : 0;
    const double share = static_cast<double>(done_) / static_cast<double>(total_);
    const std::string eta =
        done_ > 0 ? duration_text(elapsed * (1 - share) / share) + " left" : "";
    return fmt::format("{} {:3.0f} %  {} {}/s  {}  {}", title_, 100 * share, count_text(rate),
                       unit_, eta, note);
}

void Progress::update(int64_t done, const std::string& note)
{
    done_ = std::min(done, total_);
    const auto now = Clock::now();
    const bool terminal = log::on_terminal();
    if (now - last_ < (terminal ? std::chrono::duration_cast<Clock::duration>(kRedraw)
                                : std::chrono::duration_cast<Clock::duration>(kPlainLine)))
        return;
    last_ = now;
    std::string text = line(note);
    if (!terminal) {
        log::info("{}", text);
        return;
    }
    text.resize(std::min(text.size(), terminal_width() - 1));
    fmt::print(stderr, "\r\x1b[K{}", text);
    std::fflush(stderr);
    drawn_ = true;
}

void Progress::clear()
{
    if (drawn_) {
        fmt::print(stderr, "\r\x1b[K");
        std::fflush(stderr);
    }
    drawn_ = false;
}

}  // namespace jetsmith
