// SPDX-License-Identifier: Apache-2.0
// The sweep for NaN and infinity over as many values as a model has parameters, against
// at::isfinite(values).all() and against the infinity norm. Correctness first. Prints one JSON
// line.
//
//   finite_bench [--values N] [--bf16] [--repeats N]
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "core/errors.h"
#include "core/parallel.h"
#include "kernels/finite/finite.h"

namespace jetsmith {
namespace {

/// Microseconds of a call: median and 90th percentile.
template <typename F>
std::pair<double, double> time(int repeats, const F& f)
{
    std::vector<double> all;
    for (int i = 0; i < repeats; ++i) {
        const auto start = std::chrono::steady_clock::now();
        f();
        const std::chrono::duration<double, std::micro> elapsed =
            std::chrono::steady_clock::now() - start;
        all.push_back(elapsed.count());
    }
    std::sort(all.begin(), all.end());
    return {all[all.size() / 2], all[all.size() * 9 / 10]};
}

void run(int64_t count, bool bf16, int repeats)
{
    at::set_num_threads(thread_count());
    const auto values = at::randn({count}).to(bf16 ? at::kBFloat16 : at::kFloat);
    const auto by_torch = [&] { return at::isfinite(values).all().item<bool>(); };
    const auto by_norm = [&] {
        return std::isfinite(at::linalg_vector_norm(values, INFINITY).item<float>());
    };
    const auto ours = [&] { return kernels::all_finite(values); };
    ensure(ours() && by_torch() && by_norm(), "numbers were taken for others");
    values[count / 2] = NAN;
    ensure(!ours() && !by_torch() && !by_norm(), "a NaN was not seen");
    values[count / 2] = 0;
    bool all = true;
    const auto kernel = time(repeats, [&] { all = ours() && all; });
    const auto torch = time(repeats, [&] { all = by_torch() && all; });
    const auto norm = time(repeats, [&] { all = by_norm() && all; });
    ensure(all, "numbers were taken for others");
    const double bytes = static_cast<double>(values.nbytes());
    fmt::print(
        "{{\"benchmark\": \"finite\", \"threads\": {}, \"values\": {}, \"type\": \"{}\", "
        "\"kernel_us\": {:.2f}, \"kernel_p90_us\": {:.2f}, \"GB_per_s\": {:.1f}, "
        "\"isfinite_all_us\": {:.2f}, \"norm_us\": {:.2f}, \"ratio\": {:.1f}}}\n",
        thread_count(), count, bf16 ? "bfloat16" : "float32", kernel.first, kernel.second,
        bytes / kernel.first * 1e-3, torch.first, norm.first, torch.first / kernel.first);
}

}  // namespace
}  // namespace jetsmith

int main(int argc, char** argv)
{
    CLI::App app("sweeps for NaN and infinity");
    int64_t values = 609'666;
    int repeats = 1000;
    bool bf16 = false;
    app.add_option("--values", values)->check(CLI::PositiveNumber);
    app.add_flag("--bf16", bf16);
    app.add_option("--repeats", repeats)->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    jetsmith::run(values, bf16, repeats);
}
