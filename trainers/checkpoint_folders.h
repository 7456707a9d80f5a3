// SPDX-License-Identifier: Apache-2.0
// The folder checkpoints/ of a run: step_<N> for each checkpoint, and beside them the pointer files
// `last` and `best`, which hold a folder's name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "trainers/checkpoint.h"

namespace jetsmith {

inline constexpr const char* kLast = "last";
inline constexpr const char* kBest = "best";

class CheckpointFolders {
  public:
    explicit CheckpointFolders(std::filesystem::path folder) : folder_(std::move(folder)) {}

    static std::string name(int64_t step) { return "step_" + std::to_string(step); }
    std::filesystem::path path(const std::string& name) const { return folder_ / name; }

    /// Step numbers of the checkpoints that are there, the newest first.
    std::vector<int64_t> steps() const;

    void point(const char* pointer, const std::string& name) const;

    /// The name in a pointer file; empty when there is none or it names no checkpoint.
    std::string pointed(const std::string& pointer) const;

    /// Keeps the newest `keep` up to `step` and `best`. Later ones go too: a run that fell back to
    /// an older checkpoint has passed them again, or will.
    void remove_all_but(int64_t step, int64_t keep, const std::string& best) const;

  private:
    std::filesystem::path folder_;
};

/// The folder that checkpoints/<pointer> of a run names. Throws UserError when it is missing.
std::filesystem::path checkpoint_folder(const std::filesystem::path& run,
                                        const std::string& pointer = kBest);

/// The newest checkpoint of a run that is whole: what `last` names, else the next older one, with a
/// warning for each that is damaged. Absent when none was ever made; throws UserError when all are
/// damaged.
std::optional<Checkpoint> newest_checkpoint(const std::filesystem::path& run);

}  // namespace jetsmith
