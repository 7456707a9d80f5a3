// SPDX-License-Identifier: Apache-2.0
#include "datasets/row_judge.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/toy_files.h"
#include "tests/support/toy_jets.h"

namespace jetsmith {
namespace {

using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

/// Four jets of 2, 3, 4 and 5 constituents, rows 10 to 13 of their file.
EventStore four_jets()
{
    EventStore store = toy::store({toy::jet(0, 1, 2), toy::jet(1, 1, 3), toy::jet(2, 1, 4),
                                   toy::jet(3, 1, 5)});
    store.source_rows_B = store.source_rows_B.add(10);
    return store;
}

std::vector<int64_t> rows_of(const RowFaults& faults)
{
    std::vector<int64_t> rows;
    for (const auto& [row, fault] : faults) rows.push_back(row);
    return rows;
}

TEST(RowJudge, ColumnsOfFloatsHaveNaNsAndInfinitiesAndWholeNumbersHaveNot)
{
    const EventStore store = four_jets();
    RowFaults faults;
    judge_column(store, at::tensor({1.0, kNan, -kInf, 0.0}, at::kDouble), "x", faults);
    judge_column(store, at::tensor({1, 2, 3, 4}, at::kLong), "n", faults);
    judge_column(store, {}, "absent", faults);
    EXPECT_EQ(rows_of(faults), (std::vector<int64_t>{11, 12}));
    EXPECT_THAT(faults.at(11).message, HasSubstr(", column 'x' is NaN"));
    EXPECT_THAT(faults.at(12).message, HasSubstr(", column 'x' is infinite"));
    EXPECT_EQ(faults.at(12).reason, "NaN or infinity in 'x'");
}

TEST(RowJudge, AnyElementOfAnArrayCountsForItsRow)
{
    const EventStore store = four_jets();
    for (int64_t element = 0; element < 24; ++element) {
        const at::Tensor images = at::zeros({4, 2, 3}, at::kFloat);
        images.view({-1})[element] = static_cast<float>(kNan);
        RowFaults faults;
        judge_column(store, images, "image", faults);
        EXPECT_EQ(rows_of(faults), std::vector<int64_t>{10 + element / 6}) << element;
    }
}

TEST(RowJudge, AnObjectIsToldByItsNumberInItsRow)
{
    EventStore store = four_jets();
    auto& jets = store.collections.at("constituents");
    jets.columns["d0"] = at::zeros({14}, at::kFloat);
    for (int64_t object = 0; object < 14; ++object) {
        const int64_t b = object < 2 ? 0 : object < 5 ? 1 : object < 9 ? 2 : 3;
        const int64_t begin[] = {0, 2, 5, 9};
        jets.columns["d0"].zero_();
        jets.columns["d0"][object] = static_cast<float>(kInf);
        RowFaults faults;
        judge_objects(store, jets, {}, faults);
        EXPECT_TRUE(faults.empty()) << "nobody looks at d0";
        judge_objects(store, jets, {"d0"}, faults);
        ASSERT_EQ(rows_of(faults), std::vector<int64_t>{10 + b});
        EXPECT_THAT(faults.begin()->second.message,
                    HasSubstr(fmt::format("column 'constituents[{}].d0' is infinite",
                                          object - begin[b])));
    }
}

TEST(RowJudge, TheFirstFaultOfARowCountsAndRowsThatAreGoneHaveNone)
{
    const EventStore store = four_jets();
    RowFaults faults;
    faults.try_emplace(7, no_constituents());  // a selection has left it out
    faults.try_emplace(12, no_class("column 'label'", 3, 2));
    judge_column(store, at::tensor({1.0, 1.0, kNan, kNan}, at::kDouble), "x", faults);
    const EventStore good = without_faults(store, faults);
    EXPECT_EQ(rows_of(faults), (std::vector<int64_t>{12, 13}));
    EXPECT_EQ(faults.at(12).reason, "label of no class");
    EXPECT_EQ(test::integers(good.source_rows_B), (std::vector<int64_t>{10, 11}));
    EXPECT_EQ(test::integers(good.constituents().offsets_B1), (std::vector<int64_t>{0, 2, 5}));
}

TEST(RowJudge, FiniteMeansNeitherNaNNorInfinityAtAnyPlace)
{
    for (const size_t count : {1U, 3U, 8U, 17U}) {
        std::vector<float> values(count, std::numeric_limits<float>::max());
        EXPECT_TRUE(all_finite(values.data(), static_cast<int64_t>(count)));
        for (size_t bad = 0; bad < count; ++bad)
            for (const double value : {kNan, kInf, -kInf}) {
                auto spoilt = values;
                spoilt[bad] = static_cast<float>(value);
                EXPECT_FALSE(all_finite(spoilt.data(), static_cast<int64_t>(count)));
            }
    }
    EXPECT_TRUE(all_finite(nullptr, 0));
}

TEST(RowJudge, WhatIsLeftOutIsToldInOneLine)
{
    EXPECT_EQ(left_out_text("/data/train.h5", {{"NaN or infinity in 'x'", 2}, {"no constituents", 1}}),
              "3 bad rows of train.h5 left out: NaN or infinity in 'x' (2), no constituents (1)");
}

}  // namespace
}  // namespace jetsmith
