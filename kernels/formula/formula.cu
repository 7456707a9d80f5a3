// SPDX-License-Identifier: Apache-2.0
// Formulas on the GPU: one thread per value, features of a row side by side, the stack in local
// memory.
#include <cuda_runtime.h>

#include "kernels/formula/formula_math.h"

namespace jetsmith::kernels {
namespace {

constexpr int kThreads = 128;

__device__ double value_of(const FormulaColumn& column, int64_t row, bool& missing)
{
    switch (column.type) {
        case FormulaType::u8: return column_value<uint8_t>(column, row, missing);
        case FormulaType::i8: return column_value<int8_t>(column, row, missing);
        case FormulaType::i32: return column_value<int32_t>(column, row, missing);
        case FormulaType::i64: return column_value<int64_t>(column, row, missing);
        case FormulaType::f32: return column_value<float>(column, row, missing);
        default: return column_value<double>(column, row, missing);
    }
}

__global__ void __launch_bounds__(kThreads) formula_kernel(FormulaArguments a)
{
    const int64_t all = a.count * a.features;
    for (int64_t at = int64_t{blockIdx.x} * kThreads + threadIdx.x; at < all;
         at += int64_t{gridDim.x} * kThreads) {
        const auto f = static_cast<int32_t>(at % a.features);
        const int64_t row = a.rows[at / a.features];
        double stack[kMostStacked];
        bool missing = false;
        int top = -1;
        for (int32_t i = a.begins[f]; i < a.begins[f + 1]; ++i) {
            const Instruction step = a.program[i];
            if (step.operation == Operation::number) {
                stack[++top] = step.number;
            } else if (step.operation == Operation::name) {
                stack[++top] = value_of(a.columns[step.name], row, missing);
            } else if (takes_one(step.operation)) {
                stack[top] = apply(step.operation, stack[top], 0);
            } else {
                --top;
                stack[top] = apply(step.operation, stack[top], stack[top + 1]);
            }
        }
        a.out[at] = feature_value(a, f, stack[0], missing);
    }
}

}  // namespace

extern "C" const char* jetsmith_launch_formula(const FormulaArguments* a, void* stream)
{
    const int64_t blocks = (a->count * a->features + kThreads - 1) / kThreads;
    formula_kernel<<<static_cast<unsigned>(blocks < 65535 ? blocks : 65535), kThreads, 0,
                     static_cast<cudaStream_t>(stream)>>>(*a);
    const cudaError_t error = cudaGetLastError();
    return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}

}  // namespace jetsmith::kernels
