// SPDX-License-Identifier: Apache-2.0
#include "core/random.h"

#include <algorithm>
#include <utility>

namespace jetsmith {

std::vector<int64_t> random_order(const std::vector<int64_t>& rows, uint64_t seed, Purpose purpose,
                                  uint32_t epoch)
{
    std::vector<std::pair<uint64_t, int64_t>> keyed(rows.size());
    for (size_t i = 0; i < rows.size(); ++i)
        keyed[i] = {random_bits({seed, purpose, epoch, static_cast<uint64_t>(rows[i])}),
                    static_cast<int64_t>(i)};
    std::sort(keyed.begin(), keyed.end());
    std::vector<int64_t> order(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) order[i] = keyed[i].second;
    return order;
}

}  // namespace jetsmith
