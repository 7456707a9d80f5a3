// SPDX-License-Identifier: Apache-2.0
#include "tests/support/paths.h"

#include <cstdlib>

namespace jetsmith::test {

namespace fs = std::filesystem;

fs::path sample_folder() { return fs::path(JETSMITH_SOURCE_DIR) / "datasets/samples/top_tagging"; }

fs::path public_data(const std::string& name)
{
    const char* folder = std::getenv("JETSMITH_DATA_DIR");
    const fs::path path =
        (folder ? fs::path(folder) : fs::path(JETSMITH_SOURCE_DIR) / "../shared/data") / name;
    return fs::exists(path) ? path : fs::path();
}

fs::path program()
{
    const char* path = std::getenv("JETSMITH_PROGRAM");
    return path ? fs::path(path) : fs::path();
}

}  // namespace jetsmith::test
