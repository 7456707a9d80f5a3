// SPDX-License-Identifier: Apache-2.0
#include "datasets/row_buffers.h"

#include <algorithm>
#include <cmath>

#include "datasets/jet_kinematics.h"

namespace jetsmith {
namespace {

using hdf5::load;

constexpr size_t kQuad = 4 * sizeof(float);

int64_t elements(const std::vector<int64_t>& shape)
{
    int64_t count = 1;
    for (const int64_t n : shape) count *= n;
    return count;
}

}  // namespace

void RowBuffers::clear()
{
    for (auto* buffer : {&momenta, &counts, &labels, &weights, &source_rows}) buffer->resize(0);
    for (auto& buffer : values) buffer.resize(0);
}

size_t BlockReader::row_bound() const
{
    size_t bytes = 4 * sizeof(int64_t);
    if (plan_.momenta) bytes += static_cast<size_t>(plan_.momenta->slots()) * kQuad;
    for (const auto& value : plan_.values)
        bytes += static_cast<size_t>(elements(value.column.shape)) * sizeof(double);
    return bytes;
}

void BlockReader::read(int64_t begin, int64_t end, const std::vector<int64_t>* chosen,
                       Scratch& scratch, RowBuffers& out, RowFaults* faults) const
{
    out.clear();
    choose(begin, end, chosen, scratch);
    if (scratch.rows.empty()) return;
    const auto& sources = plan_.table.sources;
    scratch.sources.resize(sources.size());
    scratch.block.assign(sources.size(), nullptr);
    scratch.row.assign(sources.size(), nullptr);
    for (const size_t s : plan_.sources)
        scratch.block[s] = sources[s]->read(begin, end, scratch.sources[s]);
    if (plan_.momenta) scratch.momenta.resize(static_cast<size_t>(plan_.momenta->slots()) * 4);
    if (plan_.rules.selection) select(begin, scratch);
    auto* rows = out.source_rows.extend<int64_t>(scratch.rows.size());
    std::copy(scratch.rows.begin(), scratch.rows.end(), rows);
    if (plan_.momenta) emit_momenta(begin, scratch, out, faults);
    for (size_t k = 0; k < plan_.values.size(); ++k) emit_value(k, begin, scratch, out);
    emit_labels(begin, scratch, out, faults);
}

void BlockReader::choose(int64_t begin, int64_t end, const std::vector<int64_t>* chosen,
                         Scratch& scratch) const
{
    scratch.rows.clear();
    if (chosen) {
        const auto first = std::lower_bound(chosen->begin(), chosen->end(), begin);
        scratch.rows.assign(first, std::lower_bound(first, chosen->end(), end));
    } else {
        for (int64_t r = begin; r < end; ++r) scratch.rows.push_back(r);
    }
}

/// Makes scratch.row point to one row of the block in every source.
void BlockReader::point_to(int64_t offset, Scratch& scratch) const
{
    for (const size_t s : plan_.sources)
        scratch.row[s] =
            scratch.block[s] + static_cast<size_t>(offset) * plan_.table.sources[s]->row_bytes();
}

/// Leaves those of scratch.rows that pass the selection. Jet quantities are those of the whole jet,
/// before max_constituents.
void BlockReader::select(int64_t begin, Scratch& scratch) const
{
    const auto& columns = plan_.selected_on;
    const bool kinematics = plan_.needs_kinematics(columns);
    scratch.selected_on.assign(columns.size(), std::vector<double>(scratch.rows.size()));
    for (size_t i = 0; i < scratch.rows.size(); ++i) {
        point_to(scratch.rows[i] - begin, scratch);
        JetKinematics jet;
        if (kinematics) {
            const int64_t n = plan_.momenta->extract(scratch.row.data(), scratch.momenta.data());
            jet = jet_kinematics(scratch.momenta.data(), n);
        }
        for (size_t k = 0; k < columns.size(); ++k) {
            const auto& column = columns[k].column;
            scratch.selected_on[k][i] =
                columns[k].quantity.empty()
                    ? load<double>(scratch.row[column.source] + column.offset, column.element)
                    : jet_quantity(jet, columns[k].quantity);
        }
    }
    std::vector<const double*> pointers;
    for (const auto& values : scratch.selected_on) pointers.push_back(values.data());
    const auto keep = plan_.rules.selection->evaluate(pointers, scratch.rows.size());
    size_t kept = 0;
    for (size_t i = 0; i < keep.size(); ++i)
        if (is_true(keep[i])) scratch.rows[kept++] = scratch.rows[i];
    scratch.rows.resize(kept);
}

/// The whole jet, before max_constituents. scratch.row points to it.
void BlockReader::judge_jet(const float* momenta_P4, int64_t count, int64_t row,
                            const Scratch& scratch, RowFaults& faults) const
{
    if (count == 0) faults.try_emplace(row, no_constituents());
    if (all_finite(momenta_P4, 4 * count)) return;
    const auto bad = plan_.momenta->to_blame(scratch.row.data());
    faults.try_emplace(row, not_a_number(bad.what, bad.value, "constituents"));
}

void BlockReader::emit_momenta(int64_t begin, Scratch& scratch, RowBuffers& out,
                               RowFaults* faults) const
{
    const size_t rows = scratch.rows.size();
    const int64_t most = plan_.rules.max_constituents;
    const bool kinematics = plan_.needs_kinematics(plan_.values);
    auto* counts = out.counts.extend<int64_t>(rows);
    auto* next = out.momenta.extend<float>(rows * static_cast<size_t>(plan_.momenta->slots()) * 4);
    for (size_t i = 0; i < rows; ++i) {
        point_to(scratch.rows[i] - begin, scratch);
        counts[i] = plan_.momenta->extract(scratch.row.data(), next);
        if (faults) judge_jet(next, counts[i], scratch.rows[i], scratch, *faults);
        if (kinematics) {
            const auto jet = jet_kinematics(next, counts[i]);
            for (size_t k = 0; k < plan_.values.size(); ++k)
                if (const auto& name = plan_.values[k].quantity; !name.empty())
                    out.values[k].push(static_cast<float>(jet_quantity(jet, name)));
        }
        if (most > 0) counts[i] = keep_hardest(next, counts[i], most);
        next += 4 * counts[i];
    }
    out.momenta.resize(static_cast<size_t>(next - reinterpret_cast<float*>(out.momenta.data())) *
                       sizeof(float));
}

void BlockReader::emit_value(size_t k, int64_t begin, Scratch& scratch, RowBuffers& out) const
{
    const auto& value = plan_.values[k];
    if (!value.quantity.empty()) return;  // written with the momenta
    const auto& column = value.column;
    const auto& source = *plan_.table.sources[column.source];
    const auto count = static_cast<size_t>(elements(column.shape));
    const auto copy = [&](auto* to) {
        for (const int64_t r : scratch.rows) {
            const auto* row =
                scratch.block[column.source] + static_cast<size_t>(r - begin) * source.row_bytes();
            load(row + column.offset, column.element, column.stride, count, to);
            to += count;
        }
    };
    const size_t all = count * scratch.rows.size();
    switch (value.dtype) {
        case at::kByte: copy(out.values[k].extend<uint8_t>(all)); break;
        case at::kLong: copy(out.values[k].extend<int64_t>(all)); break;
        case at::kDouble: copy(out.values[k].extend<double>(all)); break;
        default: copy(out.values[k].extend<float>(all)); break;
    }
}

void BlockReader::emit_labels(int64_t begin, Scratch& scratch, RowBuffers& out,
                              RowFaults* faults) const
{
    const size_t rows = scratch.rows.size();
    auto* labels = out.labels.extend<int64_t>(rows);
    auto* weights = out.weights.extend<double>(rows);
    for (size_t i = 0; i < rows; ++i) {
        point_to(scratch.rows[i] - begin, scratch);
        labels[i] = label_;
        if (label_ < 0 && plan_.label)
            labels[i] = label_of(scratch.row[plan_.label->source], scratch.rows[i], faults);
        weights[i] = 1.0;
        if (const auto& weight = plan_.weight)
            weights[i] =
                load<double>(scratch.row[weight->source] + weight->offset, weight->element);
    }
}

/// -1 where the file does not say a class.
int64_t BlockReader::label_of(const std::byte* row, int64_t row_number, RowFaults* faults) const
{
    const auto& column = *plan_.label;
    const auto what = [&] { return "column '" + column.name + "'"; };
    const int64_t classes = plan_.rules.classes;
    const auto bad = [&](RowFault fault) -> int64_t {
        if (faults) faults->try_emplace(row_number, std::move(fault));
        return -1;
    };
    if (column.is_scalar()) {
        const double value = load<double>(row + column.offset, column.element);
        const bool whole = value == std::nearbyint(value);
        if (whole && value >= 0 && value < static_cast<double>(classes))
            return static_cast<int64_t>(value);
        return bad(no_class(what(), value, classes));
    }
    std::vector<double> values(static_cast<size_t>(classes));
    load(row + column.offset, column.element, column.stride, values.size(), values.data());
    for (const double value : values)
        if (!std::isfinite(value)) return bad(not_a_number(what(), value, "the label"));
    const auto highest = std::max_element(values.begin(), values.end());
    return *highest > 0 ? highest - values.begin() : bad(no_class_marked(what()));
}

}  // namespace jetsmith
