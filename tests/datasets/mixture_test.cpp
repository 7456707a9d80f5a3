// SPDX-License-Identifier: Apache-2.0
#include "datasets/mixture.h"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using test::integers;
using test::reader_from;
using ::testing::HasSubstr;

constexpr size_t kSlots = 8, kJets = 600;

class Mixture : public ::testing::Test {
  protected:
    Mixture() { test::write_top_tagging(path, jets, kSlots, {.chunk = {32}, .blosc = "blosclz"}); }

    std::unique_ptr<Reader> reader(const std::string& more)
    {
        return reader_from("type: top_tagging\ntrain: " + path.string() +
                           "\nval: " + path.string() + "\n" + more);
    }
    EventStore read(const std::string& more) { return reader(more)->read(Split::train); }
    std::string error(const std::string& more)
    {
        return test::user_error([&] { read(more); });
    }

    static int64_t count(const EventStore& store, int64_t label)
    {
        const auto labels = integers(store.labels_B);
        return std::count(labels.begin(), labels.end(), label);
    }
    int64_t jets_of(int64_t label) const
    {
        return std::count_if(jets.begin(), jets.end(),
                             [&](const auto& jet) { return jet.label == label; });
    }
    static std::set<int64_t> rows(const EventStore& store)
    {
        const auto all = integers(store.source_rows_B);
        return {all.begin(), all.end()};
    }

    test::TempFolder folder;
    std::filesystem::path path = folder.path() / "jets.h5";
    std::vector<test::ToyJet> jets = test::make_toy_jets(kJets, kSlots, 5);
};

TEST_F(Mixture, OneClassAloneIsEveryRowOfItAndOnlyInTraining)
{
    const auto both = reader("mixture: {qcd: 1}");
    const EventStore train = both->read(Split::train);
    EXPECT_EQ(train.rows, jets_of(0));
    EXPECT_EQ(count(train, 1), 0);
    EXPECT_EQ(both->read(Split::val).rows, static_cast<int64_t>(kJets));
    for (const int64_t row : rows(train)) EXPECT_EQ(jets[static_cast<size_t>(row)].label, 0);
}

TEST_F(Mixture, SharesHoldAtTheLargestSizeThatTheRowsAllow)
{
    // As many background rows as there are, and 5 signal rows for each 95.
    const EventStore store = read("mixture: {qcd: 0.95, top: 0.05}");
    EXPECT_EQ(count(store, 0), jets_of(0));
    EXPECT_NEAR(static_cast<double>(count(store, 1)), static_cast<double>(jets_of(0)) * 5 / 95, 1);
}

TEST_F(Mixture, ALimitHoldsForAllClassesTogether)
{
    const EventStore store = read("mixture: {qcd: 3, top: 1}\nmax_rows: 100");
    EXPECT_EQ(count(store, 0), 75);
    EXPECT_EQ(count(store, 1), 25);
}

TEST_F(Mixture, RowsOfASmallerShareAreAmongThoseOfALargerOne)
{
    const auto few = rows(read("mixture: {qcd: 0.98, top: 0.02}"));
    const auto many = rows(read("mixture: {qcd: 0.9, top: 0.1}"));
    EXPECT_TRUE(std::includes(many.begin(), many.end(), few.begin(), few.end()));
}

TEST_F(Mixture, CountsRowsThatPassTheSelection)
{
    const EventStore all = read("select: pt > 300");
    const EventStore store = read("select: pt > 300\nmixture: {top: 1}");
    EXPECT_EQ(store.rows, count(all, 1));
}

TEST_F(Mixture, KnowsTheClassOfAFileThatNamesIt)
{
    const EventStore store =
        reader_from("type: top_tagging\nmixture: {top: 1}\ntrain: [{file: " + path.string() +
                    ", class: top, rows: '0:10'}]")
            ->read(Split::train);
    EXPECT_EQ(store.rows, 10);
}

TEST_F(Mixture, MistakesAreNamed)
{
    EXPECT_THAT(error("mixture: {qdc: 1}"), HasSubstr("unknown class 'qdc'. Did you mean 'qcd'?"));
    EXPECT_THAT(error("mixture: {qcd: -1}"), HasSubstr("the part of 'qcd' must be 0 or more"));
    EXPECT_THAT(error("mixture: {qcd: 0}"), HasSubstr("every part is 0"));
    EXPECT_THAT(error("classes: [qcd, top, w]\nmixture: {qcd: 1, w: 0.1}"),
                HasSubstr("no training row is of class 'w'"));
}

// By hand: of 8 rows 6 are background; a mean over 90 % background and 10 % signal gives each
// background row 0.9 / 6 of the weight and each signal row 0.1 / 2.
TEST_F(Mixture, FactorsTurnAMeanIntoOneOverTheStatedComposition)
{
    const auto labels = at::tensor(at::ArrayRef<int64_t>({0, 0, 1, 0, 0, 1, 0, 0}));
    const auto factors = composition_factors(labels, {0.9, 0.1}, 2);
    EXPECT_NEAR(factors[0] / 8, 0.9 / 6, 1e-12);
    EXPECT_NEAR(factors[1] / 8, 0.1 / 2, 1e-12);
    EXPECT_EQ(composition_factors(labels, {}, 2), (std::vector<double>{1, 1}));
}

}  // namespace
}  // namespace jetsmith
