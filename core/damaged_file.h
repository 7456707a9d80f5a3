// SPDX-License-Identifier: Apache-2.0
// A file that is not what was once written: whoever has another copy may go on with that one.
#pragma once

#include "core/errors.h"

namespace jetsmith {

class DamagedFile : public UserError {
  public:
    using UserError::UserError;
};

}  // namespace jetsmith
