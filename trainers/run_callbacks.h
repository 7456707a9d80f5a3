// SPDX-License-Identifier: Apache-2.0
// The callbacks that every run has: progress on the terminal and history.csv.
#pragma once

#include <filesystem>
#include <memory>

#include "trainers/callback.h"

namespace jetsmith {

/// A progress bar per epoch with loss and rate, and one line when the epoch is over.
std::unique_ptr<Callback> make_progress_callback();

/// Rewrites `path` atomically after every epoch: one line per epoch, a header with the names.
std::unique_ptr<Callback> make_history_callback(const std::filesystem::path& path);

}  // namespace jetsmith
