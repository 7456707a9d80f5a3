// SPDX-License-Identifier: Apache-2.0
#include "analysis/streamed_distances.h"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <numeric>

#include "analysis/class_medoids.h"
#include "analysis/correlation_dimension.h"
#include "analysis/distance_matrix.h"
#include "core/parallel.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_distances.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

using Rows = std::vector<int64_t>;

/// More than the file hands over at a time.
constexpr int64_t kRows = 700;

/// The same distances, with many ties, in memory and in a file.
class Streamed : public testing::Test {
  protected:
    Streamed()
    {
        const auto points = test::toy_points(kRows, 2, 5, 3);
        auto toy = test::toy_distances(points);
        for (double& distance : toy.emd) distance = std::round(8 * distance) / 8;
        test::write_distances(folder_.path() / "d.h5", toy);
        matrix_ = DistanceMatrix(kRows, {toy.emd.begin(), toy.emd.end()});
        file_ = read_distances(folder_.path() / "d.h5", /*memory=*/900'000);
    }

    const Distances& streamed() const { return *file_.all; }

    test::TempFolder folder_;
    DistanceMatrix matrix_;
    DistanceFile file_;
};

Rows every(int64_t step, int64_t first = 0)
{
    Rows rows;
    for (int64_t row = first; row < kRows; row += step) rows.push_back(row);
    return rows;
}

TEST_F(Streamed, PassEveryPairInOrder)
{
    ASSERT_EQ(streamed().matrix(), nullptr);
    std::vector<float> all, expected;
    int64_t last = -1;
    streamed().pass([&](int64_t i, int64_t j, std::span<const float> values) {
        EXPECT_EQ(condensed_place(i, j, kRows), last + 1);
        last += std::ssize(values);
        all.insert(all.end(), values.begin(), values.end());
    });
    matrix_.pass([&](int64_t, int64_t, std::span<const float> values) {
        expected.insert(expected.end(), values.begin(), values.end());
    });
    EXPECT_EQ(all, expected);
    EXPECT_EQ(streamed().largest(), matrix_.largest());
}

TEST_F(Streamed, SelectedAreThoseOfTheMatrix)
{
    for (const Rows& rows : {Rows{0, 5, 6, 300, 699}, every(1), every(3, 2), Rows{698, 699}}) {
        const auto part = streamed().select(rows), expected = matrix_.select(rows);
        for (size_t i = 0; i + 1 < rows.size(); ++i)
            EXPECT_TRUE(std::ranges::equal(part.beyond(i), expected.beyond(i))) << i;
    }
}

TEST_F(Streamed, ToSomeRowsAreThoseOfTheMatrix)
{
    for (const Rows& rows : {Rows{699, 0, 350, 3}, Rows{0}, Rows{}, every(50)})
        EXPECT_EQ(streamed().to(rows), matrix_.to(rows));
}

TEST_F(Streamed, MedoidsOfSamplesAreThoseInMemory)
{
    for (const Rows& rows : {every(1), every(2, 1)}) {
        const SampleOptions samples{.samples = 4, .size = 60};
        const auto expected = sampled_medoids(matrix_, rows, {.k = 6}, samples);
        for (const int threads : {1, 4}) {
            set_thread_count(threads);
            const auto found = sampled_medoids(streamed(), rows, {.k = 6}, samples);
            EXPECT_EQ(found.rows_K, expected.rows_K);
            EXPECT_EQ(found.cluster_N, expected.cluster_N);
            EXPECT_EQ(found.distance_N, expected.distance_N);
            EXPECT_EQ(found.cost, expected.cost);
        }
        set_thread_count(0);
    }
}

TEST_F(Streamed, NeighboursAreThoseInMemory)
{
    for (const int64_t k : {1, 9, 699}) {
        const auto found = streamed_neighbours(streamed(), k);
        const auto expected = nearest_neighbours(matrix_, k);
        EXPECT_EQ(found.rows_NK, expected.rows_NK) << k;
        EXPECT_EQ(found.distances_NK, expected.distances_NK) << k;
    }
}

TEST_F(Streamed, DimensionsOfAClassAreThoseInMemory)
{
    const auto edges = log_edges(0.5, 4, 5);
    const auto rows = every(3, 1);
    const auto found = correlation_dimension(streamed(), rows, edges);
    const auto expected = correlation_dimension(matrix_.select(rows), edges);
    for (size_t bin = 0; bin < expected.size(); ++bin) {
        EXPECT_EQ(found[bin].pairs, expected[bin].pairs);
        EXPECT_EQ(found[bin].dimension, expected[bin].dimension);
        EXPECT_EQ(found[bin].error, expected[bin].error);
    }
}

/// Rows 0 to `rows` - 1 in two classes.
RowClasses two_classes(int64_t rows)
{
    RowClasses all{"l.h5:labels", false, Rows(rows), {{0, "even", {}}, {1, "odd", {}}}, {}};
    for (int64_t row = 0; row < rows; ++row) {
        all.labels_N[row] = row % 2;
        all.classes[row % 2].rows.push_back(row);
    }
    return all;
}

TEST_F(Streamed, ClassesThatFitAreClusteredAsAWhole)
{
    const auto found = find_medoids(file_, two_classes(kRows), {.k = 4});
    const DistanceFile in_memory{"d.h5", std::make_shared<const DistanceMatrix>(matrix_), {}, ""};
    const auto expected = find_medoids(in_memory, two_classes(kRows), {.k = 4});
    EXPECT_EQ(found.medoid_rows(), expected.medoid_rows());
    for (const auto& one : found.by_class) EXPECT_FALSE(one.sampled);
}

TEST_F(Streamed, ThatLeaveNoRoomForASampleAreRefused)
{
    EXPECT_THAT(test::user_error([&] { find_medoids(file_, without_labels(file_), {.k = 4}); }),
                testing::HasSubstr("--memory: 0.90 MB do not suffice (a sample of 700 rows and the "
                                   "distances to 4 medoids take 0.99 MB). Raise it to that"));
    EXPECT_THAT(test::user_error([&] { leave_one_out_scores(file_, two_classes(kRows), 60); }),
                testing::HasSubstr("(60 neighbours of 700 rows take 1.18 MB)"));
}

/// Distances between points on a line, in the order of the file.
void write_line(const std::filesystem::path& path, int64_t rows)
{
    DistanceHeader header;
    header.source_row_N.resize(rows);
    std::iota(header.source_row_N.begin(), header.source_row_N.end(), 0);
    header.source_row_M = header.source_row_N;
    header.settings = "{}";
    const auto at = [](int64_t i) { return static_cast<double>(i * 7919 % 10'007); };
    int64_t i = 0, j = 0;
    write_distances(path, header, [&](int64_t, std::span<double> values) {
        for (double& value : values) {
            if (++j == rows) ++i, j = i + 1;
            value = std::abs(at(i) - at(j));
        }
    });
}

/// Of this process: what it holds (VmRSS), and the most that it held (VmHWM).
int64_t memory(const std::string& which)
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(which + ":")) return 1024 * std::stoll(line.substr(which.size() + 1));
    return 0;
}

TEST(StreamedMedoids, OfAMatrixLargerThanTheMemoryStayWithinIt)
{
    constexpr int64_t kMany = 5000, kMemory = 12'000'000;  // the matrix: 50 MB; a sample: 8 MB
    const test::TempFolder folder;
    write_line(folder.path() / "d.h5", kMany);
    std::ofstream("/proc/self/clear_refs") << "5";  // begins VmHWM anew
    const int64_t before = memory("VmRSS");
    if (memory("VmHWM") > before + 2'000'000) GTEST_SKIP() << "this kernel keeps its high mark";
    const auto file = read_distances(folder.path() / "d.h5", kMemory);
    ASSERT_FALSE(file.in_memory());
    const auto found = find_medoids(file, two_classes(kMany), {.k = 3, .restarts = 2});
    const auto scores = leave_one_out_scores(file, two_classes(kMany), 10);
    const int64_t most = memory("VmHWM") - before;
    EXPECT_LT(most, kMemory + 6'000'000) << "a band of the file and the memory of the descents";
    EXPECT_EQ(scores.size(), 5000U);
    // Three evenly spread medoids of a line of length 10,007 are a twelfth of it away on average.
    for (const auto& one : found.by_class) {
        EXPECT_TRUE(one.sampled);
        EXPECT_NEAR(one.mean_distance(), 10'007 / 12.0, 40);
    }
}

}  // namespace
}  // namespace jetsmith::analysis
