// SPDX-License-Identifier: Apache-2.0
// SHA-256 of files, each computed once, in the background of other work on the same files.
#pragma once

#include <filesystem>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace jetsmith {

/// Used from one thread. Its end stops what is still being hashed.
class FileHashes {
  public:
    /// Begins with those files that are not known yet and returns at once.
    void start(const std::vector<std::filesystem::path>& files);

    /// 64 hexadecimal digits; waits for them. Throws UserError when the file cannot be read.
    std::string of(const std::filesystem::path& file);

  private:
    std::map<std::string, std::shared_future<std::string>> hashes_;  ///< by absolute path
    std::vector<std::jthread> workers_;                              ///< one per start
};

}  // namespace jetsmith
