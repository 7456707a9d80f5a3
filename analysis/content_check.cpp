// SPDX-License-Identifier: Apache-2.0
#include "analysis/content_check.h"

#include "core/errors.h"

namespace jetsmith::analysis {

void check_content(const hdf5::File& file, const WantedContent& wanted)
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

}  // namespace jetsmith::analysis
