// SPDX-License-Identifier: Apache-2.0
#include "analysis/read_distances.h"

#include <gmock/gmock.h>

#include <limits>

#include "analysis/distance_matrix.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_distances.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

using test::TempFolder;
using test::ToyDistances;
using test::user_error;
using testing::HasSubstr;

constexpr int64_t kRows = 37;

TEST(DistanceFile, IsReadWithItsSourceRows)
{
    const TempFolder folder;
    const auto points = test::toy_points(kRows, 2, 1);
    test::write_distances(folder.path() / "d.h5", test::toy_distances(points, 100));
    const auto file = read_distances(folder.path() / "d.h5");
    EXPECT_EQ(file.rows(), kRows);
    EXPECT_EQ((*file.all->matrix())(8, 3), test::euclidean(points[3], points[8]));
    EXPECT_EQ(file.source_rows_N.at(7), 107);
    EXPECT_THAT(file.settings, HasSubstr("ground"));
}

/// What is said about the toy file after `change`.
template <typename Change>
std::string said_about(const Change& change)
{
    const TempFolder folder;
    auto distances = test::toy_distances(test::toy_points(kRows, 2, 1));
    change(distances);
    test::write_distances(folder.path() / "d.h5", distances);
    const auto text = user_error([&] { read_distances(folder.path() / "d.h5"); });
    const auto place = (folder.path() / "d.h5: ").string();
    return text.starts_with(place) ? text.substr(place.size()) : "elsewhere: " + text;
}

TEST(DistanceFile, PairsWithoutANumberAreNamedAndCounted)
{
    const auto nan = std::numeric_limits<double>::quiet_NaN();
    // (0, 36) is the 36th value; (1, 2) the one behind it.
    EXPECT_THAT(
        said_about([&](ToyDistances& d) { d.emd[35] = d.emd[36] = d.emd.back() = nan; }),
        HasSubstr("the distance between rows 0 and 36 is NaN (3 of 666 pairs have no number"));
    EXPECT_THAT(said_about([&](ToyDistances& d) { d.emd[36] = nan; }),
                HasSubstr("between rows 1 and 2 is NaN (1 of 666"));
    EXPECT_THAT(said_about([&](ToyDistances& d) { d.emd.back() = nan; }),
                HasSubstr("between rows 35 and 36 is NaN"));
}

TEST(DistanceFile, NegativeAndInfiniteDistancesAreRefused)
{
    EXPECT_THAT(said_about([](ToyDistances& d) { d.emd[36] = -0.5; }),
                HasSubstr("between rows 1 and 2 is -0.5 (1 of 666 pairs cannot be used; finite"));
    EXPECT_THAT(said_about([](ToyDistances& d) { d.emd[36] = HUGE_VAL; }), HasSubstr("is inf"));
}

TEST(DistanceFile, SaysWhyItIsNoCondensedMatrix)
{
    EXPECT_THAT(said_about([](ToyDistances& d) { d.layout = "rectangular"; }),
                HasSubstr("its layout is 'rectangular' (a condensed matrix"));
    EXPECT_THAT(said_about([](ToyDistances& d) { d.finished = false; }),
                HasSubstr("attribute failed is missing (one value wanted)"));
    EXPECT_THAT(said_about([](ToyDistances& d) { d.format_version = 2; }),
                HasSubstr("written by a newer jetsmith (format_version 2"));
    EXPECT_THAT(said_about([](ToyDistances& d) { d.emd.pop_back(); }),
                HasSubstr("does not hold all pairs of 37 rows (666 values wanted)"));
    EXPECT_THAT(said_about([](ToyDistances& d) { d.source_rows.pop_back(); }),
                HasSubstr("does not hold all pairs of 36 rows (630 values wanted)"));
}

TEST(DistanceFile, OtherHdf5FilesAreToldApart)
{
    const TempFolder folder;
    test::Hdf5Writer(folder.path() / "x.h5").dataset("emd", std::vector<double>(3), {3});
    EXPECT_THAT(user_error([&] { read_distances(folder.path() / "x.h5"); }),
                HasSubstr("holds no distances of jetsmith"));
    EXPECT_THAT(user_error([&] { read_distances(folder.file("d.h5", "no HDF5")); }),
                HasSubstr("not an HDF5 file"));
}

TEST(DistanceFile, StaysOnTheDiskWhenItsMatrixIsLargerThanTheMemory)
{
    const TempFolder folder;
    test::write_distances(folder.path() / "d.h5",
                          test::toy_distances(test::toy_points(kRows, 2, 1)));
    const int64_t bytes = kRows * (kRows - 1) / 2 * 4;
    EXPECT_TRUE(read_distances(folder.path() / "d.h5", bytes).in_memory());
    const auto file = read_distances(folder.path() / "d.h5", bytes - 1);
    EXPECT_FALSE(file.in_memory());
    EXPECT_EQ(file.rows(), kRows);
    EXPECT_TRUE(file.has_room_for(kRows - 1));
    EXPECT_FALSE(file.has_room_for(kRows));
    EXPECT_NO_THROW(file.check_room(bytes - 1, "it"));
    EXPECT_THAT(user_error([&] { file.check_room(40'000'000, "3 of them"); }),
                HasSubstr("do not suffice (3 of them take 40 MB)."));
}

TEST(DistanceFile, OnTheDiskIsLookedThroughAsWell)
{
    const TempFolder folder;
    auto distances = test::toy_distances(test::toy_points(kRows, 2, 1));
    distances.emd[36] = std::numeric_limits<double>::quiet_NaN();
    test::write_distances(folder.path() / "d.h5", distances);
    EXPECT_THAT(user_error([&] { read_distances(folder.path() / "d.h5", 100); }),
                HasSubstr("between rows 1 and 2 is NaN (1 of 666"));
}

}  // namespace
}  // namespace jetsmith::analysis
