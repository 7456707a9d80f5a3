// SPDX-License-Identifier: Apache-2.0
// A file that is not what was once written: whoever has another copy may go on with that one.
#pragma once

#include <utility>

#include "core/errors.h"

namespace jetsmith {

class DamagedFile : public UserError {
  public:
    // Not an inherited constructor: clang 16 forgets the arguments in its condition.
    template <typename... Args>
    explicit DamagedFile(fmt::format_string<Args...> format, Args&&... args)
        : UserError(fmt::format(format, std::forward<Args>(args)...))
    {
    }
};

}  // namespace jetsmith
