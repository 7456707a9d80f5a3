// SPDX-License-Identifier: Apache-2.0
// Where tests find data and the program.
#pragma once

#include <filesystem>
#include <string>

namespace jetsmith::test {

/// The source tree, or what $JETSMITH_SOURCE_DIR names.
std::filesystem::path source_folder();

/// The embedded sample of top-tagging jets: train.h5, val.h5, test.h5.
std::filesystem::path sample_folder();

/// A file of the public data, or an empty path where there is none (then skip with a reason):
/// below $JETSMITH_DATA_DIR, else ../shared/data beside the source tree.
std::filesystem::path public_data(const std::string& name);

/// The jetsmith program of this build.
std::filesystem::path program();

}  // namespace jetsmith::test

/// Skips the running test when a file of the public data is missing.
#define JETSMITH_NEEDS_DATA(path) \
    if ((path).empty()) GTEST_SKIP() << "the public data are not on this machine"
