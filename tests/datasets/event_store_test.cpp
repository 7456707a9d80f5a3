// SPDX-License-Identifier: Apache-2.0
#include "datasets/event_store.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

/// Three rows with 2, 0 and 1 constituents, numbered through.
EventStore small_store()
{
    EventStore store;
    store.rows = 3;
    auto& jets = store.collections["constituents"];
    jets.offsets_B1 = at::tensor({0, 2, 2, 3}, at::kLong);
    jets.momenta_T4 = at::arange(12, at::kFloat).reshape({3, 4});
    jets.columns["charge"] = at::tensor({1, -1, 0}, at::kLong);
    store.scalars["mass"] = at::tensor({80.0, 91.0, 173.0}, at::kDouble);
    store.dense["images"] = at::arange(12, at::kFloat).reshape({3, 2, 2});
    store.labels_B = at::tensor({0, 1, 1}, at::kLong);
    store.weights_B = at::ones({3}, at::kDouble);
    store.source_rows_B = at::arange(3, at::kLong);
    store.source_files_B = at::zeros({3}, at::kInt);
    return store;
}

TEST(EventStore, SelectTakesRowsInTheOrderGivenAndMayRepeatThem)
{
    const EventStore chosen = small_store().select(at::tensor({2, 0, 1, 2}, at::kLong));
    EXPECT_EQ(chosen.rows, 4);
    const auto& jets = chosen.constituents();
    EXPECT_EQ(test::integers(jets.offsets_B1), (std::vector<int64_t>{0, 1, 3, 3, 4}));
    EXPECT_EQ(test::floats(jets.momenta_T4.select(1, 0).contiguous()),
              (std::vector<float>{8, 0, 4, 8}));
    EXPECT_EQ(test::integers(jets.columns.at("charge")), (std::vector<int64_t>{0, 1, -1, 0}));
    EXPECT_EQ(chosen.scalars.at("mass")[3].item<double>(), 173.0);
    EXPECT_EQ(chosen.dense.at("images")[1][0][1].item<float>(), 1.0f);
    EXPECT_EQ(test::integers(chosen.labels_B), (std::vector<int64_t>{1, 0, 1, 1}));
    EXPECT_EQ(test::integers(chosen.source_rows_B), (std::vector<int64_t>{2, 0, 1, 2}));
}

TEST(EventStore, SelectOfNothingIsAnEmptyStore)
{
    const EventStore none = small_store().select(at::zeros({0}, at::kLong));
    EXPECT_EQ(none.rows, 0);
    EXPECT_EQ(none.constituents().momenta_T4.sizes(), (std::vector<int64_t>{0, 4}));
    EXPECT_EQ(test::integers(none.constituents().offsets_B1), std::vector<int64_t>{0});
}

TEST(EventStore, BytesCountEveryTensor)
{
    // offsets 4 x 8, momenta 12 x 4, charge 3 x 8, mass 3 x 8, images 12 x 4, labels, weights and
    // rows 3 x 8 each, files 3 x 4
    EXPECT_EQ(small_store().bytes(), 32 + 48 + 24 + 24 + 48 + 3 * 24 + 12);
}

TEST(EventStore, TheSameDeviceSharesTheMemory)
{
    const EventStore store = small_store();
    const EventStore same = store.to(at::Device(at::kCPU));
    EXPECT_EQ(same.labels_B.const_data_ptr(), store.labels_B.const_data_ptr());
}

}  // namespace
}  // namespace jetsmith
