// SPDX-License-Identifier: Apache-2.0
#include "analysis/distance_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/atomic_file.h"
#include "datasets/hdf5/arrays.h"
#include "tests/support/temp_folder.h"
#include "tests/support/temp_hdf5.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

using testing::HasSubstr;

void count_up(int64_t first, std::span<double> values)
{
    for (auto& value : values) value = 0.5 * static_cast<double>(first++);
}

DistanceHeader header(DistanceLayout layout)
{
    DistanceHeader h;
    h.layout = layout;
    h.source_row_N = {10, 11, 14, 15};
    h.source_row_M =
        layout == DistanceLayout::condensed ? h.source_row_N : std::vector<int64_t>{3, 5, 6};
    if (layout == DistanceLayout::pairs) h.pairs_K2 = {10, 5, 15, 3};
    h.settings = R"({"radius":0.8})";
    h.max_gap = 3e-7;
    h.failed = 1;
    return h;
}

void expect_round_trip(DistanceLayout layout, const std::vector<int64_t>& shape)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "d.h5";
    const DistanceHeader written = header(layout);
    write_distances(path, written, count_up);
    const auto file = hdf5::File::open(path);
    const auto emd = hdf5::read_array<double>(file, "emd");
    EXPECT_EQ(emd.shape, shape);
    for (size_t k = 0; k < emd.values.size(); ++k)
        EXPECT_EQ(emd.values[k], 0.5 * static_cast<double>(k));
    EXPECT_EQ(file->integer("/", "format_version"), 1);
    EXPECT_EQ(file->integer("/", "rows"), 4);
    EXPECT_EQ(file->integer("/", "columns"), std::ssize(written.source_row_M));
    const DistanceHeader read = read_distance_header(path);
    EXPECT_EQ(read.layout, layout);
    EXPECT_EQ(read.count(), std::ssize(emd.values));
    EXPECT_EQ(read.source_row_N, written.source_row_N);
    EXPECT_EQ(read.source_row_M, written.source_row_M);
    EXPECT_EQ(read.pairs_K2, written.pairs_K2);
    EXPECT_EQ(read.settings, written.settings);
    EXPECT_EQ(read.max_gap, 3e-7);
    EXPECT_EQ(read.failed, 1);
}

TEST(DistanceFile, KeepsACondensedMatrix) { expect_round_trip(DistanceLayout::condensed, {6}); }

TEST(DistanceFile, KeepsARectangularMatrix)
{
    expect_round_trip(DistanceLayout::rectangular, {4, 3});
}

TEST(DistanceFile, KeepsAListOfPairs) { expect_round_trip(DistanceLayout::pairs, {2}); }

TEST(DistanceFile, IsWrittenInPiecesOfWholeRows)
{
    const test::TempFolder folder;
    DistanceHeader h;
    h.layout = DistanceLayout::rectangular;
    h.source_row_N.resize(5000);
    h.source_row_M.resize(700);
    int64_t next = 0, pieces = 0;
    write_distances(folder.path() / "d.h5", h, [&](int64_t first, std::span<double> values) {
        EXPECT_EQ(first, next);
        EXPECT_LE(values.size(), size_t{1} << 20);
        EXPECT_EQ(values.size() % 700, 0U);
        count_up(first, values);
        next += std::ssize(values);
        ++pieces;
    });
    EXPECT_EQ(next, 5000 * 700);
    EXPECT_GT(pieces, 2);
    const auto emd = hdf5::read_array<double>(hdf5::File::open(folder.path() / "d.h5"), "emd");
    EXPECT_EQ(emd.values.back(), 0.5 * (5000 * 700 - 1));
}

TEST(DistanceFile, OfTheSameContentHasTheSameBytes)
{
    const test::TempFolder folder;
    for (const char* name : {"a.h5", "b.h5"})
        write_distances(folder.path() / name, header(DistanceLayout::rectangular), count_up);
    EXPECT_EQ(read_text(folder.path() / "a.h5"), read_text(folder.path() / "b.h5"));
}

TEST(DistanceFile, OfAnotherKindOrALaterVersionIsRefused)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    test::Hdf5Writer(path).dataset("emd", std::vector<double>{1, 2, 3}, {3});
    EXPECT_THAT(test::user_error([&] { read_distance_header(path); }),
                HasSubstr("holds no distances of jetsmith"));
    {
        test::Hdf5Writer file(folder.path() / "later.h5");
        file.text("/", "content", "distances");
        file.integer("/", "format_version", 2);
    }
    EXPECT_THAT(test::user_error([&] { read_distance_header(folder.path() / "later.h5"); }),
                HasSubstr("was written by a newer jetsmith (format_version 2; at most 1"));
}

}  // namespace
}  // namespace jetsmith::analysis
