// SPDX-License-Identifier: Apache-2.0
// Segment sums of 24,000 particles in 500 jets, forward and backward, beside LibTorch's index_add
// and segment_reduce: first compares the sums, then prints one JSON line of milliseconds.
//
//     segment_sum_bench [--width 256] [--repeats 50]
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <functional>

#include "benchmarks/kernels/in_turns.h"
#include "core/errors.h"
#include "core/parallel.h"
#include "kernels/segment_sum/segment_sum.h"

namespace jetsmith {
namespace {

using Sum = std::function<at::Tensor(const at::Tensor&)>;

/// Forward and backward.
void step(at::Tensor& values, const Sum& sum, const at::Tensor& outer)
{
    values.mutable_grad() = at::Tensor();
    sum(values).backward(outer);
}

void run(int64_t width, int repeats)
{
    at::set_num_threads(thread_count());
    constexpr int64_t kJets = 500;
    const auto lengths = at::randint(8, 88, {kJets}, at::kLong);
    const auto offsets = at::cat({at::zeros({1}, at::kLong), lengths.cumsum(0)});
    auto values = at::randn({offsets[kJets].item<int64_t>(), width}).set_requires_grad(true);
    const auto outer = at::randn({kJets, width});
    const auto row = at::repeat_interleave(lengths);
    const auto ours = [&](const at::Tensor& v) { return kernels::segment_sum(v, offsets); };
    const auto added = [&](const at::Tensor& v) {
        return at::zeros({kJets, width}).index_add(0, row, v);
    };
    const auto reduced = [&](const at::Tensor& v) {
        return at::segment_reduce(v, "sum", lengths, {}, {}, 0, /*unsafe=*/true);
    };
    for (const auto& other : {added(values), reduced(values)}) {
        const double difference = (ours(values) - other).abs().max().item<double>();
        ensure(difference < 1e-3, fmt::format("sums differ by {}", difference));
    }
    const auto [mine, index_add, reduce] = medians_in_turns(
        repeats, [&] { step(values, ours, outer); }, [&] { step(values, added, outer); },
        [&] { step(values, reduced, outer); });
    fmt::print(
        "{{\"benchmark\": \"segment_sum\", \"threads\": {}, \"particles\": {}, \"width\": {}, "
        "\"ms\": {:.3f}, \"index_add_ms\": {:.3f}, \"segment_reduce_ms\": {:.3f}}}\n",
        thread_count(), values.size(0), width, mine / 1e3, index_add / 1e3, reduce / 1e3);
}

}  // namespace
}  // namespace jetsmith

int main(int argc, char** argv)
{
    CLI::App app("segment sums");
    int64_t width = 256;
    int repeats = 50;
    app.add_option("--width", width)->check(CLI::PositiveNumber);
    app.add_option("--repeats", repeats)->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    jetsmith::run(width, repeats);
}
