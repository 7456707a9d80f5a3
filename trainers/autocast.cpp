// SPDX-License-Identifier: Apache-2.0
#include "trainers/autocast.h"

#include <ATen/autocast_mode.h>

namespace jetsmith {

AutocastScope::AutocastScope(c10::DeviceType device, c10::ScalarType compute, bool cache_weights)
    : device_(device), active_(compute == at::kBFloat16)
{
    if (!active_) return;
    at::autocast::set_autocast_dtype(device, compute);
    at::autocast::set_autocast_cache_enabled(cache_weights);
    at::autocast::set_autocast_enabled(device, true);
}

AutocastScope::~AutocastScope()
{
    if (!active_) return;
    at::autocast::set_autocast_enabled(device_, false);
    at::autocast::clear_cache();
}

}  // namespace jetsmith
