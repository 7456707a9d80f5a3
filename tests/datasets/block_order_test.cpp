// SPDX-License-Identifier: Apache-2.0
#include "datasets/block_order.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "core/parallel.h"
#include "datasets/epoch_order.h"
#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

constexpr int64_t kBlock = 100;

/// Files of so many rows each, stored in blocks of 100; the label is the number of the file.
EventStore files_of(const std::vector<int64_t>& rows)
{
    EventStore store;
    std::vector<at::Tensor> source_rows, files;
    for (size_t f = 0; f < rows.size(); ++f) {
        store.rows += rows[f];
        source_rows.push_back(at::arange(rows[f], at::kLong));
        files.push_back(at::full({rows[f]}, static_cast<int64_t>(f), at::kInt));
        store.files.push_back(std::to_string(f));
        store.block_rows.push_back(kBlock);
    }
    store.source_rows_B = at::cat(source_rows);
    store.source_files_B = at::cat(files);
    store.labels_B = store.source_files_B.to(at::kLong);
    store.weights_B = at::ones({store.rows}, at::kDouble);
    return store;
}

std::vector<int64_t> order_of(const EventStore& store, int64_t buffer, uint32_t epoch = 0,
                              uint64_t seed = 1)
{
    return test::integers(block_order(store, seed, epoch, buffer).rows_N);
}

TEST(BlockOrder, EveryRowOccursOnceAndEpochsAndSeedsDiffer)
{
    const EventStore store = files_of({7'123, 41, 3'000});
    const auto first = order_of(store, 2'000);
    auto sorted = first;
    std::sort(sorted.begin(), sorted.end());
    std::vector<int64_t> all(static_cast<size_t>(store.rows));
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(sorted, all);
    EXPECT_EQ(order_of(store, 2'000), first);
    EXPECT_NE(order_of(store, 2'000, 1), first);
    EXPECT_NE(order_of(store, 2'000, 0, 2), first);
}

TEST(BlockOrder, OneBufferOfAllRowsIsThePermutationOfAllRows)
{
    const EventStore store = files_of({700, 300});
    EXPECT_EQ(order_of(store, 1'000, 3), test::integers(epoch_order(store, 1, 3)));
}

TEST(BlockOrder, ThreadsDoNotMatter)
{
    const EventStore store = files_of({50'000});
    set_thread_count(1);
    const auto one = order_of(store, 4'000);
    set_thread_count(4);
    EXPECT_EQ(order_of(store, 4'000), one);
    set_thread_count(0);
}

TEST(BlockOrder, ABlockIsWantedByOneBufferOrByTwoNeighbours)
{
    const EventStore store = files_of({20'000, 10'000});
    const RowOrder order = block_order(store, 1, 0, 3'000);
    EXPECT_EQ(order.span, 3'000);
    const auto rows = test::integers(order.rows_N);
    std::map<int64_t, std::set<int64_t>> buffers_of_block;
    for (size_t i = 0; i < rows.size(); ++i)
        buffers_of_block[rows[i] / kBlock].insert(static_cast<int64_t>(i) / order.span);
    EXPECT_EQ(buffers_of_block.size(), 300U);
    size_t reads = 0;
    for (const auto& [block, buffers] : buffers_of_block) {
        reads += buffers.size();
        EXPECT_LE(*buffers.rbegin() - *buffers.begin(), 1);
    }
    EXPECT_LE(reads, 300U + 10U) << "blocks are read twice at the ends of buffers alone";
}

TEST(BlockOrder, ClassesInSeparateFilesHaveTheirShareInEveryBatch)
{
    // Class 1 is a quarter of the rows and stands after all of class 0.
    const EventStore store = files_of({30'000, 10'000});
    const auto rows = order_of(store, 4'000);
    const int64_t batch = 500;
    double chi2 = 0;
    for (int64_t begin = 0; begin < store.rows; begin += batch) {
        const auto from = rows.begin() + begin;
        const auto ones =
            std::count_if(from, from + batch, [](int64_t row) { return row >= 30'000; });
        // A fair draw of 500 has a deviation of 9.7 rows; a buffer may be off by one block in 40,
        // which is 12.5 rows of a batch.
        EXPECT_NEAR(static_cast<double>(ones), 125, 5 * 9.7 + 12.5);
        chi2 += std::pow((static_cast<double>(ones) - 125) / 9.7, 2);
    }
    EXPECT_LT(chi2 / 80, 2.0) << "batches are mixed about as well as by a fair draw";
}

TEST(BlockOrder, RowsDrawnSeveralTimesDoNotStandSideBySide)
{
    const EventStore store = files_of({4'000});
    std::vector<int64_t> drawn;
    for (int64_t row = 0; row < 4'000; row += 4) drawn.insert(drawn.end(), 4, row);
    const auto rows = test::integers(block_order(store, 1, 0, 1'000, at::tensor(drawn)).rows_N);
    auto sorted = rows;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted, drawn);
    int64_t neighbours = 0;
    for (size_t i = 1; i < rows.size(); ++i) neighbours += rows[i] == rows[i - 1];
    EXPECT_LT(neighbours, 40);  // 3 of 999 others by chance: 12
}

}  // namespace
}  // namespace jetsmith
