// SPDX-License-Identifier: Apache-2.0
// What `jetsmith emd` is asked for, read: rows of one or two files, which pairs of them, and how
// far apart two of them are.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/distance_file.h"
#include "analysis/emd_input.h"
#include "analysis/pair_order.h"
#include "core/config_node.h"
#include "kernels/emd/emd.h"
#include "kernels/emd/emd_isotropy.h"

namespace jetsmith::analysis {

struct EmdRequest {
    std::string file = {}, second = {};  ///< second: empty for pairs within the first
    std::string rows = {}, second_rows = {};
    std::string dataset = {};   ///< of both files; empty: a layout that the readers know
    std::string pairs = "all";  ///< or a file with a dataset `pairs`
};

struct EmdTask {
    EmdRows first, second;  ///< second: the same as first where there is one file
    DistanceLayout layout = DistanceLayout::condensed;
    std::vector<int64_t> pairs_K2;  ///< row numbers of the files; layout pairs alone
    PairOrder order;
    kernels::EmdOptions options;
    nlohmann::ordered_json settings;  ///< of the distance file
    kernels::Isotropy isotropy;       ///< wanted: `second` is its reference

    /// Pairs of positions among `first` and `second`, on the device of these.
    kernels::EmdResult measure(const at::Tensor& pairs_K2) const;
};

/// config: a map whose sections `data` and `emd` count; those of a training may be there. Throws
/// UserError for whatever of it cannot be used.
EmdTask make_emd_task(const EmdRequest& request, const ConfigNode& config);

}  // namespace jetsmith::analysis
