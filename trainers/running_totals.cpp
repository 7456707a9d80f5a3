// SPDX-License-Identifier: Apache-2.0
#include "trainers/running_totals.h"

#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

namespace jetsmith {

RunningTotals::RunningTotals(const at::Device& device)
    : totals_(at::zeros({3}, at::TensorOptions(device).dtype(at::kDouble))),
      step_(at::zeros({2}, totals_.options()))
{
}

void RunningTotals::begin_step() { step_.zero_(); }

void RunningTotals::add(const at::Tensor& loss, int64_t rows)
{
    const auto count = static_cast<double>(rows);
    if (step_.is_cpu()) {
        auto* step = step_.mutable_data_ptr<double>();
        step[0] += count * static_cast<double>(*loss.const_data_ptr<float>());
        step[1] += count;
    } else {
        step_.select(0, 0).add_(loss.to(at::kDouble), count);
        step_.select(0, 1).add_(count);
    }
}

void RunningTotals::end_step(const at::Tensor& skip)
{
    if (totals_.is_cpu()) {
        auto* totals = totals_.mutable_data_ptr<double>();
        const auto* step = step_.const_data_ptr<double>();
        const bool left_out = *skip.const_data_ptr<float>() != 0;
        totals[left_out ? 2 : 0] += left_out ? 1 : step[0];
        totals[1] += left_out ? 0 : step[1];
    } else {
        // A product with 0 would keep a NaN.
        totals_.narrow(0, 0, 2).add_(at::where(skip.to(at::kBool), at::zeros_like(step_), step_));
        totals_.select(0, 2).add_(skip);
    }
}

RunningTotals::Values RunningTotals::values() const
{
    const auto host = totals_.to(at::kCPU);
    const double* values = host.const_data_ptr<double>();
    return {values[0], values[1], values[2]};
}

void RunningTotals::reset() { totals_.zero_(); }

}  // namespace jetsmith
