// SPDX-License-Identifier: Apache-2.0
#include "analysis/emd_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "analysis/emd_report.h"
#include "core/atomic_file.h"
#include "core/parallel.h"
#include "core/stop_signal.h"
#include "datasets/hdf5/arrays.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_emd.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Plain jets in a file of their own, compared in a distance file beside it.
class EmdRun : public testing::Test {
  protected:
    EmdTask task(const std::string& emd = "radius: 0.8", EmdRequest request = {})
    {
        request.file = file_.string();
        request.dataset = "jets";
        return make_emd_task(request, parse_yaml("emd: {" + emd + "}", "test.yaml"));
    }

    void write(const std::vector<toy::Jet>& jets, const std::vector<int64_t>& pairs = {})
    {
        test::write_plain_jets(file_, jets, 30, pairs);
    }

    std::vector<double> distances() const
    {
        return hdf5::read_array<double>(hdf5::File::open(out_), "emd").values;
    }

    test::TempFolder folder_;
    fs::path file_ = folder_.path() / "jets.h5", out_ = folder_.path() / "d.h5";
    fs::path unfinished_ = folder_.path() / "d.h5.unfinished";
};

TEST_F(EmdRun, WritesTheDistancesOfSingleParticlesThatOneComputesByHand)
{
    const auto jets = test::single_particles(20);
    write(jets);
    const auto outcome = run_emd(task(), out_);
    EXPECT_EQ(outcome.computed, 190);
    EXPECT_LE(outcome.summary.max_gap, 2e-6);
    const auto found = distances();
    size_t k = 0;
    for (size_t i = 0; i < jets.size(); ++i)
        for (size_t j = i + 1; j < jets.size(); ++j, ++k)
            EXPECT_NEAR(found[k], test::distance_of_singles(jets[i][0], jets[j][0], 0.8),
                        2e-6 * jets[j][0].pt);
    EXPECT_FALSE(fs::exists(unfinished_));
}

TEST_F(EmdRun, OfSomeRowsAndOfListedPairsGivesTheSameNumbers)
{
    write(toy::jets(12), {11, 3, 5, 5, 3, 11, 7, 4});
    run_emd(task(), out_);
    const auto all = distances();
    const auto at = [&](int64_t i, int64_t j) {
        return all[static_cast<size_t>(i * (2 * 12 - i - 1) / 2 + j - i - 1)];
    };
    fs::remove(out_);
    run_emd(task("radius: 0.8", {.rows = "4:8"}), out_);
    EXPECT_EQ(distances(),
              (std::vector{at(4, 5), at(4, 6), at(4, 7), at(5, 6), at(5, 7), at(6, 7)}));
    EXPECT_EQ(read_distance_header(out_).source_row_N, (std::vector<int64_t>{4, 5, 6, 7}));
    fs::remove(out_);
    run_emd(task("radius: 0.8", {.pairs = file_.string()}), out_);
    const auto listed = distances();
    EXPECT_NEAR(listed[0], listed[2], 4e-6 * 650);
    EXPECT_NEAR(listed[0], at(3, 11), 4e-6 * 650);
    EXPECT_NEAR(listed[1], 0, 4e-6 * 650);
    EXPECT_NEAR(listed[3], at(4, 7), 4e-6 * 650);
    EXPECT_EQ(read_distance_header(out_).pairs_K2,
              (std::vector<int64_t>{11, 3, 5, 5, 3, 11, 7, 4}));
}

TEST_F(EmdRun, OfTwoFilesGivesARowForEveryRowOfTheFirst)
{
    write(toy::jets(7));
    run_emd(task("radius: 0.8, tier: exact",
                 {.second = file_.string(), .rows = "0:2", .second_rows = "2:7"}),
            out_);
    const auto emd = hdf5::read_array<double>(hdf5::File::open(out_), "emd");
    EXPECT_EQ(emd.shape, (std::vector<int64_t>{2, 5}));
    fs::remove(out_);
    run_emd(task("radius: 0.8, tier: exact"), out_);
    const auto all = distances();
    for (size_t j = 0; j < 5; ++j) {
        EXPECT_NEAR(emd.values[j], all[1 + j], 1e-9 * 650);
        EXPECT_NEAR(emd.values[5 + j], all[6 + j], 1e-9 * 650);
    }
}

/// The folder of a run that was killed when these pairs of the finished file were done.
void begin(const fs::path& folder, const EmdTask& task, const std::vector<double>& finished,
           const std::vector<int64_t>& tiles, double max_gap)
{
    DistanceTiles store(folder, task.settings);
    for (const int64_t count : tiles) {
        const int64_t done = store.summary().done;
        store.append(
            std::span(finished).subspan(static_cast<size_t>(done), static_cast<size_t>(count)),
            {done + count, max_gap});
    }
}

TEST_F(EmdRun, EndsWithTheSameBytesWhereverItsJournalWasCut)
{
    write(toy::jets(6));
    const EmdTask same = task();
    const auto outcome = run_emd(same, out_);
    const std::string bytes = read_text(out_);
    const auto finished = distances();
    begin(unfinished_, same, finished, {4, 1, 7}, outcome.summary.max_gap);
    const std::string journal = read_text(unfinished_ / "journal.txt");
    const std::string settings = read_text(unfinished_ / "settings.json");
    const std::string values = read_text(unfinished_ / "values.bin");
    constexpr size_t kStep = 23;  // every byte: distance_tiles_test.cpp
    for (size_t cut = 0; cut <= journal.size(); cut += kStep) {
        fs::remove(out_);
        fs::create_directory(unfinished_);
        std::ofstream(unfinished_ / "settings.json") << settings;
        std::ofstream(unfinished_ / "values.bin")
            << values.substr(0, values.size() * cut / journal.size());
        std::ofstream(unfinished_ / "journal.txt") << journal.substr(0, cut);
        run_emd(same, out_);
        ASSERT_EQ(read_text(out_), bytes) << cut;
        ASSERT_FALSE(fs::exists(unfinished_)) << cut;
    }
}

TEST_F(EmdRun, GivesTheSameBytesWithOneThreadAndWithFour)
{
    write(toy::jets(40));
    set_thread_count(1);
    run_emd(task(), out_);
    const std::string bytes = read_text(out_);
    fs::remove(out_);
    set_thread_count(4);
    run_emd(task(), out_);
    set_thread_count(0);
    EXPECT_EQ(read_text(out_), bytes);
}

TEST_F(EmdRun, DoesNothingWhenTheFileIsThere)
{
    write(toy::jets(4));
    run_emd(task(), out_);
    fs::create_directory(unfinished_);  // of a writer that was killed before he could remove it
    const auto outcome = run_emd(task(), out_);
    EXPECT_EQ(outcome.computed, 0);
    EXPECT_EQ(outcome.summary.done, 6);
    EXPECT_FALSE(fs::exists(unfinished_));
    EXPECT_EQ(emd_json(task(), outcome, out_)["pairs_per_second"], nullptr);
}

TEST_F(EmdRun, RefusesAFileOfOtherSettingsOrOtherJets)
{
    write(toy::jets(4));
    run_emd(task(), out_);
    EXPECT_THAT(test::user_error([&] { run_emd(task("radius: 0.4"), out_); }),
                HasSubstr("holds distances with other settings (radius: 0.8 there, 0.4 here"));
    write(toy::jets(4, /*seed=*/2));
    EXPECT_THAT(test::user_error([&] { run_emd(task(), out_); }), HasSubstr("files/0/sha256: "));
    EXPECT_THAT(test::user_error([&] { run_emd(task(), file_); }),
                HasSubstr("holds no distances of jetsmith"));
}

TEST_F(EmdRun, CountsPairsWithoutADistanceAndNamesTheFirst)
{
    auto jets = toy::jets(5);
    jets[2].clear();
    jets[4][0].eta = std::nan("");
    write(jets);
    const EmdTask same = task();
    const auto outcome = run_emd(same, out_);
    EXPECT_EQ(outcome.summary.failed, 7);
    EXPECT_EQ(outcome.summary.first_failed, 1);
    const auto found = distances();
    EXPECT_EQ(std::count_if(found.begin(), found.end(), [](double d) { return std::isnan(d); }), 7);
    EXPECT_TRUE(std::isnan(found[1]));
    const auto text = emd_json(same, outcome, out_)["first_failed"].get<std::string>();
    EXPECT_THAT(text, HasSubstr("pair 1 (rows 0 and 2): "));
    EXPECT_NO_THROW(speak_of_failures(same, outcome, out_));
}

TEST_F(EmdRun, OfPairsThatAllFailIsAMistakeOfTheUser)
{
    write({{}, {}, {}});
    const EmdTask same = task();
    const auto outcome = run_emd(same, out_);
    EXPECT_THAT(
        test::user_error([&] { speak_of_failures(same, outcome, out_); }),
        HasSubstr("none of its 3 pairs has a distance (the first is pair 0 (rows 0 and 1): "));
}

}  // namespace
}  // namespace jetsmith::analysis
