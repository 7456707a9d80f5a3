// SPDX-License-Identifier: Apache-2.0
// Rows that stay in their files: the batches are those of rows in memory, bit for bit.
#include "datasets/streamed_feed.h"

#include <ATen/ops/arange.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "datasets/block_order.h"
#include "datasets/epoch_order.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_events.h"
#include "tests/support/toy_files.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using test::reader_from;
using ::testing::HasSubstr;

constexpr size_t kSlots = 12;
constexpr int64_t kBatch = 256;
const std::string kStreamed = "loading: streamed\nmemory: 1.4 MB\n";

/// Every tensor of both stores is the same to the bit.
void expect_same(const EventStore& a, const EventStore& b)
{
    std::map<std::string, at::Tensor> of_a;
    for_each_tensor(a, [&](const std::string& name, const at::Tensor& t, Along) {
        if (t.defined()) of_a[name] = t;
    });
    size_t met = 0;
    for_each_tensor(b, [&](const std::string& name, const at::Tensor& t, Along) {
        if (!t.defined()) return;
        ++met;
        ASSERT_TRUE(of_a.contains(name)) << name;
        ASSERT_EQ(of_a[name].scalar_type(), t.scalar_type()) << name;
        EXPECT_TRUE(of_a[name].equal(t)) << name;
    });
    EXPECT_EQ(met, of_a.size());
}

/// The batches of a pass as stores of their own.
std::vector<EventStore> batches(RowFeed& feed, const RowOrder& order, int64_t first = 0)
{
    std::vector<EventStore> all;
    feed.begin(order, first);
    for (int64_t begin = first; begin < order.size(); begin += kBatch) {
        const RowPiece piece = feed.next(std::min(kBatch, order.size() - begin));
        all.push_back(piece.store->select(piece.rows_B));
    }
    return all;
}

void expect_same_batches(RowFeed& a, RowFeed& b, const RowOrder& order, int64_t first = 0)
{
    const auto of_a = batches(a, order, first), of_b = batches(b, order, first);
    ASSERT_EQ(of_a.size(), of_b.size());
    for (size_t i = 0; i < of_a.size(); ++i) expect_same(of_a[i], of_b[i]);
}

class StreamedFeedTest : public ::testing::Test {
  protected:
    StreamedFeedTest()
    {
        for (uint32_t f = 0; f < 2; ++f) {
            test::write_top_tagging(path(f), test::make_toy_jets(3'000 + 500 * f, kSlots, f + 1),
                                    kSlots, {.chunk = {64}, .blosc = "blosclz"});
        }
    }

    std::filesystem::path path(uint32_t file) const
    {
        return folder.path() / fmt::format("part_{}.h5", file);
    }
    std::string section(const std::string& more = "") const
    {
        return "type: top_tagging\ntrain: " + (folder.path() / "part_*.h5").string() + "\n" + more;
    }
    std::unique_ptr<RowFeed> open(const std::string& yaml, const BlockVisitor& visit = {})
    {
        readers.push_back(reader_from(yaml));
        return readers.back()->open(Split::train, visit);
    }
    /// Resident and streamed feeds give the same index and, in every order, the same batches.
    void expect_same_as_resident(const std::string& yaml, const std::string& streamed = kStreamed)
    {
        const auto there = open(yaml), here = open(yaml + "\n" + streamed);
        ASSERT_NE(dynamic_cast<StreamedFeed*>(here.get()), nullptr);
        EXPECT_TRUE(here->index().source_rows_B.equal(there->index().source_rows_B));
        EXPECT_TRUE(here->index().source_files_B.equal(there->index().source_files_B));
        EXPECT_TRUE(here->index().labels_B.equal(there->index().labels_B));
        EXPECT_TRUE(here->index().weights_B.equal(there->index().weights_B));
        EXPECT_EQ(here->index().files, there->index().files);
        EXPECT_EQ(here->index().block_rows, there->index().block_rows);
        EXPECT_LT(here->largest_span(), here->rows()) << "the rows do not fit into the windows";
        expect_same_batches(*there, *here, file_order(there->rows()));
        expect_same_batches(*there, *here, {epoch_order(there->index(), 1, 0), there->rows()});
        const RowOrder blocks = block_order(there->index(), 1, 0, here->largest_span() / 2);
        expect_same_batches(*there, *here, blocks);
        expect_same_batches(*there, *here, block_order(here->index(), 1, 1, 500));
    }

    test::TempFolder folder;
    std::vector<std::unique_ptr<Reader>> readers;  ///< feeds read through them
};

TEST_F(StreamedFeedTest, SeveralFilesGiveTheBatchesOfRowsInMemory)
{
    expect_same_as_resident(section("observers: [mass, truth_mass]"));
}

TEST_F(StreamedFeedTest, SelectionsRangesAndDrawnRowsAreThoseOfRowsInMemory)
{
    expect_same_as_resident(section("select: multiplicity > 2\nrows: '100:'"));
    expect_same_as_resident(section("max_rows: 4000\nmax_constituents: 9"));
    expect_same_as_resident(section("mixture: {qcd: 3, top: 2}\nselect: multiplicity > 1"));
    expect_same_as_resident(fmt::format("type: top_tagging\ntrain:\n"
                                        "  - {{file: {}, class: top}}\n"
                                        "  - {{file: {}, class: qcd, rows: '10:3400'}}",
                                        path(0).string(), path(1).string()));
}

TEST_F(StreamedFeedTest, OneToFourThreadsGiveTheSameBatches)
{
    for (int threads = 1; threads <= 4; ++threads)
        expect_same_as_resident(section(),
                                kStreamed + fmt::format("loader_threads: {}", threads));
}

TEST_F(StreamedFeedTest, APassCanBeginAtAnyRow)
{
    const auto there = open(section()), here = open(section(kStreamed));
    const RowOrder order = block_order(there->index(), 1, 0, 1'000);
    for (const int64_t first : {1L, 999L, 1'000L, 2'345L, 6'499L})
        expect_same_batches(*there, *here, order, first);
}

TEST_F(StreamedFeedTest, RowsDrawnSeveralTimesComeSeveralTimes)
{
    const auto there = open(section()), here = open(section(kStreamed));
    const at::Tensor drawn = weighted_order(there->index(), 1, 0, {1.0, 5.0});
    expect_same_batches(*there, *here, {drawn, drawn.size(0)});
    expect_same_batches(
        *there, *here, block_order(there->index(), 1, 0, 1'000, std::get<0>(drawn.sort())));
}

TEST_F(StreamedFeedTest, ExpressionsAndObjectsOfEventsAreThoseOfRowsInMemory)
{
    const auto events = folder.path() / "events.h5";
    test::write_many_events(events, 8'000, 200);
    const std::string yaml = "type: events\nclasses: [a, b]\nlabel: met > 50\ntrain: " +
                             events.string() + "\nobservers: [count(jets)]";
    const std::string streamed = "loading: streamed\nmemory: 5.4 MB\n";  // their blocks are wide
    expect_same_as_resident(yaml, streamed);
    expect_same_as_resident(yaml + "\nselect: count(jets) > 0 && met > 10", streamed);
    expect_same_as_resident(yaml + "\nselect: count(jets) > 0\nmax_rows: 5000", streamed);
}

TEST_F(StreamedFeedTest, FlavourTaggingRecordsAreThoseOfRowsInMemory)
{
    const auto tagging = folder.path() / "tagging.h5";
    test::TaggingJets(8'000).write(tagging, 250);
    expect_same_as_resident("type: events\nclasses: [light, c, b]\nunits: MeV\ntrain: " +
                            tagging.string() +
                            "\nlabel: max(jets[0].HadronConeExclTruthLabelID - 3, 0)");
}

TEST_F(StreamedFeedTest, PartsAndPassesThatInterruptEachOtherGoOn)
{
    const auto here = open(section(kStreamed));
    const auto there = open(section());
    const at::Tensor odd = at::arange(1, here->rows(), 2, at::kLong);
    const auto part = here->part(odd);
    EXPECT_EQ(part->rows(), odd.size(0));
    here->begin(file_order(here->rows()), 0);
    part->begin(file_order(part->rows()), 0);
    for (int64_t begin = 0; begin + kBatch <= part->rows(); begin += kBatch) {
        const auto rows = at::arange(begin, begin + kBatch, at::kLong);
        const RowPiece of_all = here->next(kBatch);
        expect_same(of_all.store->select(of_all.rows_B), rows_of(*there, rows));
        const RowPiece of_part = part->next(kBatch);
        expect_same(of_part.store->select(of_part.rows_B),
                    rows_of(*there, odd.index_select(0, rows)));
    }
}

TEST_F(StreamedFeedTest, TheVisitorSeesEveryRowOnceAndInOrder)
{
    for (const std::string more : {"", "select: multiplicity > 2", "max_rows: 100"}) {
        std::vector<EventStore> seen;
        open(section(more + "\n" + kStreamed), [&](const EventStore& block) {
            // What is seen does not outlive the call.
            seen.push_back(block.select(at::arange(block.rows, at::kLong)));
        });
        expect_same(concatenate(seen), reader_from(section(more))->read(Split::train));
    }
}

TEST_F(StreamedFeedTest, APassCanBeLeftAtAnyTime)
{
    for (int i = 0; i < 20; ++i) {
        const auto feed = open(section(kStreamed + "loader_threads: 4"));
        feed->begin(file_order(feed->rows()), 0);
        if (i % 2) EXPECT_EQ(feed->next(1 + 300 * i).rows_B.size(0), 1 + 300 * i);
        std::this_thread::sleep_for(std::chrono::microseconds(100 * i));
    }  // loaders come to rest here
}

TEST_F(StreamedFeedTest, DamageReachesTheThreadThatWantsTheRowsAndIsNamed)
{
    const auto feed = open(section(kStreamed + "loader_threads: 3"));
    {
        std::fstream file(path(1), std::ios::in | std::ios::out | std::ios::binary);
        const auto size = static_cast<int64_t>(std::filesystem::file_size(path(1)));
        file.seekp(size / 4);
        const std::vector<char> noise(static_cast<size_t>(size / 2), '\x55');
        file.write(noise.data(), std::ssize(noise));
    }
    const auto pass = [&] { batches(*feed, file_order(feed->rows())); };
    EXPECT_THAT(test::user_error(pass), HasSubstr("part_1.h5: dataset '/table/table'"));
    EXPECT_THAT(test::user_error(pass), HasSubstr("part_1.h5")) << "a second pass says it again";
    feed->begin(file_order(feed->rows()), 0);
    const RowPiece whole = feed->next(kBatch);
    EXPECT_EQ(whole.rows_B.size(0), kBatch) << "rows before the damage can be had";
}

TEST(StreamBudget, SaysWhatWouldDoWhenTheBoundIsTooLow)
{
    StreamBudget budget(100'000'000, 2);
    budget.keep(60'000'000, "labels");
    budget.lend(10'000'000, "keys");
    budget.lend(20'000'000, "keys");  // not at the same time as the ten
    EXPECT_EQ(budget.window_bytes(), 10'000'000);
    EXPECT_EQ(test::user_error([&] { budget.keep(40'000'000, "the order of an epoch"); }),
              "data.memory: 100 MB do not suffice (with the order of an epoch, 120 MB are needed "
              "besides the rows in use). Raise it to 150 MB or more, or set "
              "data.max_rows.");
}

TEST(StreamBudget, HasTwoWindowsAndGivesThemOutAgainOnceNobodyHoldsThem)
{
    StreamBudget budget(100'000'000, 2);
    auto first = budget.window();
    const auto second = budget.window();
    EXPECT_EQ(budget.window(), nullptr);
    const auto* memory = first.get();
    first.reset();
    EXPECT_EQ(budget.window().get(), memory);
}

}  // namespace
}  // namespace jetsmith
