// SPDX-License-Identifier: Apache-2.0
#include "datasets/store_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "core/config.h"
#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith {
namespace {

constexpr int64_t kBlock = 1024;

const std::map<std::string, int64_t> kComponents{{"energy", 0}, {"px", 1}, {"py", 2}, {"pz", 3}};

/// Quantities of a four-momentum in terms of its components, for files that do not give them.
const std::map<std::string, std::string> kDerived{
    {"pt", "hypot(px, py)"},
    {"eta", "log((hypot(hypot(px, py), pz) + abs(pz)) / hypot(px, py)) * ((pz > 0) - (pz < 0))"},
    {"phi", "atan2(py, px)"},
    {"mass", "sqrt(max(energy * energy - px * px - py * py - pz * pz, 0))"}};

/// "jets[2].pt", "count(jets)" or "sum(jets.pt)" taken apart.
struct ObjectName {
    RowColumn::Of of;
    std::string collection, member;
    int64_t object = 0;
};

std::optional<ObjectName> object_name(const std::string& name)
{
    using Of = RowColumn::Of;
    const auto inside = [&](size_t begin) { return name.substr(begin, name.size() - begin - 1); };
    if (name.starts_with("count(")) return ObjectName{Of::count, inside(6), "", 0};
    if (name.starts_with("sum(")) {
        const std::string whole = inside(4);
        const auto dot = whole.rfind('.');
        if (dot == std::string::npos) return ObjectName{Of::sum, whole, "", 0};
        return ObjectName{Of::sum, whole.substr(0, dot), whole.substr(dot + 1), 0};
    }
    const auto open = name.find('['), close = name.find("].");
    if (open == std::string::npos || close == std::string::npos || close < open) return {};
    const std::string number = name.substr(open + 1, close - open - 1);
    if (number.empty() || number.size() > 9 ||
        number.find_first_not_of("0123456789") != std::string::npos)
        return {};
    return ObjectName{Of::object, name.substr(0, open), name.substr(close + 2), std::stoll(number)};
}

std::vector<std::string> known_names(const EventStore& store)
{
    std::vector<std::string> known;
    for (const auto& [name, values] : store.scalars) known.push_back(name);
    for (const auto& [name, collection] : store.collections) {
        for (const auto& [column, values] : collection.columns)
            known.push_back(fmt::format("{}[0].{}", name, column));
        for (const char* column : {"pt", "eta", "phi", "mass", "energy", "px", "py", "pz"})
            if (!collection.columns.contains(column))
                known.push_back(fmt::format("{}[0].{}", name, column));
        known.push_back("count(" + name + ")");
    }
    return known;
}

/// Writes the program of an expression with the columns of a store.
class Binder {
  public:
    Binder(const EventStore& store, const std::string& place, const std::string& text)
        : store_(store), place_(place), text_(text)
    {
    }

    void expression(const Expression& expression)
    {
        for (const Instruction& step : expression.program()) {
            if (step.operation == Operation::name)
                name(expression.names()[static_cast<size_t>(step.name)]);
            else
                out.program.push_back(step);
        }
    }

    RowProgram out;

  private:
    void name(const std::string& name)
    {
        if (const auto scalar = store_.scalars.find(name); scalar != store_.scalars.end())
            return push({.values = scalar->second});
        if (name == "source_row" && store_.source_rows_B.defined())
            return push({.values = store_.source_rows_B});
        const auto parts = object_name(name);
        if (!parts) unknown(name);
        const auto found = store_.collections.find(parts->collection);
        if (found == store_.collections.end()) unknown(name);
        const Collection& objects = found->second;
        RowColumn column{.of = parts->of, .offsets = objects.offsets_B1, .object = parts->object};
        if (parts->of == RowColumn::Of::count) return push(column);
        const auto own = objects.columns.find(parts->member);
        const auto component = kComponents.find(parts->member);
        if (own != objects.columns.end() && own->second.dim() == 1) {
            column.values = own->second;
            return push(column);
        }
        column.values = objects.momenta_T4;
        column.stride = 4;
        if (component != kComponents.end()) {
            column.offset = component->second;
            return push(column);
        }
        derived(name, *parts, column);
    }

    void derived(const std::string& name, const ObjectName& parts, RowColumn column)
    {
        const auto formula = kDerived.find(parts.member);
        if (formula == kDerived.end()) unknown(name);
        if (parts.of == RowColumn::Of::sum)
            throw UserError(
                "{}: '{}' cannot be added up (the data have no column {} of {}; of energy, px, py "
                "and pz they have). Add up one of these.",
                place_, name, parts.member, parts.collection);
        const Expression expression(formula->second, place_);
        for (const Instruction& step : expression.program()) {
            if (step.operation == Operation::name) {
                column.offset =
                    kComponents.at(expression.names()[static_cast<size_t>(step.name)]);
                push(column);
            } else {
                out.program.push_back(step);
            }
        }
    }

    void push(RowColumn column)
    {
        out.program.push_back(
            {Operation::name, static_cast<int32_t>(out.columns.size()), 0});
        out.columns.push_back(std::move(column));
    }

    [[noreturn]] void unknown(const std::string& name) const
    {
        const std::string of = name == text_ ? "" : " of '" + text_ + "'";
        throw UserError("{}: '{}'{} was not found in the data.{}", place_, name, of,
                        suggestion(name, known_names(store_)));
    }

    const EventStore& store_;
    const std::string &place_, &text_;
};

/// Calls f with a pointer to the elements of a tensor.
template <typename F>
void with_elements(const at::Tensor& values, const F& f)
{
    switch (values.scalar_type()) {
        case at::kByte: return f(values.const_data_ptr<uint8_t>());
        case at::kChar: return f(values.const_data_ptr<int8_t>());
        case at::kInt: return f(values.const_data_ptr<int32_t>());
        case at::kLong: return f(values.const_data_ptr<int64_t>());
        case at::kFloat: return f(values.const_data_ptr<float>());
        case at::kDouble: return f(values.const_data_ptr<double>());
        default: throw InternalError("a column of a type that no reader makes");
    }
}

/// The column's values in rows [begin, end).
void fetch(const RowColumn& column, int64_t begin, int64_t end, double* out)
{
    using Of = RowColumn::Of;
    const auto* offsets =
        column.of == Of::row ? nullptr : column.offsets.const_data_ptr<int64_t>();
    if (column.of == Of::count) {
        for (int64_t row = begin; row < end; ++row)
            *out++ = static_cast<double>(offsets[row + 1] - offsets[row]);
        return;
    }
    with_elements(column.values, [&](const auto* values) {
        const auto at = [&](int64_t position) {
            return static_cast<double>(values[column.stride * position + column.offset]);
        };
        for (int64_t row = begin; row < end; ++row, ++out) {
            if (column.of == Of::row) {
                *out = at(row);
            } else if (column.of == Of::sum) {
                *out = 0;
                for (int64_t i = offsets[row]; i < offsets[row + 1]; ++i) *out += at(i);
            } else {
                const int64_t i = offsets[row] + column.object;
                *out = i < offsets[row + 1] ? at(i) : std::numeric_limits<double>::quiet_NaN();
            }
        }
    });
}

}  // namespace

RowProgram bind(const Expression& expression, const EventStore& store,
                     const std::string& place)
{
    Binder binder(store, place, expression.text());
    binder.expression(expression);
    return std::move(binder.out);
}

std::vector<double> evaluate(const Expression& expression, const EventStore& store,
                             const std::string& place)
{
    const RowProgram bound = bind(expression, store, place);
    std::vector<double> all(static_cast<size_t>(store.rows));
    parallel_for(store.rows, kBlock, [&](int64_t begin, int64_t end) {
        std::vector<std::vector<double>> values;
        std::vector<const double*> pointers;
        for (const RowColumn& column : bound.columns) {
            values.emplace_back(static_cast<size_t>(end - begin));
            fetch(column, begin, end, values.back().data());
            pointers.push_back(values.back().data());
        }
        const auto result =
            run_program(bound.program, pointers, static_cast<size_t>(end - begin));
        std::copy(result.begin(), result.end(), all.begin() + begin);
    });
    return all;
}

bool can_evaluate(const Expression& expression, const EventStore& store)
{
    return std::all_of(expression.names().begin(), expression.names().end(), [&](const auto& name) {
        if (store.scalars.contains(name) || name == "source_row") return true;
        const auto parts = object_name(name);
        return parts && store.collections.contains(parts->collection);
    });
}

}  // namespace jetsmith
