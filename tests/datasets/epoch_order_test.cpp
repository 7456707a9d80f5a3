// SPDX-License-Identifier: Apache-2.0
#include "datasets/epoch_order.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/parallel.h"
#include "tests/support/user_error.h"
#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

/// `background` rows of class 0 from one file, then `signal` rows of class 1 from another.
EventStore sorted_store(int64_t background, int64_t signal)
{
    EventStore store;
    store.rows = background + signal;
    store.source_rows_B = at::arange(store.rows, at::kLong);
    store.source_rows_B.slice(0, background) -= background;
    store.source_files_B = at::zeros({store.rows}, at::kInt);
    store.source_files_B.slice(0, background) += 1;
    store.labels_B = store.source_files_B.to(at::kLong);
    store.weights_B = at::ones({store.rows}, at::kDouble);
    return store;
}

TEST(EpochOrder, EveryRowOccursOnceAndEpochsDiffer)
{
    const EventStore store = sorted_store(700, 300);
    const auto first = test::integers(epoch_order(store, 1, 0));
    auto sorted = first;
    std::sort(sorted.begin(), sorted.end());
    std::vector<int64_t> all(1000);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(sorted, all);
    EXPECT_EQ(test::integers(epoch_order(store, 1, 0)), first);
    EXPECT_NE(test::integers(epoch_order(store, 1, 1)), first);
    EXPECT_NE(test::integers(epoch_order(store, 2, 0)), first);
}

TEST(EpochOrder, ThreadsDoNotMatter)
{
    const EventStore store = sorted_store(200'000, 1);
    set_thread_count(1);
    const auto one = test::integers(epoch_order(store, 5, 2));
    set_thread_count(4);
    EXPECT_EQ(test::integers(epoch_order(store, 5, 2)), one);
    set_thread_count(0);
}

TEST(EpochOrder, ClassesThatComeOneAfterTheOtherAreMixedInEveryBatch)
{
    const EventStore store = sorted_store(7000, 3000);
    const auto order = test::integers(epoch_order(store, 1, 0));
    for (size_t batch = 0; batch < 10'000; batch += 1000) {
        const auto signal = std::count_if(order.begin() + static_cast<int64_t>(batch),
                                          order.begin() + static_cast<int64_t>(batch) + 1000,
                                          [](int64_t row) { return row >= 7000; });
        EXPECT_NEAR(signal, 300, 70);  // five standard deviations of a fair draw
    }
}

TEST(EpochOrder, ASubsetKeepsTheRelativeOrderOfTheWhole)
{
    const EventStore whole = sorted_store(100, 100);
    const EventStore half = whole.select(at::arange(0, 200, 2, at::kLong));
    std::vector<int64_t> even;
    for (const int64_t row : test::integers(epoch_order(whole, 3, 1)))
        if (row % 2 == 0) even.push_back(row / 2);
    EXPECT_EQ(test::integers(epoch_order(half, 3, 1)), even);
}

TEST(WeightedOrder, DrawsRowsInProportionToTheSizeOfTheirWeight)
{
    constexpr int64_t kRows = 40000;
    EventStore store;
    store.rows = kRows;
    store.weights_B = at::ones({kRows}, at::kDouble);
    store.labels_B = at::zeros({kRows}, at::kLong);
    // Classes 0 and 1 in turn; the weight of class 1 is -3; its factor 2.
    store.weights_B.slice(0, 1, kRows, 2).fill_(-3.0);
    store.labels_B.slice(0, 1, kRows, 2).fill_(1);
    const auto share = [&](const std::vector<double>& factors) {
        const auto order = weighted_order(store, 1, 0, factors);
        EXPECT_EQ(order.size(0), kRows);
        return store.labels_B.index_select(0, order).sum().item<double>() / kRows;
    };
    EXPECT_NEAR(share({}), 3.0 / 4, 0.012);      // 5.5 sigma
    EXPECT_NEAR(share({1, 2}), 6.0 / 7, 0.010);
    const auto first = weighted_order(store, 1, 0, {});
    EXPECT_TRUE(weighted_order(store, 1, 0, {}).equal(first));
    EXPECT_FALSE(weighted_order(store, 1, 1, {}).equal(first)) << "another epoch, other rows";
    EXPECT_FALSE(weighted_order(store, 2, 0, {}).equal(first));
}

TEST(WeightedOrder, RowsWithoutWeightAreNeverDrawnAndAllOfThemRefused)
{
    EventStore store;
    store.rows = 4;
    store.weights_B = at::tensor({0.0, 2.0, 0.0, 0.0}, at::kDouble);
    store.labels_B = at::zeros({4}, at::kLong);
    EXPECT_TRUE(weighted_order(store, 1, 0, {}).eq(1).all().item<bool>());
    store.weights_B.zero_();
    EXPECT_THAT(test::user_error([&] { weighted_order(store, 1, 0, {}); }),
                testing::HasSubstr("trainer.sampling: rows cannot be drawn by weight"));
}

}  // namespace
}  // namespace jetsmith
