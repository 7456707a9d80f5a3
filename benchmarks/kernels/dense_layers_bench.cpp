// SPDX-License-Identifier: Apache-2.0
// Forward and backward of features-128-128-128-6, rectified: as one operation, beside plain
// LibTorch operations (linear, relu, dropout), in turns. First compares the gradients, then prints
// one JSON line of median microseconds.
//
//     dense_layers_bench [--rows 256] [--width 128] [--dropout 0] [--repeats 300]
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "benchmarks/kernels/in_turns.h"
#include "core/errors.h"
#include "core/host_memory.h"
#include "core/parallel.h"
#include "kernels/dense_layers/dense_layers.h"

namespace jetsmith {
namespace {

struct Arguments {
    int64_t rows = 256, width = 128;
    double dropout = 0;
    int repeats = 300;
};

struct Problem {
    at::Tensor x_BF, outer_BC;
    std::vector<at::Tensor> parameters;
    double dropout;
};

Problem problem(const Arguments& arguments)
{
    constexpr int64_t kFeatures = 19, kClasses = 6;
    Problem p{at::randn({arguments.rows, kFeatures}),
              at::randn({arguments.rows, kClasses}),
              {},
              arguments.dropout};
    int64_t in = kFeatures;
    for (const int64_t out : {arguments.width, arguments.width, arguments.width, kClasses}) {
        p.parameters.push_back((at::randn({out, in}) / std::sqrt(in)).set_requires_grad(true));
        p.parameters.push_back(at::zeros({out}).set_requires_grad(true));
        in = out;
    }
    return p;
}

at::Tensor plain(const Problem& p)
{
    at::Tensor x = p.x_BF;
    for (size_t i = 0; i < p.parameters.size(); i += 2) {
        x = at::linear(x, p.parameters[i], p.parameters[i + 1]);
        if (i + 2 == p.parameters.size()) break;
        x = x.relu_();
        if (p.dropout > 0) x = at::dropout(x, p.dropout, /*train=*/true);
    }
    return x;
}

at::Tensor fused(const Problem& p)
{
    return kernels::dense_layers(p.x_BF, p.parameters, p.dropout);
}

using Layers = at::Tensor (*)(const Problem&);

/// One forward and backward; the gradients replace those before.
void step(Problem& p, Layers layers)
{
    for (auto& parameter : p.parameters) parameter.mutable_grad() = at::Tensor();
    layers(p).backward(p.outer_BC);
}

void compare(Problem p)
{
    p.dropout = 0;
    step(p, fused);
    const auto mine = p.parameters[0].grad().clone();
    step(p, plain);
    const auto& other = p.parameters[0].grad();
    const double difference = ((mine - other).abs().max() / other.abs().max()).item<double>();
    ensure(difference < 1e-4, fmt::format("gradients differ by {}", difference));
}

void run(const Arguments& arguments)
{
    keep_freed_memory();
    at::set_num_threads(thread_count());
    Problem p = problem(arguments);
    compare(p);
    const auto [mine, others] = medians_in_turns(
        arguments.repeats, [&] { step(p, fused); }, [&] { step(p, plain); });
    fmt::print(
        "{{\"benchmark\": \"dense_layers\", \"threads\": {}, \"rows\": {}, \"width\": {}, "
        "\"dropout\": {}, \"us\": {:.1f}, \"plain_us\": {:.1f}}}\n",
        thread_count(), arguments.rows, arguments.width, arguments.dropout, mine, others);
}

}  // namespace
}  // namespace jetsmith

int main(int argc, char** argv)
{
    CLI::App app("fully connected layers");
    jetsmith::Arguments arguments;
    app.add_option("--rows", arguments.rows)->check(CLI::PositiveNumber);
    app.add_option("--width", arguments.width)->check(CLI::PositiveNumber);
    app.add_option("--dropout", arguments.dropout)->check(CLI::Range(0.0, 0.99));
    app.add_option("--repeats", arguments.repeats)->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    jetsmith::run(arguments);
}
