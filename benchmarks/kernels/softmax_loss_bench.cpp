// SPDX-License-Identifier: Apache-2.0
// Weighted softmax cross entropy forward and backward: in one pass, beside plain LibTorch
// operations (cross_entropy_loss, mul, sum, div), in turns. First compares values and gradients,
// then prints one JSON line of median microseconds.
//
//     softmax_loss_bench [--rows 256] [--classes 6] [--repeats 1000]
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "benchmarks/kernels/in_turns.h"
#include "core/errors.h"
#include "core/host_memory.h"
#include "core/parallel.h"
#include "kernels/softmax_loss/softmax_loss.h"

namespace jetsmith {
namespace {

struct Problem {
    at::Tensor logits_BC, labels_B, weights_B;
};

at::Tensor plain(const Problem& p)
{
    const auto each_B = at::cross_entropy_loss(p.logits_BC, p.labels_B, {}, at::Reduction::None);
    return each_B.mul(p.weights_B).sum().div(p.weights_B.sum());
}

at::Tensor fused(const Problem& p)
{
    return kernels::softmax_loss(p.logits_BC, p.labels_B, p.weights_B, 0);
}

using Loss = at::Tensor (*)(const Problem&);

/// One forward and backward; the gradient replaces the one before.
void step(Problem& p, Loss loss)
{
    p.logits_BC.mutable_grad() = at::Tensor();
    loss(p).backward();
}

void compare(Problem& p)
{
    step(p, fused);
    const auto mine = p.logits_BC.grad().clone();
    step(p, plain);
    const auto& other = p.logits_BC.grad();
    const double difference = ((mine - other).abs().max() / other.abs().max()).item<double>();
    ensure(difference < 1e-5, fmt::format("gradients differ by {}", difference));
    const double off = (fused(p) - plain(p)).abs().item<double>();
    ensure(off < 1e-5, fmt::format("losses differ by {}", off));
}

void run(int64_t rows, int64_t classes, int repeats)
{
    keep_freed_memory();
    at::set_num_threads(thread_count());
    Problem p{at::randn({rows, classes}).set_requires_grad(true),
              at::randint(classes, {rows}, at::kLong), at::rand({rows})};
    compare(p);
    const auto [mine, others] = medians_in_turns(
        repeats, [&] { step(p, fused); }, [&] { step(p, plain); });
    fmt::print(
        "{{\"benchmark\": \"softmax_loss\", \"threads\": {}, \"rows\": {}, \"classes\": {}, "
        "\"us\": {:.1f}, \"plain_us\": {:.1f}}}\n",
        thread_count(), rows, classes, mine, others);
}

}  // namespace
}  // namespace jetsmith

int main(int argc, char** argv)
{
    CLI::App app("weighted softmax cross entropy");
    int64_t rows = 256, classes = 6;
    int repeats = 1000;
    app.add_option("--rows", rows)->check(CLI::PositiveNumber);
    app.add_option("--classes", classes)->check(CLI::PositiveNumber);
    app.add_option("--repeats", repeats)->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    jetsmith::run(rows, classes, repeats);
}
