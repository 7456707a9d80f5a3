// SPDX-License-Identifier: Apache-2.0
#include "trainers/bad_value.h"

#include <ATen/ops/_unique.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/repeat_interleave.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "kernels/finite/finite.h"

namespace jetsmith {
namespace {

constexpr int64_t kMostShown = 5;

/// Of an element of a tensor: index[0] its row or object, the others as the tensor has them.
using Name = std::function<std::string(const std::vector<int64_t>& index)>;

/// offsets_B1: where the rows begin, for a tensor of objects.
std::optional<BadValue> look_at(const at::Tensor& values, const Name& name,
                                const at::Tensor& offsets_B1 = {})
{
    if (kernels::all_finite(values)) return std::nullopt;
    const auto host = values.detach().cpu();
    const auto bad_ND = at::isfinite(host).logical_not().nonzero().contiguous();
    const auto first = host[bad_ND[0][0].item<int64_t>()].flatten();
    const auto* begin = bad_ND.const_data_ptr<int64_t>();
    BadValue found;
    found.name = name({begin, begin + bad_ND.size(1)});
    for (int64_t i = 0; i < first.size(0) && found.value.empty(); ++i)
        if (const auto value = first[i].item<double>(); !std::isfinite(value))
            found.value = value_text(value);
    auto rows = bad_ND.select(1, 0);
    if (offsets_B1.defined())
        rows = at::repeat_interleave(offsets_B1.cpu().diff()).index_select(0, rows);
    found.rows_N = std::get<0>(at::_unique(rows));
    return found;
}

}  // namespace

std::optional<BadValue> find_bad_value(const Batch& batch, const Input& input)
{
    const auto plain = [](const char* name) {
        return [name](const std::vector<int64_t>&) { return std::string(name); };
    };
    const auto feature = [&](const std::vector<int64_t>& index) {
        return fmt::format("input '{}'", input.feature_name(index[1]));
    };
    const auto pixel = [](const std::vector<int64_t>& index) {
        return fmt::format("pixel [{}, {}] of channel {}", index[2], index[3], index[1]);
    };
    const auto label = [](const std::vector<int64_t>& index) {
        return fmt::format("label {}", index[1]);
    };
    const auto& offsets_B1 = batch.offsets_B1;
    auto found = look_at(batch.images_BCHW, pixel);
    if (!found) found = look_at(batch.features_BF, feature);
    if (!found) found = look_at(batch.features_TF, feature, offsets_B1);
    if (!found)
        found = look_at(batch.fractions_T, plain("the share of an object in pt"), offsets_B1);
    if (!found) found = look_at(batch.targets_BL, label);
    if (!found) found = look_at(batch.weights_B, plain("the weight"));
    if (!found) found = look_at(batch.target_weights_BL, plain("the factor of a label"));
    return found;
}

std::string value_text(double value)
{
    return std::isnan(value) ? "NaN" : value > 0 ? "infinite" : "-infinite";
}

std::string rows_text(const EventStore& store, const at::Tensor& rows_N)
{
    const auto rows = rows_N.to(store.source_rows_B.device());
    const auto source = store.source_rows_B.index_select(0, rows).cpu();
    int64_t file = 0, shown = 0;
    std::string list;
    for (int64_t i = 0; i < rows.size(0) && shown < kMostShown; ++i) {
        const int64_t of = store.source_files_B.defined()
                               ? store.source_files_B[rows[i].item<int64_t>()].item<int64_t>()
                               : 0;
        if (i == 0) file = of;
        if (of != file) continue;
        list += fmt::format("{}{}", shown++ == 0 ? "" : ", ", source[i].item<int64_t>());
    }
    const bool one = rows.size(0) == 1;
    if (shown < rows.size(0)) list += fmt::format(" and {} more", rows.size(0) - shown);
    const auto known = file < std::ssize(store.files);
    return fmt::format("{}: {} {}", known ? store.files[static_cast<size_t>(file)] : "the data",
                       one ? "row" : "rows", list);
}

}  // namespace jetsmith
