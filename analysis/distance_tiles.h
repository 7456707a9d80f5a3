// SPDX-License-Identifier: Apache-2.0
// Distances on their way: a folder that holds those which are done, so that whoever is killed goes
// on where he was. HDF5 files do not survive that, so that the distance file is made of it at the
// end.
//
//   settings.json  what is computed; another command is refused
//   values.bin     distances as doubles, in order
//   journal.txt    a line per tile: JSON with what is done up to its end and the SHA-256 of the
//                  tile's values, a tab, and the SHA-256 of that JSON
//
// A tile counts once its line is on the disk; its values are there before. A line that is cut, and
// whatever follows it, is done again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

namespace jetsmith::analysis {

/// Of distances [0, done).
struct DistanceSummary {
    int64_t done = 0;
    double max_gap = 0;         ///< as in a distance file
    int64_t failed = 0;         ///< those that are NaN
    int64_t first_failed = -1;  ///< -1: none
    int status = 0;             ///< of that one, kernels::EmdStatus
};

class DistanceTiles {
  public:
    /// Makes the folder, or takes up what it holds. Throws UserError when it was begun with other
    /// settings or another process uses it, RunError when it cannot be written.
    DistanceTiles(std::filesystem::path folder, const nlohmann::ordered_json& settings);
    ~DistanceTiles();
    DistanceTiles(const DistanceTiles&) = delete;
    DistanceTiles& operator=(const DistanceTiles&) = delete;

    const DistanceSummary& summary() const { return summary_; }

    /// Those with which it was begun.
    const nlohmann::ordered_json& settings() const { return settings_; }

    /// Adds the distances that follow; returns when they are on the disk. after: of all with them.
    void append(std::span<const double> values, const DistanceSummary& after);

    /// Distances [first, first + values.size()), all of them done.
    void read(int64_t first, std::span<double> values) const;

    /// Lets `write` make the file of them, puts it in its place as a whole and removes the folder;
    /// the object is used up. Throws UserError when there is a file by now, which is left alone.
    void finish(const std::filesystem::path& out,
                const std::function<void(const std::filesystem::path& temporary)>& write);

    /// Removes such a folder unless somebody uses it.
    static void remove(const std::filesystem::path& folder);

  private:
    void open_files();
    void check_settings(const nlohmann::ordered_json& settings);
    void replay();
    void close_files();
    [[noreturn]] void failed(const char* what) const;

    std::filesystem::path folder_;
    nlohmann::ordered_json settings_;
    DistanceSummary summary_;
    int values_ = -1, journal_ = -1;
};

/// The first setting that differs, "radius: 0.4 there, 0.8 here"; empty when none does. Names of
/// files may differ, their content may not.
std::string settings_difference(const nlohmann::ordered_json& there,
                                const nlohmann::ordered_json& here);

}  // namespace jetsmith::analysis
