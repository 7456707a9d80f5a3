// SPDX-License-Identifier: Apache-2.0
#include "datasets/row_buffers.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/errors.h"
#include "core/parallel.h"
#include "datasets/jet_kinematics.h"

namespace jetsmith {
namespace {

using hdf5::load;

constexpr size_t kQuad = 4 * sizeof(float);

/// Calls f(total, block) for every pair of buffers.
template <typename F>
void for_each_pair(RowBuffers& a, RowBuffers& b, const F& f)
{
    f(a.momenta, b.momenta);
    f(a.counts, b.counts);
    f(a.labels, b.labels);
    f(a.weights, b.weights);
    f(a.source_rows, b.source_rows);
    for (size_t k = 0; k < a.values.size(); ++k) f(a.values[k], b.values[k]);
}

int64_t elements(const std::vector<int64_t>& shape)
{
    int64_t count = 1;
    for (const int64_t n : shape) count *= n;
    return count;
}

}  // namespace

void RowBuffers::clear()
{
    for_each_pair(*this, *this, [](auto& buffer, auto&) { buffer.resize(0); });
}

void RowBuffers::append(std::vector<RowBuffers>& blocks, size_t count)
{
    struct Copy {
        GrowingBuffer* to;
        size_t offset;
        GrowingBuffer* from;
    };
    std::vector<Copy> copies;
    for (size_t b = 0; b < count; ++b)
        for_each_pair(*this, blocks[b], [&](GrowingBuffer& to, GrowingBuffer& from) {
            copies.push_back({&to, to.size(), &from});
            to.resize(to.size() + from.size());
        });
    parallel_for(std::ssize(copies), 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            auto& [to, offset, from] = copies[static_cast<size_t>(i)];
            if (from->size() > 0) std::memcpy(to->data() + offset, from->data(), from->size());
        }
    });
}

size_t BlockReader::row_bound() const
{
    size_t bytes = 4 * sizeof(int64_t);
    if (plan_.momenta && !plan_.only_rows)
        bytes += static_cast<size_t>(plan_.momenta->slots()) * kQuad;
    for (const auto& value : plan_.values)
        bytes += static_cast<size_t>(elements(value.column.shape)) * sizeof(double);
    return bytes;
}

void BlockReader::read(int64_t begin, int64_t end, const std::vector<int64_t>* chosen,
                       Scratch& scratch, RowBuffers& out) const
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
    if (plan_.only_labels) emit_labels(begin, scratch, out);
    if (plan_.only_rows) return;
    if (plan_.momenta) emit_momenta(begin, scratch, out);
    for (size_t k = 0; k < plan_.values.size(); ++k) emit_value(k, begin, scratch, out);
    emit_labels(begin, scratch, out);
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

void BlockReader::emit_momenta(int64_t begin, Scratch& scratch, RowBuffers& out) const
{
    const size_t rows = scratch.rows.size();
    const int64_t most = plan_.rules.max_constituents;
    const bool kinematics = plan_.needs_kinematics(plan_.values);
    auto* counts = out.counts.extend<int64_t>(rows);
    auto* next = out.momenta.extend<float>(rows * static_cast<size_t>(plan_.momenta->slots()) * 4);
    for (size_t i = 0; i < rows; ++i) {
        point_to(scratch.rows[i] - begin, scratch);
        counts[i] = plan_.momenta->extract(scratch.row.data(), next);
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

void BlockReader::emit_labels(int64_t begin, Scratch& scratch, RowBuffers& out) const
{
    const size_t rows = scratch.rows.size();
    auto* labels = out.labels.extend<int64_t>(rows);
    auto* weights = out.weights.extend<double>(rows);
    for (size_t i = 0; i < rows; ++i) {
        point_to(scratch.rows[i] - begin, scratch);
        labels[i] = label_;
        if (label_ < 0 && plan_.label)
            labels[i] = label_of(scratch.row[plan_.label->source], scratch.rows[i]);
        weights[i] = 1.0;
        if (const auto& weight = plan_.weight)
            weights[i] =
                load<double>(scratch.row[weight->source] + weight->offset, weight->element);
    }
}

int64_t BlockReader::label_of(const std::byte* row, int64_t row_number) const
{
    const auto& column = *plan_.label;
    const int64_t classes = plan_.rules.classes;
    if (column.is_scalar()) {
        const double value = load<double>(row + column.offset, column.element);
        const double whole = std::nearbyint(value);
        if (value == whole && whole >= 0 && whole < static_cast<double>(classes))
            return static_cast<int64_t>(whole);
        throw UserError(
            "{}: row {}, column '{}': label {} is not a class (0 to {} are wanted, one "
            "per name in data.classes). Add the names to data.classes, or leave such rows out with "
            "data.select.",
            plan_.file(), row_number, column.name, value, classes - 1);
    }
    std::vector<double> values(static_cast<size_t>(classes));
    load(row + column.offset, column.element, column.stride, values.size(), values.data());
    const auto highest = std::max_element(values.begin(), values.end());
    if (!(*highest > 0))
        throw UserError("{}: row {}, column '{}': no class is marked (all values are 0 or NaN; "
                        "one above 0 is wanted). Leave such rows out with data.select.",
                        plan_.file(), row_number, column.name);
    return highest - values.begin();
}

}  // namespace jetsmith
