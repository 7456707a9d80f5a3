// SPDX-License-Identifier: Apache-2.0
#include "kernels/ragged.h"

#include <algorithm>

#include "core/errors.h"

namespace jetsmith::kernels {

void check_offsets(const at::Tensor& offsets_B1)
{
    ensure(offsets_B1.dim() == 1 && offsets_B1.size(0) >= 1 &&
               offsets_B1.scalar_type() == at::kLong && offsets_B1.is_contiguous(),
           "offsets must be contiguous int64 (B + 1)");
}

void check_rising(const at::Tensor& offsets_B1, int64_t parts)
{
    if (!offsets_B1.is_cpu()) return;
    const auto* first = offsets_B1.const_data_ptr<int64_t>();
    const auto* last = first + offsets_B1.size(0) - 1;
    ensure(*first == 0 && *last == parts && std::is_sorted(first, last + 1),
           "offsets must rise from 0 to T");
}

void check_jets(const at::Tensor& momenta_T4, const at::Tensor& offsets, const at::Tensor& rows_B)
{
    ensure(momenta_T4.dim() == 2 && momenta_T4.size(1) == 4 &&
               momenta_T4.scalar_type() == at::kFloat && momenta_T4.is_contiguous(),
           "momenta must be contiguous float32 (T, 4)");
    check_offsets(offsets);
    ensure(rows_B.dim() == 1 && rows_B.scalar_type() == at::kLong, "rows must be int64 (B)");
    ensure(momenta_T4.device() == offsets.device() && momenta_T4.device() == rows_B.device(),
           "momenta, offsets and rows must be on one device");
}

}  // namespace jetsmith::kernels
