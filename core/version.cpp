// SPDX-License-Identifier: Apache-2.0
#include "core/version.h"

namespace jetsmith {

std::string program_version() { return JETSMITH_VERSION; }
std::string program_commit() { return JETSMITH_GIT; }

}  // namespace jetsmith
