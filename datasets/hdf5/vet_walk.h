// SPDX-License-Identifier: Apache-2.0
// What the child process does with a file: see file_vetting.h.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace jetsmith::hdf5 {

struct Verdict {
    std::string word;  ///< "whole"; "refused": asks for more memory than there is; "unreadable"
    std::string why;   ///< of "unreadable": the reader's message, since it gets no further either
};

/// Goes through the whole file. `step` hears before each step what is looked at next, in words that
/// follow "while reading". What is wrong with single objects the reader will say. Not for use
/// beside other HDF5 work in the same process.
Verdict walk(const std::filesystem::path& file,
             const std::function<void(const std::string& place)>& step);

}  // namespace jetsmith::hdf5
