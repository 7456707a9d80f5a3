// SPDX-License-Identifier: Apache-2.0
// The memory that streamed rows take, as the kernel counts it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/random.h"
#include "datasets/block_order.h"
#include "datasets/streamed_feed.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

constexpr size_t kSlots = 40;

/// Jets of 30 to 40 constituents in a dataset (N, 40, 4).
void write_jets(const std::filesystem::path& path, size_t rows)
{
    std::vector<float> values(rows * kSlots * 4, 0.0F);
    std::vector<int64_t> labels;
    for (size_t row = 0; row < rows; ++row) {
        const uint64_t bits = random_bits({1, Purpose::sample, 0, row});
        labels.push_back(static_cast<int64_t>(bits % 2));
        for (size_t i = 0; i < (30 + bits % 11) * 4; ++i)
            values[row * kSlots * 4 + i] = static_cast<float>(1 + (bits >> (i % 40)) % 1000);
    }
    test::Hdf5Writer file(path);
    file.dataset("p", values, {rows, kSlots, 4}, {.chunk = {256, kSlots, 4}});
    file.dataset("label", labels, {rows}, {.chunk = {1024}});
}

/// A figure of /proc/self/status in bytes.
int64_t status(const std::string& name)
{
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name + ":")) return std::stoll(line.substr(name.size() + 1)) * 1024;
    return 0;
}

/// Makes the kernel forget the highest amount of memory so far.
bool reset_peak()
{
    std::ofstream file("/proc/self/clear_refs");
    file << 5 << std::flush;
    return file.good();
}

/// Opens the rows, and goes over them in file order and in blocks; returns the bytes seen.
int64_t passes(const std::filesystem::path& path, const std::string& memory)
{
    const auto reader = test::reader_from(
        "type: hdf5_table\nclasses: [a, b]\nlabel: label\nloading: streamed\nmemory: " + memory +
        "\nconstituents: {energy: 'p[0]', px: 'p[1]', py: 'p[2]', pz: 'p[3]'}\ntrain: " +
        path.string());
    const auto feed = reader->open(Split::train, {});
    feed->set_aside(8 * feed->rows(), "the order");
    int64_t bytes = 0;
    const auto pass = [&](const RowOrder& order) {
        feed->begin(order, 0);
        for (int64_t begin = 0; begin < order.size(); begin += 100) {
            const RowPiece piece = feed->next(std::min<int64_t>(100, order.size() - begin));
            bytes += piece.store->select(piece.rows_B).bytes();
        }
    };
    pass(file_order(feed->rows()));
    pass(block_order(feed->index(), 1, 0, std::min<int64_t>(2'000, feed->largest_span())));
    return bytes / 2;
}

TEST(StreamedMemory, StaysWithinTheBoundForDataTenTimesLarger)
{
    const test::TempFolder folder;
    const auto small = folder.path() / "small.h5", large = folder.path() / "large.h5";
    write_jets(small, 3'000);
    passes(small, "20 MB");  // what the first use of the libraries takes does not count
    write_jets(large, 340'000);
    if (!reset_peak()) GTEST_SKIP() << "the kernel does not let us reset the peak of memory";
    const int64_t before = status("VmRSS");
    const int64_t bytes = passes(large, "20 MB");
    const int64_t most = status("VmHWM") - before;
    EXPECT_GT(bytes, 200'000'000);
    EXPECT_LT(most, 20'000'000) << "of " << bytes << " bytes";
    RecordProperty("peak_bytes", std::to_string(most));
}

}  // namespace
}  // namespace jetsmith
