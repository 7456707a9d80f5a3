// SPDX-License-Identifier: Apache-2.0
#include "kernels/formula/formula.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/cuda_plugin.h"
#include "core/errors.h"
#include "core/torch_threads.h"
#include "kernels/formula/formula_math.h"

namespace jetsmith::kernels {
namespace {

/// Rows that go through a program together; numbers below which threads would cost more than they
/// save.
constexpr int64_t kBlock = 64, kParallelAbove = int64_t{1} << 12;

using LaunchFormula = const char*(const FormulaArguments*, void* stream);

FormulaType type_of(const at::Tensor& values)
{
    switch (values.scalar_type()) {
        case at::kByte: return FormulaType::u8;
        case at::kChar: return FormulaType::i8;
        case at::kInt: return FormulaType::i32;
        case at::kLong: return FormulaType::i64;
        case at::kFloat: return FormulaType::f32;
        case at::kDouble: return FormulaType::f64;
        default: throw InternalError("a column of a type that formulas do not read");
    }
}

FormulaColumn plain(const RowColumn& column)
{
    FormulaColumn c{};
    c.of = static_cast<FormulaOf>(column.of);
    c.stride = column.stride;
    c.offset = column.offset;
    c.object = column.object;
    c.type = FormulaType::f32;
    if (column.values.defined()) {
        ensure(column.values.is_contiguous(), "columns of formulas must be contiguous");
        c.values = column.values.const_data_ptr();
        c.type = type_of(column.values);
    }
    if (column.offsets.defined()) c.offsets = column.offsets.const_data_ptr<int64_t>();
    return c;
}

template <typename T>
at::Tensor bytes_of(const std::vector<T>& values, const at::Device& device)
{
    auto bytes = at::empty({static_cast<int64_t>(values.size() * sizeof(T))}, at::kByte);
    if (!values.empty()) std::memcpy(bytes.mutable_data_ptr(), values.data(), bytes.nbytes());
    return bytes.to(device);
}

template <typename T>
const T* as(const at::Tensor& bytes)
{
    return static_cast<const T*>(bytes.const_data_ptr());
}

/// Calls f with a null pointer of the column's type.
template <typename F>
void with_type(FormulaType type, const F& f)
{
    switch (type) {
        case FormulaType::u8: return f(static_cast<uint8_t*>(nullptr));
        case FormulaType::i8: return f(static_cast<int8_t*>(nullptr));
        case FormulaType::i32: return f(static_cast<int32_t*>(nullptr));
        case FormulaType::i64: return f(static_cast<int64_t*>(nullptr));
        case FormulaType::f32: return f(static_cast<float*>(nullptr));
        case FormulaType::f64: return f(static_cast<double*>(nullptr));
    }
}

/// One feature of up to kBlock rows.
void run_block(const FormulaArguments& a, int32_t f, const int64_t* rows, int64_t count, float* out)
{
    double stack[kMostStacked][kBlock];
    bool missing[kBlock] = {};
    int top = -1;
    for (int32_t i = a.begins[f]; i < a.begins[f + 1]; ++i) {
        const Instruction step = a.program[i];
        if (step.operation == Operation::number) {
            std::fill_n(stack[++top], count, step.number);
        } else if (step.operation == Operation::name) {
            const FormulaColumn& column = a.columns[step.name];
            double* values = stack[++top];
            with_type(column.type, [&](auto* type) {
                using T = std::remove_pointer_t<decltype(type)>;
                for (int64_t r = 0; r < count; ++r)
                    values[r] = column_value<T>(column, rows[r], missing[r]);
            });
        } else if (takes_one(step.operation)) {
            for (int64_t r = 0; r < count; ++r)
                stack[top][r] = apply(step.operation, stack[top][r], 0);
        } else {
            --top;
            for (int64_t r = 0; r < count; ++r)
                stack[top][r] = apply(step.operation, stack[top][r], stack[top + 1][r]);
        }
    }
    for (int64_t r = 0; r < count; ++r)
        out[r * a.features] = feature_value(a, f, stack[0][r], missing[r]);
}

void run_on_cpu(const FormulaArguments& a, int64_t stored)
{
    const auto [least, most] = std::minmax_element(a.rows, a.rows + a.count);
    ensure(*least >= 0 && *most < stored, "a row lies outside the store");
    const auto run = [&](int64_t block) {
        const int64_t row = block * kBlock;
        for (int32_t f = 0; f < a.features; ++f)
            run_block(a, f, a.rows + row, std::min(kBlock, a.count - row),
                      a.out + row * a.features + f);
    };
    const int64_t blocks = (a.count + kBlock - 1) / kBlock;
    if (a.count * a.begins[a.features] >= kParallelAbove) return on_torch_threads(blocks, run);
    for (int64_t block = 0; block < blocks; ++block) run(block);
}

void run_on_cuda(const FormulaArguments& a)
{
    static auto* launch = cuda_kernel<LaunchFormula>("jetsmith_launch_formula");
    if (const char* problem = launch(&a, cuda_plugin()->stream()))
        throw UserError("features on the GPU failed ({}; {} features). Choose device: cpu.", problem,
                        a.features);
}

/// Rows of the store that the columns belong to.
int64_t stored_rows(const std::vector<RowProgram>& programs)
{
    for (const auto& program : programs)
        for (const auto& column : program.columns)
            return column.offsets.defined() ? column.offsets.size(0) - 1 : column.values.size(0);
    return std::numeric_limits<int64_t>::max();
}

}  // namespace

Formulas::Formulas(std::vector<RowProgram> programs)
    : programs_(std::move(programs)), device_(at::kCPU)
{
    std::vector<FormulaColumn> columns;
    std::vector<Instruction> instructions;
    std::vector<int32_t> begins{0};
    for (const auto& program : programs_) {
        const auto first = static_cast<int32_t>(columns.size());
        for (const auto& column : program.columns) {
            columns.push_back(plain(column));
            device_ = (column.offsets.defined() ? column.offsets : column.values).device();
        }
        for (Instruction step : program.program) {
            if (step.operation == Operation::name) step.name += first;
            instructions.push_back(step);
        }
        begins.push_back(static_cast<int32_t>(instructions.size()));
        if (most_stacked(program.program) > kMostStacked)
            throw UserError("feature {}: too deeply nested (more than {} numbers are needed at "
                            "once). Write it with fewer parentheses.",
                            begins.size() - 1, kMostStacked);
    }
    columns_ = bytes_of(columns, device_);
    instructions_ = bytes_of(instructions, device_);
    begins_ = bytes_of(begins, device_);
}

at::Tensor Formulas::run(const at::Tensor& rows_B, const FormulaScale& scale) const
{
    ensure(rows_B.dim() == 1 && rows_B.scalar_type() == at::kLong && rows_B.device() == device_,
           "rows must be int64 (B) on the device of the columns");
    const auto rows = rows_B.contiguous();
    const auto features = static_cast<int64_t>(programs_.size());
    auto out = at::empty({rows.size(0), features}, rows.options().dtype(at::kFloat));
    if (out.numel() == 0) return out;
    FormulaArguments a{};
    a.columns = as<FormulaColumn>(columns_);
    a.program = as<Instruction>(instructions_);
    a.begins = as<int32_t>(begins_);
    a.features = static_cast<int32_t>(features);
    a.rows = rows.const_data_ptr<int64_t>();
    a.count = rows.size(0);
    a.fill = scale.fill;
    a.out = out.mutable_data_ptr<float>();
    if (scale.mean_F.defined()) {
        for (const auto* part : {&scale.mean_F, &scale.inverse_F})
            ensure(part->scalar_type() == at::kDouble && part->numel() == features &&
                       part->device() == device_ && part->is_contiguous(),
                   "mean and inverse must be float64 (F) on the device of the columns");
        a.mean = scale.mean_F.const_data_ptr<double>();
        a.inverse = scale.inverse_F.const_data_ptr<double>();
    }
    device_.is_cuda() ? run_on_cuda(a) : run_on_cpu(a, stored_rows(programs_));
    return out;
}

}  // namespace jetsmith::kernels
