// SPDX-License-Identifier: Apache-2.0
#include "datasets/row_judge.h"

#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

namespace jetsmith {
namespace {

constexpr const char* kDrop = "data.on_bad_row: drop to leave such rows out.";

/// A place along the first dimension with a value that is NaN or infinite.
struct BadPlace {
    int64_t place;
    double value;
};

template <typename T>
std::vector<BadPlace> bad_places(const T* values, int64_t places, int64_t each)
{
    unsigned bad = 0;  // without a branch: nearly all blocks are good
    for (int64_t i = 0; i < places * each; ++i)
        bad |= !(std::abs(values[i]) <= std::numeric_limits<T>::max());
    std::vector<BadPlace> all;
    for (int64_t p = 0; bad && p < places; ++p) {
        const T* begin = values + p * each;
        const T* found = std::find_if(begin, begin + each, [](T v) { return !std::isfinite(v); });
        if (found != begin + each) all.push_back({p, static_cast<double>(*found)});
    }
    return all;
}

std::vector<BadPlace> bad_places(const at::Tensor& tensor)
{
    if (!tensor.defined() || tensor.numel() == 0) return {};
    const at::Tensor values = tensor.contiguous();
    const int64_t places = values.size(0), each = values.numel() / places;
    if (values.scalar_type() == at::kFloat)
        return bad_places(values.const_data_ptr<float>(), places, each);
    if (values.scalar_type() == at::kDouble)
        return bad_places(values.const_data_ptr<double>(), places, each);
    return {};
}

const char* number_text(double value) { return std::isnan(value) ? "NaN" : "infinite"; }

std::string name_of(const EventStore& store, const Collection& objects)
{
    for (const auto& [name, collection] : store.collections)
        if (&collection == &objects) return name;
    return "constituents";
}

/// Of an object without a finite momentum: the column that is to blame, or "momentum".
std::string column_to_blame(const Collection& objects, int64_t object)
{
    for (const char* name : {"pt", "eta", "phi", "mass", "energy"})
        if (const auto found = objects.columns.find(name); found != objects.columns.end())
            if (!bad_places(found->second.narrow(0, object, 1)).empty()) return name;
    return "momentum";
}

}  // namespace

RowFault not_a_number(const std::string& what, double value, const std::string& in)
{
    return {"NaN or infinity in " + in,
            fmt::format(", {} is {} (data.on_bad_row is 'stop'). Set {}", what, number_text(value),
                        kDrop)};
}

RowFault not_a_number(const Expression& expression, double value)
{
    const std::string text = "'" + expression.text() + "'";
    if (expression.names() == std::vector{expression.text()})
        return not_a_number("column " + text, value, text);
    return {"NaN or infinity in " + text,
            fmt::format(", {} is {} (data.on_bad_row is 'stop'). Change the expression, or set {}",
                        text, number_text(value), kDrop)};
}

RowFault no_class(const std::string& what, double value, int64_t classes)
{
    return {"label of no class",
            fmt::format(", {}: label {} is not a class (0 to {} are wanted, one per name in "
                        "data.classes). Add the names to data.classes, or set {}",
                        what, value, classes - 1, kDrop)};
}

RowFault no_class_marked(const std::string& what)
{
    return {"label of no class",
            fmt::format(", {}: no class is marked (no value is above 0; one above "
                        "0 is wanted). Set {}",
                        what, kDrop)};
}

RowFault neither_yes_nor_no(const std::string& name, const std::string& text, double value)
{
    return {
        fmt::format("label '{}' neither 0 nor 1", name),
        fmt::format(", data.labels.{}: '{}' is {} (0 or 1 is wanted). Write a condition, such as "
                    "{} > 0, or set {}",
                    name, text, value, text, kDrop)};
}

RowFault no_constituents()
{
    return {"no constituents", fmt::format(" has no constituents (every slot is empty; one or more "
                                           "wanted). Set {}",
                                           kDrop)};
}

bool all_finite(const float* values, int64_t count) { return bad_places(values, count, 1).empty(); }

void judge_column(const EventStore& block, const at::Tensor& values, const std::string& name,
                  RowFaults& faults)
{
    const auto* row = block.source_rows_B.const_data_ptr<int64_t>();
    for (const auto& [place, value] : bad_places(values))
        faults.try_emplace(row[place],
                           not_a_number("column '" + name + "'", value, "'" + name + "'"));
}

void judge_objects(const EventStore& block, const Collection& objects,
                   const std::vector<std::string>& columns, RowFaults& faults)
{
    const std::string name = name_of(block, objects);
    const auto* row = block.source_rows_B.const_data_ptr<int64_t>();
    const auto* begin = objects.offsets_B1.const_data_ptr<int64_t>();
    const auto note = [&](const BadPlace& bad, const std::string& column) {
        const auto* next = std::upper_bound(begin, begin + block.rows + 1, bad.place);
        const int64_t b = next - begin - 1;
        faults.try_emplace(row[b], not_a_number(fmt::format("column '{}[{}].{}'", name,
                                                            bad.place - begin[b], column),
                                                bad.value, name));
    };
    for (const auto& bad : bad_places(objects.momenta_T4))
        note(bad, column_to_blame(objects, bad.place));
    for (const auto& column : columns)
        for (const auto& bad : bad_places(objects.columns.at(column))) note(bad, column);
}

EventStore without_faults(const EventStore& block, RowFaults& faults)
{
    if (faults.empty()) return block;
    const auto* row = block.source_rows_B.const_data_ptr<int64_t>();
    std::vector<int64_t> good;
    RowFaults met;
    for (int64_t b = 0; b < block.rows; ++b) {
        if (auto fault = faults.extract(row[b]))
            met.insert(std::move(fault));
        else
            good.push_back(b);
    }
    faults = std::move(met);
    return faults.empty() ? block : block.select(at::tensor(good, at::kLong));
}

std::string left_out_text(const std::string& file, const std::map<std::string, int64_t>& reasons)
{
    int64_t rows = 0;
    std::vector<std::string> each;
    for (const auto& [reason, count] : reasons) {
        rows += count;
        each.push_back(fmt::format("{} ({})", reason, count));
    }
    return fmt::format("{} bad {} of {} left out: {}", rows, rows == 1 ? "row" : "rows",
                       std::filesystem::path(file).filename().string(), fmt::join(each, ", "));
}

}  // namespace jetsmith
