// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/content_check.h"

#include "core/errors.h"

namespace jetsmith::hdf5 {

void check_content(const File& file, const WantedContent& wanted)
{
    const auto version = file.integer("/", "format_version");
    if (file.text("/", "content") != wanted.content || !version)
        throw UserError("{}: holds no {} (attribute content = '{}' wanted). {}", file.name(),
                        wanted.missing, wanted.content, wanted.suggestion);
    if (*version > wanted.newest)
        throw UserError(
            "{}: was written by a newer jetsmith (format_version {}; at most {} can be "
            "read). Update jetsmith.",
            file.name(), *version, wanted.newest);
}

bool holds(const std::filesystem::path& path, const std::string& content)
{
    try {
        return File::open(path)->text("/", "content") == content;
    } catch (const UserError&) {
        return false;  // no HDF5 file, or a damaged one
    }
}

void write_content(ArrayWriter& writer, const std::string& content, int64_t version)
{
    writer.integer("format_version", version);
    writer.text("content", content);
}

}  // namespace jetsmith::hdf5
