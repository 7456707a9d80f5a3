// SPDX-License-Identifier: Apache-2.0
// Reading a top-tagging file into the ragged store: checks the first numbers of the published file,
// then prints one JSON line with rows per second (median and best of the repeats), the store's
// bytes and by how much the peak memory rose.
//
//     read_train_bench FILE [REPEATS]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/errors.h"
#include "core/parallel.h"
#include "datasets/reader.h"

namespace {

using namespace jetsmith;

/// "VmHWM" or "VmRSS" of this process in bytes.
int64_t memory(const std::string& which)
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(which + ":"))
            return 1024 * std::atoll(line.c_str() + which.size() + 1);
    return 0;
}

/// Makes VmHWM start again from what is in use now.
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

std::unique_ptr<Reader> make_reader(const std::string& file)
{
    const std::string yaml = fmt::format("type: top_tagging\ntrain: '{}'\n", file);
    Config config(parse_yaml(yaml, "read_train_bench"), "data", "benchmark");
    return Registry<Reader>::make(config);
}

/// The invariants of the published files: E, px, py, pz of a massless, pT-ordered jet.
void check(const EventStore& store)
{
    const auto& jets = store.constituents();
    const auto* offsets = jets.offsets_B1.const_data_ptr<int64_t>();
    const auto* p = jets.momenta_T4.const_data_ptr<float>();
    for (int64_t b = 0; b < store.rows; ++b) {
        if (offsets[b + 1] <= offsets[b]) throw InternalError("a jet without constituents");
        for (int64_t i = offsets[b]; i < offsets[b + 1]; ++i) {
            const double length = std::hypot(p[4 * i + 1], p[4 * i + 2], p[4 * i + 3]);
            if (!(std::abs(length - p[4 * i]) < 1e-3 * p[4 * i] + 1e-2))
                throw InternalError("a constituent is not massless");
        }
    }
}

}  // namespace

int main(int argc, char** argv)
try {
    if (argc < 2) throw UserError("usage: read_train_bench FILE [REPEATS]");
    const int repeats = argc > 2 ? std::atoi(argv[2]) : 5;
    const auto reader = make_reader(argv[1]);
    std::vector<double> seconds;
    int64_t rows = 0, constituents = 0, bytes = 0, rise = 0;
    for (int r = 0; r < repeats; ++r) {
        reset_peak();
        const int64_t before = memory("VmRSS");
        const auto start = std::chrono::steady_clock::now();
        const EventStore store = reader->read(Split::train);
        seconds.push_back(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        rise = std::max(rise, memory("VmHWM") - before);
        if (r == 0) check(store);
        rows = store.rows;
        constituents = store.constituents().momenta_T4.size(0);
        bytes = store.bytes();
    }
    std::sort(seconds.begin(), seconds.end());
    const auto n = static_cast<double>(rows);
    fmt::print(
        "{{\"reader\": \"jetsmith\", \"threads\": {}, \"rows\": {}, \"rows_per_second\": {:.0f}, "
        "\"best\": {:.0f}, \"constituents\": {}, \"store_bytes\": {}, \"peak_rise_bytes\": {}}}\n",
        thread_count(), rows, n / seconds[seconds.size() / 2], n / seconds.front(), constituents,
        bytes, rise);
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "read_train_bench: {}\n", error.what());
    return 1;
}
