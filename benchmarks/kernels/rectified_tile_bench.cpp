// SPDX-License-Identifier: Apache-2.0
// sum_i Phi(p_i) forward and backward for 24,000 particles in 500 jets, Phi 3-100-100-256: in tiles
// with one pass between matrix products, beside plain LibTorch operations (linear, relu, index_add)
// on the same ragged batch. First compares the gradients, then prints one JSON line of
// milliseconds.
//
//     rectified_tile_bench [--repeats 30] [--jets 500]
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cmath>

#include "benchmarks/kernels/in_turns.h"
#include "core/errors.h"
#include "core/host_memory.h"
#include "core/parallel.h"
#include "models/layers/summed_layers.h"
#include "trainers/autocast.h"

namespace jetsmith {
namespace {

struct Problem {
    at::Tensor x_TF, offsets_B1, row_T, outer_BL;
    std::vector<at::Tensor> parameters;
};

Problem problem(int64_t jets)
{
    Problem p;
    const auto lengths = at::randint(8, 88, {jets}, at::kLong);
    p.offsets_B1 = at::cat({at::zeros({1}, at::kLong), lengths.cumsum(0)});
    p.row_T = at::repeat_interleave(lengths);
    p.x_TF = at::randn({p.row_T.size(0), 3});
    p.outer_BL = at::randn({jets, 256});
    int64_t in = 3;
    for (const int64_t out : {100, 100, 256}) {
        p.parameters.push_back((at::randn({out, in}) / std::sqrt(in)).set_requires_grad(true));
        p.parameters.push_back(at::zeros({out}).set_requires_grad(true));
        in = out;
    }
    return p;
}

at::Tensor plain(const Problem& p)
{
    at::Tensor x = p.x_TF;
    for (size_t i = 0; i < p.parameters.size(); i += 2)
        x = at::linear(x, p.parameters[i], p.parameters[i + 1]).relu_();
    return at::zeros_like(p.outer_BL).index_add(0, p.row_T, x.to(at::kFloat));
}

at::Tensor tiled(const Problem& p)
{
    return layers::summed_rectified_layers(p.x_TF, p.offsets_B1, {}, p.parameters);
}

using Sum = at::Tensor (*)(const Problem&);

/// The gradient of the second weight after one forward and backward.
at::Tensor step(Problem& p, Sum sum, at::ScalarType type)
{
    for (auto& parameter : p.parameters) parameter.mutable_grad() = at::Tensor();
    const AutocastScope autocast(at::kCPU, type);
    sum(p).backward(p.outer_BL);
    return p.parameters[2].grad();
}

void run(int64_t jets, int repeats)
{
    keep_freed_memory();
    at::set_num_threads(thread_count());
    Problem p = problem(jets);
    const auto mine = step(p, tiled, at::kFloat).clone(), other = step(p, plain, at::kFloat);
    const double difference = ((mine - other).abs().max() / other.abs().max()).item<double>();
    ensure(difference < 1e-4, fmt::format("gradients differ by {}", difference));
    const auto way = [&](Sum sum, at::ScalarType type) { return [=, &p] { step(p, sum, type); }; };
    const auto [fp32, plain_fp32, bf16, plain_bf16] =
        medians_in_turns(repeats, way(tiled, at::kFloat), way(plain, at::kFloat),
                         way(tiled, at::kBFloat16), way(plain, at::kBFloat16));
    fmt::print(
        "{{\"benchmark\": \"rectified_tile\", \"threads\": {}, \"jets\": {}, "
        "\"particles\": {}, \"fp32_ms\": {:.2f}, \"plain_fp32_ms\": {:.2f}, "
        "\"bf16_ms\": {:.2f}, \"plain_bf16_ms\": {:.2f}}}\n",
        thread_count(), jets, p.x_TF.size(0), fp32 / 1e3, plain_fp32 / 1e3, bf16 / 1e3,
        plain_bf16 / 1e3);
}

}  // namespace
}  // namespace jetsmith

int main(int argc, char** argv)
{
    CLI::App app("layers and sums of set networks");
    int64_t jets = 500;
    int repeats = 30;
    app.add_option("--jets", jets)->check(CLI::PositiveNumber);
    app.add_option("--repeats", repeats)->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    jetsmith::run(jets, repeats);
}
