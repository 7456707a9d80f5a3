// SPDX-License-Identifier: Apache-2.0
// The folder of a run: where everything about one training lies (docs/run-folder.md).
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/device.h"

namespace jetsmith {

/// `wanted`, or runs/<name>_<UTC time> when it is empty. Creates nothing. Throws UserError when the
/// folder already holds a run, is a file, or lies where nothing can be written.
std::filesystem::path choose_run_folder(const std::filesystem::path& wanted,
                                        const std::string& name);

/// Throws UserError where such a folder cannot be: a file is in the way, or nobody may write there.
void check_can_create(const std::filesystem::path& folder);

/// A run folder that belongs to this process until it ends: it holds a lock that the system frees
/// when the process dies, however it dies.
class RunFolder {
  public:
    /// Throws UserError when the folder already holds a run or another process has it, RunError
    /// when it cannot be created.
    static RunFolder create(const std::filesystem::path& folder);

    /// Takes up a folder that create() made, and removes what killed writers left there. Throws
    /// UserError when there is none or another process has it.
    static RunFolder reopen(const std::filesystem::path& folder);

    ~RunFolder();
    RunFolder(RunFolder&& other) noexcept;
    RunFolder& operator=(RunFolder&&) = delete;

    const std::filesystem::path& path() const { return path_; }

    /// Gives the lock back, and removes the folder where nothing else lies in it.
    void give_up();

  private:
    explicit RunFolder(std::filesystem::path path);
    void lock();

    std::filesystem::path path_;
    int lock_ = -1;
};

/// True when all of the run is there: training, evaluation, report.
bool is_finished(const std::filesystem::path& run);

/// The facts that do not depend on the training: version, git state, time, hardware, libraries.
nlohmann::ordered_json environment_facts(const at::Device& device, const Precision& precision);

}  // namespace jetsmith
