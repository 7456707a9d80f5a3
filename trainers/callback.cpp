// SPDX-License-Identifier: Apache-2.0
#include "trainers/callback.h"

#include <nlohmann/json.hpp>

namespace jetsmith {

nlohmann::ordered_json Callback::state() const { return nlohmann::ordered_json::object(); }

}  // namespace jetsmith
