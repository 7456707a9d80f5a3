// SPDX-License-Identifier: Apache-2.0
// Preprocessing and pixelation, 37 x 37 x 1, every step on: first compares images with the formulas
// in double, then measures jets/s over all jets of a file in random order,
//   - in batches as a training makes them (images stay in the cache),
//   - into one array larger than the caches, as a share of what plain streaming stores reach in
//     the same process (on a GPU: of what a device fill reaches).
// Prints one JSON line. Peers: peers/pixelate_numpy.py, pixelate_energyflow.py; run all of them
// with benchmarks/run_pixelation.
//
//     pixelate_bench [FILE.h5] [--rows N] [--batch N] [--repeats N] [--device cpu|cuda]
#include <ATen/ops/empty.h>
#include <emmintrin.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <ctime>

#include "core/cuda_plugin.h"
#include "core/device.h"
#include "core/errors.h"
#include "core/host_memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "datasets/reader.h"
#include "tests/support/image_reference.h"
#include "tests/support/toy_jets.h"

namespace jetsmith {
namespace {

struct Arguments {
    std::string file;
    int64_t rows = 60'000;
    int64_t batch = 512;
    int repeats = 15;
    std::string device = "cpu";
};

struct Timing {
    std::vector<double> seconds;
    double cpu_seconds = 0;  ///< of all threads, least of the repeats

    double quantile(double q) const
    {
        return seconds[static_cast<size_t>(q * static_cast<double>(seconds.size() - 1) + 0.5)];
    }
};

double cpu_clock()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

template <typename Work>
Timing measure(const Arguments& a, const Work& work)
{
    const bool gpu = a.device != "cpu";
    Timing timing;
    for (int repeat = -1; repeat < a.repeats; ++repeat) {
        if (gpu) cuda_plugin()->synchronize();
        const double cpu = cpu_clock();
        const auto start = std::chrono::steady_clock::now();
        work();
        if (gpu) cuda_plugin()->synchronize();
        if (repeat < 0) continue;  // warm-up
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        timing.seconds.push_back(taken.count());
        const double cpu_taken = cpu_clock() - cpu;
        timing.cpu_seconds = repeat == 0 ? cpu_taken : std::min(timing.cpu_seconds, cpu_taken);
    }
    std::sort(timing.seconds.begin(), timing.seconds.end());
    return timing;
}

EventStore read_jets(const Arguments& a)
{
    if (a.file.empty()) return toy::store(toy::jets(static_cast<int>(a.rows)));
    const std::string yaml =
        fmt::format("type: top_tagging\ntrain: '{}'\nrows: '0:{}'\n", a.file, a.rows);
    Config config(parse_yaml(yaml, "pixelate_bench"), "data", "the benchmark");
    return Registry<Reader>::make(config)->read(Split::train);
}

/// Largest difference to the formulas in double over 1000 jets.
double worst_difference(const Collection& jets, const kernels::PixelateOptions& options,
                        const at::Device& device)
{
    std::vector<int64_t> rows;
    for (int64_t row = 0; row < std::min<int64_t>(1000, jets.offsets_B1.size(0) - 1); ++row)
        rows.push_back(row);
    auto index = at::empty({static_cast<int64_t>(rows.size())}, at::kLong);
    std::copy(rows.begin(), rows.end(), index.mutable_data_ptr<int64_t>());
    const auto images = kernels::pixelate(jets.momenta_T4.to(device), jets.offsets_B1.to(device),
                                          index.to(device), options);
    return test::compare(images.cpu(), jets, rows, options, 1e-9).worst;
}

/// Fills the tensor with stores that go past the caches, from all threads.
void stream_zeros(const at::Tensor& into)
{
    auto* begin = static_cast<char*>(into.mutable_data_ptr());
    const auto bytes = static_cast<int64_t>(into.nbytes()) / 64 * 64;
    parallel_for(bytes / 64, 8192, [&](int64_t first, int64_t last) {
        for (char* at = begin + first * 64; at < begin + last * 64; at += 16)
            _mm_stream_si128(reinterpret_cast<__m128i*>(at), _mm_setzero_si128());
        _mm_sfence();
    });
}

void run(const Arguments& a)
{
    keep_freed_memory();  // as a training does
    const auto device = choose_device(a.device);
    const auto store = read_jets(a);
    const kernels::PixelateOptions options;
    const double worst = worst_difference(store.constituents(), options, device);
    if (!(worst < 1e-6)) throw InternalError(fmt::format("images differ by {}", worst));

    const auto momenta = store.constituents().momenta_T4.to(device);
    const auto offsets = store.constituents().offsets_B1.to(device);
    std::vector<int64_t> all(static_cast<size_t>(store.rows));
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
    const auto order = random_order(all, 1, Purpose::shuffle, 0);
    auto rows = at::empty({store.rows}, at::kLong);
    std::copy(order.begin(), order.end(), rows.mutable_data_ptr<int64_t>());
    rows = rows.to(device);

    const auto in_batches = [&](at::ScalarType dtype) {
        return measure(a, [&] {
            for (int64_t i = 0; i < store.rows; i += a.batch)
                kernels::pixelate(momenta, offsets,
                                  rows.narrow(0, i, std::min(a.batch, store.rows - i)), options, {},
                                  dtype);
        });
    };
    const auto fp32 = in_batches(at::kFloat), bf16 = in_batches(at::kBFloat16);
    const auto images = at::empty({store.rows, 1, options.height, options.width},
                                  momenta.options(), at::MemoryFormat::ChannelsLast);
    const auto whole = measure(
        a, [&] { kernels::pixelate_into(images, momenta, offsets, rows, options); });
    const double sum_of_squares = images.square().sum(at::kDouble).item<double>();
    const auto writing = measure(a, [&] {
        device.is_cuda() ? static_cast<void>(images.zero_()) : stream_zeros(images);
    });

    const auto n = static_cast<double>(store.rows);
    fmt::print("{{\"program\": \"jetsmith\", \"device\": \"{}\", \"threads\": {}, \"jets\": {}, "
               "\"worst_difference\": {:.2g}, \"sum_of_squares\": {:.9g}, "
               "\"jets_per_second\": {:.0f}, \"p90_jets_per_second\": {:.0f}, "
               "\"jets_per_cpu_second\": {:.0f}, \"bf16_jets_per_second\": {:.0f}, "
               "\"to_memory_jets_per_second\": {:.0f}, \"write_bound_bytes_per_second\": {:.4g}, "
               "\"share_of_write_bound\": {:.3f}}}\n",
               device_description(device), thread_count(), store.rows, worst, sum_of_squares,
               n / fp32.quantile(0.5), n / fp32.quantile(0.9), n / fp32.cpu_seconds,
               n / bf16.quantile(0.5), n / whole.quantile(0.5),
               static_cast<double>(images.nbytes()) / writing.quantile(0.5),
               writing.quantile(0.5) / whole.quantile(0.5));
}

}  // namespace
}  // namespace jetsmith

int main(int argc, char** argv)
{
    jetsmith::Arguments arguments;
    CLI::App app("jets per second of pixelation");
    app.add_option("file", arguments.file, "top-tagging file (default: toy jets)");
    app.add_option("--rows", arguments.rows, "jets to use");
    app.add_option("--batch", arguments.batch, "jets per call");
    app.add_option("--repeats", arguments.repeats, "passes over the jets");
    app.add_option("--device", arguments.device, "cpu or cuda");
    CLI11_PARSE(app, argc, argv);
    try {
        if (arguments.device != "cpu" && jetsmith::cuda_plugin() == nullptr) {
            fmt::print("{{\"skipped\": \"{}\"}}\n", jetsmith::cuda_plugin_error());
            return 0;
        }
        jetsmith::run(arguments);
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "pixelate_bench: {}\n", error.what());
        return 1;
    }
}
