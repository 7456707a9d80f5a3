// SPDX-License-Identifier: Apache-2.0
#include "datasets/data_card.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/card_of.h"

namespace jetsmith {
namespace {

/// Three rows with 2, 0 and 1 constituents.
EventStore small_store()
{
    EventStore store;
    store.rows = 3;
    store.class_names = {"qcd", "top"};
    store.labels_B = at::tensor({0, 1, 1}, at::kLong);
    store.weights_B = at::tensor({1.0, -0.5, 2.0}, at::kDouble);
    store.source_rows_B = at::arange(3, at::kLong);
    store.collections["constituents"] = {at::tensor({0, 2, 2, 3}, at::kLong), at::randn({3, 4}), {}};
    store.scalars["mass"] = at::tensor({80.0F, std::nanf(""), INFINITY});
    return store;
}

TEST(DataCard, CountsRowsClassesWeightsAndConstituents)
{
    const EventStore store = small_store();
    const DataCard card = test::card_of({{"train", &store}});
    const auto& split = card.splits.front();
    EXPECT_EQ(split.rows, 3);
    EXPECT_EQ(split.classes[1].rows, 2);
    EXPECT_DOUBLE_EQ(split.classes[1].weight, 1.5);
    EXPECT_EQ(split.negative_weights, 1);
    const auto& m = split.collections.at("constituents");
    EXPECT_EQ(m.smallest, 0);
    EXPECT_EQ(m.median, 1);
    EXPECT_EQ(m.largest, 2);
    EXPECT_EQ(m.empty, 1);
    EXPECT_DOUBLE_EQ(m.mean, 1.0);
}

TEST(DataCard, CountsValuesThatAreNoNumbersPerColumn)
{
    const EventStore store = small_store();
    const auto bad = test::card_of({{"train", &store}}).splits.front().bad_values;
    ASSERT_EQ(bad.size(), 1U);
    EXPECT_EQ(bad.at("mass").nan, 1);
    EXPECT_EQ(bad.at("mass").infinite, 1);
}

TEST(DataCard, FindsJetsThatOccurInTwoSplitsWhateverTheirPlace)
{
    const EventStore train = small_store();
    const EventStore test = train.select(at::tensor({2, 0}, at::kLong));
    const EventStore other = small_store();  // other momenta, but also one empty row
    const DataCard card = test::card_of({{"train", &train}, {"test", &test}, {"other", &other}});
    ASSERT_EQ(card.overlaps.size(), 3U);
    EXPECT_EQ(card.overlaps[0].rows, 2);
    EXPECT_EQ(card.overlaps[1].rows, 1);
    EXPECT_EQ(card.overlaps[2].rows, 0);
    EXPECT_THAT(card.text(), testing::HasSubstr("2 rows of test occur in train as well"));
}

TEST(DataCard, TellsBadRowsThatWereLeftOutBesideTheirSplit)
{
    EventStore store = small_store();
    store.files = {"/data/a.h5", "/data/b.h5"};
    store.left_out = {{}, {{"no constituents", 2}, {"label of no class", 1}}};
    DataCardMaker maker;
    maker.add("val", store);
    maker.add_left_out("val", store);
    const DataCard card = maker.finish();
    EXPECT_THAT(card.text(), testing::HasSubstr("\n         3 bad rows of b.h5 left out: label of no "
                                                "class (1), no constituents (2)"));
    const auto json = nlohmann::json::parse(card.json());
    ASSERT_EQ(json["left_out"].size(), 1U);
    EXPECT_EQ(json["left_out"][0]["split"], "val");
    EXPECT_EQ(json["left_out"][0]["file"], "/data/b.h5");
    EXPECT_EQ(json["left_out"][0]["reasons"]["no constituents"], 2);
}

TEST(DataCard, JsonHoldsWhatTheTextSays)
{
    const EventStore store = small_store();
    const auto json = nlohmann::json::parse(test::card_of({{"train", &store}}).json());
    EXPECT_EQ(json["splits"][0]["classes"][0]["name"], "qcd");
    EXPECT_EQ(json["splits"][0]["bad_values"]["mass"]["infinite"], 1);
    EXPECT_EQ(json["splits"][0]["collections"]["constituents"]["largest"], 2);
}

}  // namespace
}  // namespace jetsmith
