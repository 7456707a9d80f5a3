// SPDX-License-Identifier: Apache-2.0
// bfloat16 arithmetic for the duration of a scope; parameters stay float32.
#pragma once

#include <c10/core/DeviceType.h>
#include <c10/core/ScalarType.h>

namespace jetsmith {

class AutocastScope {
  public:
    /// Does nothing for float32. cache_weights keeps the cast weights until the end of the scope;
    /// off while a CUDA graph is captured, since cached tensors would not outlive it.
    AutocastScope(c10::DeviceType device, c10::ScalarType compute, bool cache_weights = true);
    ~AutocastScope();
    AutocastScope(const AutocastScope&) = delete;
    AutocastScope& operator=(const AutocastScope&) = delete;

  private:
    c10::DeviceType device_;
    bool active_;
};

}  // namespace jetsmith
