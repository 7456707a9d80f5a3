// SPDX-License-Identifier: Apache-2.0
// The child process that goes through an HDF5 file: how it is started, limited, heard and ended. It
// answers on its standard output with lines of JSON: {"at": PLACE} before each step, and at the end
// {"verdict": WORD, "why": REASON} (vet_walk.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace jetsmith::hdf5 {

/// What the child may use.
struct VetLimits {
    int64_t memory_bytes = 0;  ///< of its address space
    int64_t cpu_seconds = 0;
    std::chrono::milliseconds wall{0};
};

/// Limits for a file of this size: memory 512 MiB and 16 times its size; processor time 10 s and 1
/// s for every 2 MB (bzip2 decodes ten of them in a second); 60 s and 1 s for every MB until it is
/// killed.
VetLimits vet_limits(int64_t file_bytes);

struct VetOutcome {
    enum class Kind {
        whole,       ///< went through it
        unreadable,  ///< could not open it; `reason` is the whole message
        crashed,     ///< a signal that a program brings upon itself, or no answer that makes sense
        unbounded,   ///< ran into a limit of memory or time
        no_child     ///< no verdict about the file: the child did not start, or somebody ended it
    };
    Kind kind = Kind::no_child;
    std::string reason;  ///< what happened, e.g. "crashed (signal 11)"; empty when whole
    std::string place;   ///< the last step that it announced
};

/// Runs PROGRAM FILE MEMORY SECONDS and waits for it. Whatever it does, this returns after
/// limits.wall.
VetOutcome run_vet_child(const std::filesystem::path& program, const std::filesystem::path& file,
                         const VetLimits& limits);

/// $JETSMITH_VET, else jetsmith_vet beside the running program, or in ../bin of the folder that
/// this code was loaded from. Empty when it is nowhere.
std::filesystem::path vet_program();

}  // namespace jetsmith::hdf5
