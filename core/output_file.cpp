// SPDX-License-Identifier: Apache-2.0
#include "core/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/errors.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

void check_folder(const OutputFile& file)
{
    const fs::path folder = file.path.has_parent_path() ? file.path.parent_path() : fs::path(".");
    if (!fs::is_directory(folder))
        throw UserError(
            "{}: cannot be written ('{}' is no folder; one that is there is wanted). Create it, or "
            "choose another {}.",
            file.path.string(), folder.string(), file.option);
    if (::access(folder.c_str(), W_OK) != 0)
        throw UserError(
            "{}: cannot be written ('{}': {}; a folder that can be written is wanted). Choose "
            "another {}.",
            file.path.string(), folder.string(), std::strerror(errno), file.option);
}

void check_existing(const OutputFile& file)
{
    if (fs::is_directory(file.path))
        throw UserError(
            "{}: cannot be written (it is a folder; a file is wanted). Name a file in it.",
            file.path.string());
    for (const auto& input : file.inputs) {
        std::error_code none;
        if (!input.empty() && fs::equivalent(file.path, input, none))
            throw UserError(
                "{}: is read by the same command ({} would replace it; another file is wanted). "
                "Choose another {}.",
                file.path.string(), file.option, file.option);
    }
    if (!fs::is_regular_file(file.path) || !file.is_such(file.path))
        throw UserError(
            "{}: is there and holds no {} of jetsmith (a new file, or one with such content, is wanted). "
            "Choose another {}, or remove it.",
            file.path.string(), file.content, file.option);
}

}  // namespace

void check_output(const OutputFile& file)
{
    if (file.path.empty()) return;
    check_folder(file);
    if (fs::exists(file.path)) check_existing(file);
}

}  // namespace jetsmith
