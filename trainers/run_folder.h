// SPDX-License-Identifier: Apache-2.0
// The folder of a run: where everything about one training lies (docs/run-folder.md).
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/device.h"

namespace jetsmith {

/// Creates nothing. Throws UserError when a new run cannot be in `wanted` (empty: in runs/): it
/// holds a run already, is a file, or lies where nothing can be written.
void check_new_run(const std::filesystem::path& wanted);

/// Throws UserError where such a folder cannot be: a file is in the way, or nobody may write there.
void check_can_create(const std::filesystem::path& folder);

/// A run folder that belongs to this process until it ends: it holds a lock that the system frees
/// when the process dies, however it dies.
class RunFolder {
  public:
    /// A new one: `wanted`, or where that is empty runs/<name>_<UTC time>, with _2, _3 ... behind
    /// it where other runs were faster. Throws UserError when `wanted` already holds a run or
    /// another process has it, RunError when it cannot be created.
    static RunFolder create(const std::filesystem::path& wanted, const std::string& name);

    /// Takes up a folder that create() made, and removes what killed writers left there. Throws
    /// UserError when there is none or another process has it.
    static RunFolder reopen(const std::filesystem::path& folder);

    /// A folder that create() made and in which nothing was written is removed.
    ~RunFolder();
    RunFolder(RunFolder&& other) noexcept;
    RunFolder& operator=(RunFolder&&) = delete;

    const std::filesystem::path& path() const { return path_; }

    /// Makes a folder in it where there is none. Throws RunError.
    void make(const char* name) const;

    /// True when create() made it, rather than found it.
    bool is_new() const { return new_; }

  private:
    RunFolder(std::filesystem::path path, bool is_new);
    void lock();

    std::filesystem::path path_;
    bool new_ = false;
    int lock_ = -1;
};

/// True when all of the run is there: training, evaluation, report.
bool is_finished(const std::filesystem::path& run);

/// The facts that do not depend on the training: version, git state, time, hardware, libraries.
nlohmann::ordered_json environment_facts(const at::Device& device, const Precision& precision);

}  // namespace jetsmith
