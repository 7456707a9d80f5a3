// SPDX-License-Identifier: Apache-2.0
// Exact EMD of all pairs of a file: pairs/s of the kernel alone, certificates included. Prints one
// JSON line. Peers: peers/time_emd.py; run all of them with benchmarks/run_emd.
//
//     emd_bench [JETS.h5] [--jets N] [--particles N] [--tier fast|exact] [--threads N] [--repeats
//     N]
//               [--device cpu|cuda] [--out VALUES]
//     emd_bench --events EVENTS.h5 ...
//
// JETS.h5: dataset `jets` (N, P, 3) of pt, y, phi in float64, padded with zeros; without it toy
// jets of --particles particles. EVENTS.h5: dataset `events` (N, P, 4) of pt, eta, phi, kind
// (EmdObject), no padding; ID 2 of different kinds. VALUES: the distances as raw doubles,
// condensed.
#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "benchmarks/kernels/in_turns.h"
#include "core/device.h"
#include "core/errors.h"
#include "core/parallel.h"
#include "datasets/hdf5/arrays.h"
#include "inputs/emd_events.h"
#include "tests/support/toy_emd.h"

namespace jetsmith {
namespace {

struct Arguments {
    std::string file, events, tier = "fast", device = "cpu", out;
    int64_t jets = 200;
    int particles = 50, threads = 0, repeats = 3;
};

kernels::EmdEvents read_jets(const Arguments& a)
{
    Config config(parse_yaml("radius: 0.8\ntier: " + a.tier, "emd_bench"), "emd", "emd_bench");
    const inputs::EmdSettings settings(config);
    if (!a.file.empty()) {
        const auto array = hdf5::read_array<double>(hdf5::File::open(a.file), "jets");
        return inputs::emd_jets(array.values, array.shape[0], settings);
    }
    std::vector<toy::Jet> jets;
    for (int64_t row = 0; row < a.jets; ++row)
        jets.push_back(toy::jet(static_cast<uint64_t>(row), 1, a.particles));
    return inputs::emd_jets(test::plain_jets(jets, static_cast<size_t>(a.particles)), a.jets,
                            settings);
}

kernels::EmdEvents read_events(const std::string& file)
{
    const auto array = hdf5::read_array<double>(hdf5::File::open(file), "events");
    const int64_t events = array.shape[0], objects = array.shape[1];
    const auto columns = at::tensor(array.values, at::kDouble).view({events * objects, 4});
    const auto column = [&](int64_t k) { return columns.select(1, k).contiguous(); };
    return {column(1),
            column(2),
            column(0),
            column(0),
            column(3).to(at::kChar),
            at::arange(0, events * objects + 1, objects, at::kLong)};
}

kernels::EmdOptions options(const Arguments& a)
{
    kernels::EmdOptions options;
    options.tier = a.tier == "exact" ? kernels::EmdTier::exact : kernels::EmdTier::fast;
    options.radius = 0.8;
    if (a.events.empty()) return options;
    options.ground = kernels::EmdGround::events;
    options.periodic = true;
    options.id.fill(2.0);
    for (int kind = 0; kind < kernels::kEmdObjects; ++kind)
        options.id[static_cast<size_t>(kind * (kernels::kEmdObjects + 1))] = 1.0;
    return options;
}

void move_to(kernels::EmdEvents& events, const at::Device& device)
{
    for (auto* tensor : {&events.x_T, &events.y_T, &events.weight_T, &events.pt_T, &events.object_T,
                         &events.offsets_N1})
        if (tensor->defined()) *tensor = tensor->to(device);
}

/// Stops when a pair has no distance: a rate of failures is none.
void check(const kernels::EmdResult& result)
{
    const int64_t failed = result.status_K.ne(0).sum().item<int64_t>();
    if (failed > 0) throw InternalError(fmt::format("{} pairs have no distance", failed));
}

void run(const Arguments& a)
{
    set_thread_count(a.threads);
    kernels::EmdEvents events = a.events.empty() ? read_jets(a) : read_events(a.events);
    const double particles =
        static_cast<double>(events.x_T.size(0)) / static_cast<double>(events.size());
    move_to(events, choose_device(a.device));
    const kernels::EmdOptions distance = options(a);
    kernels::EmdResult result = kernels::emd_matrix(events, distance);  // warm-up
    check(result);
    std::vector<double> times;
    for (int repeat = 0; repeat < a.repeats; ++repeat)
        times.push_back(microseconds([&] {
            result = kernels::emd_matrix(events, distance);
            result.values_K = result.values_K.cpu();  // waits for a GPU
        }));
    const int64_t pairs = result.values_K.size(0);
    if (!a.out.empty())
        std::ofstream(a.out, std::ios::binary)
            .write(static_cast<const char*>(result.values_K.const_data_ptr()),
                   static_cast<std::streamsize>(result.values_K.nbytes()));
    const nlohmann::ordered_json json{
        {"pairs_per_second", 1e6 * static_cast<double>(pairs) / median(times)},
        {"pairs", pairs},
        {"mean_particles", particles},
        {"tier", a.tier},
        {"threads", thread_count()},
        {"device", device_description(choose_device(a.device))}};
    fmt::print("{}\n", json.dump());
}

}  // namespace
}  // namespace jetsmith

int main(int argc, char** argv)
{
    jetsmith::Arguments a;
    CLI::App app("pairs/s of the EMD kernels");
    app.add_option("jets", a.file, "HDF5 file with a dataset jets (N, P, 3)");
    app.add_option("--events", a.events, "HDF5 file with a dataset events (N, P, 4)");
    app.add_option("--jets", a.jets, "toy jets");
    app.add_option("--particles", a.particles, "of each toy jet");
    app.add_option("--tier", a.tier, "fast or exact")->check(CLI::IsMember({"fast", "exact"}));
    app.add_option("--threads", a.threads, "0: all");
    app.add_option("--repeats", a.repeats, "timed calls, after one that is not");
    app.add_option("--device", a.device, "cpu or cuda");
    app.add_option("--out", a.out, "where to write the distances");
    CLI11_PARSE(app, argc, argv);
    jetsmith::run(a);
    return 0;
}
