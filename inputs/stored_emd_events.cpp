// SPDX-License-Identifier: Apache-2.0
#include "inputs/stored_emd_events.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <vector>

#include "core/errors.h"

namespace jetsmith::inputs {
namespace {

using kernels::EmdEvents;
using FilePointer = std::shared_ptr<const hdf5::File>;

template <typename T>
void write(hdf5::ArrayWriter& file, const std::string& name, const at::Tensor& values)
{
    file.column<T>(name, {values.const_data_ptr<T>(), static_cast<size_t>(values.size(0))});
}

template <typename T>
at::Tensor read(const FilePointer& file, const std::string& name, at::ScalarType type)
{
    const auto array = hdf5::read_array<T>(file, name);
    return at::tensor(array.values, type);
}

bool is(const at::Tensor& values, at::ScalarType type, int64_t size)
{
    return values.dim() == 1 && values.scalar_type() == type && values.size(0) == size;
}

/// From 0, never falling.
bool sound_offsets(const at::Tensor& offsets_N1)
{
    if (!offsets_N1.defined() || offsets_N1.dim() != 1 || offsets_N1.size(0) == 0) return false;
    if (offsets_N1.scalar_type() != at::kLong) return false;
    const auto* offsets = offsets_N1.const_data_ptr<int64_t>();
    return offsets[0] == 0 && std::is_sorted(offsets, offsets + offsets_N1.size(0));
}

bool fit(const EmdEvents& e)
{
    if (!sound_offsets(e.offsets_N1)) return false;
    const int64_t count = e.offsets_N1[-1].item<int64_t>();
    for (const auto* values : {&e.x_T, &e.y_T, &e.weight_T})
        if (!values->defined() || !is(*values, at::kDouble, count)) return false;
    if (!e.pt_T.defined() && !e.object_T.defined()) return true;
    if (!e.pt_T.defined() || !is(e.pt_T, at::kDouble, count)) return false;
    if (!e.object_T.defined() || !is(e.object_T, at::kChar, count)) return false;
    const auto* object = e.object_T.const_data_ptr<int8_t>();
    return std::all_of(object, object + count,
                       [](int8_t o) { return o >= 0 && o < kernels::kEmdObjects; });
}

}  // namespace

void write_emd_events(hdf5::ArrayWriter& file, const std::string& prefix, const EmdEvents& events)
{
    write<double>(file, prefix + "_x", events.x_T);
    write<double>(file, prefix + "_y", events.y_T);
    write<double>(file, prefix + "_weight", events.weight_T);
    write<int64_t>(file, prefix + "_offsets", events.offsets_N1);
    if (!events.object_T.defined()) return;
    write<double>(file, prefix + "_pt", events.pt_T);
    write<uint8_t>(file, prefix + "_object", events.object_T.to(at::kByte));
}

std::optional<EmdEvents> read_emd_events(const FilePointer& file, const std::string& prefix)
{
    if (!file->has_dataset("/" + prefix + "_offsets")) return std::nullopt;
    EmdEvents events;
    events.x_T = read<double>(file, prefix + "_x", at::kDouble);
    events.y_T = read<double>(file, prefix + "_y", at::kDouble);
    events.weight_T = read<double>(file, prefix + "_weight", at::kDouble);
    events.offsets_N1 = read<int64_t>(file, prefix + "_offsets", at::kLong);
    if (file->has_dataset("/" + prefix + "_object")) {
        events.pt_T = read<double>(file, prefix + "_pt", at::kDouble);
        events.object_T =
            read<int64_t>(file, prefix + "_object", at::kLong).clamp(-1, 127).to(at::kChar);
    }
    check_emd_events(events, file->name());
    return events;
}

EmdEvents select_emd_events(const EmdEvents& events, std::span<const int64_t> rows)
{
    const auto* offsets = events.offsets_N1.const_data_ptr<int64_t>();
    std::vector<int64_t> chosen, ends{0};
    for (const int64_t row : rows) {
        for (int64_t i = offsets[row]; i < offsets[row + 1]; ++i) chosen.push_back(i);
        ends.push_back(std::ssize(chosen));
    }
    const at::Tensor particles = at::tensor(chosen, at::kLong);
    const auto of = [&](const at::Tensor& values) {
        return values.defined() ? values.index_select(0, particles) : values;
    };
    return {of(events.x_T),  of(events.y_T),      of(events.weight_T),
            of(events.pt_T), of(events.object_T), at::tensor(ends, at::kLong)};
}

void check_emd_events(const EmdEvents& events, const std::string& place)
{
    if (!fit(events))
        throw UserError(
            "{}: the particles of its events do not fit each other (as many positions as weights, "
            "and offsets from 0 to their number, are wanted). Write the file again.",
            place);
}

}  // namespace jetsmith::inputs
