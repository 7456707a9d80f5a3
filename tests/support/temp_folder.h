// SPDX-License-Identifier: Apache-2.0
// A folder that lasts as long as one test.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace jetsmith::test {

class TempFolder {
  public:
    TempFolder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "jetsmith-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TempFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

    /// Writes a small text file and returns its path.
    std::filesystem::path file(const std::string& name, const std::string& text) const
    {
        const auto path = path_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
        return path;
    }

  private:
    std::filesystem::path path_;
};

}  // namespace jetsmith::test
