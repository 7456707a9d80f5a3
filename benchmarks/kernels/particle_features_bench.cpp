// SPDX-License-Identifier: Apache-2.0
// (z, y, phi) of the constituents of jets, in batches of 500 in random order, beside the same
// formulas in plain LibTorch operations: first compares the two, then prints one JSON line.
//
//     particle_features_bench [FILE.h5] [--rows 20000] [--repeats 10]
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <functional>

#include "core/errors.h"
#include "core/parallel.h"
#include "datasets/reader.h"
#include "kernels/particle_features/particle_features.h"
#include "tests/support/toy_jets.h"

namespace jetsmith {
namespace {

constexpr int64_t kBatch = 500;

/// The defaults of the kernel in LibTorch operations.
at::Tensor plain_features(const Collection& jets, const at::Tensor& rows)
{
    const auto first = jets.offsets_B1.index_select(0, rows);
    const auto length = jets.offsets_B1.index_select(0, rows + 1) - first;
    const auto jet = at::repeat_interleave(length);
    const auto begin = length.cumsum(0) - length;
    const auto source = at::arange(jet.size(0), at::kLong) + (first - begin).index_select(0, jet);
    const auto p = jets.momenta_T4.index_select(0, source);
    const auto energy = p.select(1, 0), px = p.select(1, 1), py = p.select(1, 2),
               pz = p.select(1, 3);
    const auto pt2 = px.square() + py.square(), pt = pt2.sqrt();
    const auto y = at::asinh(pz / at::maximum(energy.square() - pz.square(), pt2).sqrt());
    const auto phi = at::atan2(py, px);
    const auto relative =
        at::remainder(
            phi - phi.index_select(0, begin.clamp_max(jet.size(0) - 1)).index_select(0, jet) + M_PI,
            2 * M_PI) -
        M_PI;
    const auto total = [&](const at::Tensor& v) {
        return at::zeros({rows.size(0)}).index_add(0, jet, v);
    };
    const auto sum = total(pt);
    const auto centre = [&](const at::Tensor& v) {
        return v - (total(pt * v) / sum).index_select(0, jet);
    };
    return at::stack({pt / sum.index_select(0, jet), centre(y), centre(relative)}, 1);
}

/// Median jets/s of a pass over all batches.
double rate(int repeats, const at::Tensor& order,
            const std::function<void(const at::Tensor&)>& work)
{
    std::vector<double> seconds;
    for (int repeat = -1; repeat < repeats; ++repeat) {
        const auto start = std::chrono::steady_clock::now();
        for (int64_t i = 0; i + kBatch <= order.size(0); i += kBatch)
            work(order.narrow(0, i, kBatch));
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (repeat >= 0) seconds.push_back(taken.count());
    }
    std::sort(seconds.begin(), seconds.end());
    return static_cast<double>(order.size(0) / kBatch * kBatch) / seconds[seconds.size() / 2];
}

EventStore read_jets(const std::string& file, int64_t rows)
{
    if (file.empty()) return toy::store(toy::jets(static_cast<int>(rows)));
    const std::string yaml =
        fmt::format("type: top_tagging\ntrain: '{}'\nrows: '0:{}'\n", file, rows);
    Config config(parse_yaml(yaml, "particle_features_bench"), "data", "the benchmark");
    return Registry<Reader>::make(config)->read(Split::train);
}

void run(const std::string& file, int64_t rows, int repeats)
{
    at::set_num_threads(thread_count());
    const auto store = read_jets(file, rows);
    const auto& jets = store.constituents();
    const auto order = at::randperm(store.rows, at::kLong);
    const auto kernel = [&](const at::Tensor& r) {
        return kernels::particle_features(jets.momenta_T4, jets.offsets_B1, r, {}).features_TF;
    };
    const auto some = order.narrow(0, 0, kBatch);
    const double difference =
        (kernel(some) - plain_features(jets, some)).abs().max().item<double>();
    ensure(difference < 2e-5, fmt::format("features differ by {}", difference));
    fmt::print(
        "{{\"benchmark\": \"particle_features\", \"threads\": {}, \"jets\": {}, "
        "\"difference\": {:.2g}, \"jets_per_second\": {:.0f}, "
        "\"plain_jets_per_second\": {:.0f}}}\n",
        thread_count(), store.rows, difference, rate(repeats, order, kernel),
        rate(repeats, order, [&](const at::Tensor& r) { plain_features(jets, r); }));
}

}  // namespace
}  // namespace jetsmith

int main(int argc, char** argv)
{
    CLI::App app("constituent features");
    std::string file;
    int64_t rows = 20'000;
    int repeats = 10;
    app.add_option("file", file, "top-tagging file (default: toy jets)");
    app.add_option("--rows", rows)->check(CLI::PositiveNumber);
    app.add_option("--repeats", repeats)->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    try {
        jetsmith::run(file, rows, repeats);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
}
