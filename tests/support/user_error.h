// SPDX-License-Identifier: Apache-2.0
// What a piece of code says when it refuses.
#pragma once

#include <string>

#include "core/errors.h"

namespace jetsmith::test {

/// The text of the UserError that `action` throws, or "no error".
template <typename Action>
std::string user_error(Action&& action)
{
    try {
        action();
    } catch (const UserError& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace jetsmith::test
