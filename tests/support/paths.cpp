// SPDX-License-Identifier: Apache-2.0
#include "tests/support/paths.h"

#include <cstdlib>

namespace jetsmith::test {

namespace fs = std::filesystem;

fs::path source_folder()
{
    const char* folder = std::getenv("JETSMITH_SOURCE_DIR");
    return folder ? folder : JETSMITH_SOURCE_DIR;
}

fs::path sample_folder() { return source_folder() / "datasets/samples/top_tagging"; }

fs::path public_data(const std::string& name)
{
    const char* folder = std::getenv("JETSMITH_DATA_DIR");
    const fs::path path =
        (folder ? fs::path(folder) : source_folder() / "../shared/data") / name;
    return fs::exists(path) ? path : fs::path();
}

fs::path program()
{
    const char* path = std::getenv("JETSMITH_PROGRAM");
    return path ? fs::path(path) : fs::path();
}

}  // namespace jetsmith::test
