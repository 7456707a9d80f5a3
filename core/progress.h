// SPDX-License-Identifier: Apache-2.0
// One line of progress: a bar that redraws itself on a terminal, else a plain line every so often,
// so that batch-system logs stay readable.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace jetsmith {

class Progress {
  public:
    /// total: number of units until done; unit: their name in the rate, e.g. "jets".
    Progress(std::string title, int64_t total, std::string unit);
    ~Progress();

    /// Draws when enough time has passed: units done so far and a note such as "loss 0.12".
    void update(int64_t done, const std::string& note = "");

    /// Removes the bar from the terminal; later log lines start at the left margin.
    void clear();

  private:
    std::string line(const std::string& note) const;

    std::string title_, unit_;
    int64_t total_, done_ = 0;
    std::chrono::steady_clock::time_point start_, last_;
    bool drawn_ = false;
};

/// "1:02:03", "4:05" or "12 s".
std::string duration_text(double seconds);

/// "1.23 M", "45.6 k" or "789".
std::string count_text(double value);

}  // namespace jetsmith
