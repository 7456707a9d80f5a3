// SPDX-License-Identifier: Apache-2.0
// Reads a file as a training does, in a process of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace jetsmith::damage {

struct Reading {
    enum class End { read, refused, broken };
    End end = End::broken;
    std::string text;  ///< of what was read: SHA-256 of names, types and values; else the message,
                       ///< or how the process ended
    int64_t peak_bytes = 0;             ///< resident, of reader or child, whichever had more
    std::chrono::milliseconds time{0};  ///< of processors, reader and child together
};

/// Reads all values of all columns of `path`; a process that takes longer than `most` is killed and
/// broken.
Reading read_in_process(const std::filesystem::path& path, std::chrono::seconds most);

}  // namespace jetsmith::damage
