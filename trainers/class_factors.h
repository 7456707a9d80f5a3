// SPDX-License-Identifier: Apache-2.0
// What the class weights of a reader do to a batch.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <vector>

#include "core/batch.h"

namespace jetsmith {

class ClassFactors {
  public:
    /// factors: as Reader::class_weights; none or all 1 change nothing.
    ClassFactors(const std::vector<double>& factors, at::Device device);

    /// Multiplies weights_B by the factor of the class of each row, or fills target_weights_BL where
    /// the rows have yes/no labels. Does not wait for the device.
    void apply(Batch& batch) const;

  private:
    at::Tensor factors_;  ///< float32, one per class or two per label; undefined: all 1
};

}  // namespace jetsmith
