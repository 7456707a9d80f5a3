// SPDX-License-Identifier: Apache-2.0
#include "datasets/folds.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using testing::ElementsAre;

EventStore store_of(const std::vector<double>& numbers)
{
    EventStore store;
    store.rows = std::ssize(numbers);
    store.source_rows_B = at::arange(store.rows, at::kLong);
    store.source_files_B = at::full({store.rows}, 0, at::kInt);
    store.files = {"a.h5"};
    store.scalars["number"] = at::tensor(numbers, at::kDouble);
    return store;
}

FoldOptions options(int64_t count, const std::string& key, int64_t index = 0)
{
    FoldOptions folds;
    folds.count = count;
    folds.key = key;
    folds.index = index;
    return folds;
}

std::vector<int64_t> values(const at::Tensor& tensor)
{
    const auto* begin = tensor.const_data_ptr<int64_t>();
    return {begin, begin + tensor.numel()};
}

TEST(Folds, TheKeyIsRoundedDownModuloTheirNumber)
{
    const auto store = store_of({0, 7, 8.9, -1, 12});
    EXPECT_THAT(values(folds_of(store, options(5, "number"))), ElementsAre(0, 2, 3, 4, 2));
    EXPECT_THAT(values(folds_of(store, options(5, "number + 1"))), ElementsAre(1, 3, 4, 0, 3));
}

TEST(Folds, AHashSpreadsRowsEvenlyAndKnowsTheRowAlone)
{
    const auto all = store_of(std::vector<double>(10000, 0.0));
    const auto folds_B = folds_of(all, options(4, ""));
    for (int64_t fold = 0; fold < 4; ++fold)  // 2500 +- 43
        EXPECT_NEAR(folds_B.eq(fold).sum().item<int64_t>(), 2500, 200);
    const auto some = at::arange(9999, -1, -7, at::kLong);
    EXPECT_TRUE(folds_of(all.select(some), options(4, "")).equal(folds_B.index_select(0, some)));
    auto other_file = all;
    other_file.source_files_B = at::full({all.rows}, 1, at::kInt);
    EXPECT_FALSE(folds_of(other_file, options(4, "")).equal(folds_B));
}

TEST(Folds, EveryRowTestsOnceAndNeverTrainsThen)
{
    const auto store = store_of({0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    std::multiset<int64_t> tested;
    for (int64_t index = 0; index < 5; ++index) {
        const FoldOptions some = options(5, "number", index);
        const FoldRows parts = rows_by_fold(folds_of(store, some), some);
        EXPECT_EQ(parts.train.size(0), 6);
        EXPECT_EQ(parts.val.size(0), 2);
        std::set<int64_t> once;
        for (const auto* part : {&parts.train, &parts.val, &parts.test})
            for (const int64_t row : values(*part)) once.insert(row);
        EXPECT_EQ(once.size(), 10U) << "no row in two parts";
        for (const int64_t row : values(parts.test)) tested.insert(row);
    }
    EXPECT_EQ(tested.size(), 10U);
    EXPECT_EQ(std::set<int64_t>(tested.begin(), tested.end()).size(), 10U);
}

TEST(Folds, AKeyThatIsNoNumberAndAnEmptyFoldAreExplained)
{
    const auto nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THAT(test::user_error([&] {
                    folds_of(store_of({0, nan}), options(3, "number"));
                }),
                testing::HasSubstr("folds.key: 'number' is nan in row 1"));
    EXPECT_THAT(test::user_error([&] { folds_of(store_of({0}), options(3, "numbre")); }),
                testing::HasSubstr("number"));
    EXPECT_THAT(test::user_error([&] {
                    const FoldOptions three = options(3, "number");
                    rows_by_fold(folds_of(store_of({0, 1, 3}), three), three).check(three);
                }),
                testing::HasSubstr("leaves a fold of 3 without rows"));
}

}  // namespace
}  // namespace jetsmith
