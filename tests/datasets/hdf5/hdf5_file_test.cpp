// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/hdf5_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/user_error.h"
#include "tests/support/temp_folder.h"
#include "tests/support/temp_hdf5.h"

namespace jetsmith::hdf5 {
namespace {

using test::Hdf5Writer;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(Hdf5File, WhatIsNoHdf5FileIsNamed)
{
    const test::TempFolder folder;
    const auto error = [&](const std::string& content) {
        const auto path = folder.file("x.h5", content);
        return test::user_error([&] { File::open(path); });
    };
    EXPECT_THAT(error("\x1f\x8b\x08 and more"), HasSubstr("compressed with gzip; an HDF5 file is wanted). Run gunzip"));
    EXPECT_THAT(error("root and more"), HasSubstr("it is a ROOT file"));
    EXPECT_THAT(error("\x93NUMPY and more"), HasSubstr("it is a NumPy array"));
    EXPECT_THAT(error("PAR1 and more"), HasSubstr("it is a Parquet file"));
    EXPECT_THAT(error("<html>"), HasSubstr("Was the download complete?"));
    EXPECT_THAT(error(""), HasSubstr("not an HDF5 file"));
    EXPECT_THAT(test::user_error([&] { File::open(folder.path() / "none.h5"); }),
                EndsWith("none.h5: file not found (an HDF5 file is wanted). Check the path."));
    EXPECT_THAT(test::user_error([&] { File::open(folder.path()); }), HasSubstr("is a folder"));
}

TEST(Hdf5File, ContentsAreListedWithoutSearchIndexes)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    {
        Hdf5Writer file(path);
        const std::vector<float> values{1, 2};
        file.dataset("table/table", values, {2});
        file.dataset("table/_i_table/index/bounds", values, {2});
        file.dataset("scores/run0", values, {2});
    }
    const auto file = File::open(path);
    EXPECT_THAT(file->datasets(), ElementsAre("/scores/run0", "/table/table"));
    EXPECT_TRUE(file->has_dataset("/scores/run0"));
    EXPECT_THAT(test::user_error([&] { file->dataset("/scores/run1"); }),
                EndsWith("x.h5: dataset '/scores/run1' was not found. Did you mean "
                         "'/scores/run0'?"));
}

TEST(Hdf5File, AttributesAndLabelsAreReadInTheFormsThatWritersUse)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    {
        Hdf5Writer file(path);
        file.group("df");
        file.text("df", "CLASS", "GROUP");
        file.text("df", "TITLE", "");  // PyTables' empty text has no value at all
        file.integer("df", "nblocks", 2);
        file.labels("df/axis0", {"mass", "tau1j1", "pt"});
        file.dataset("df/axis1", std::vector<int64_t>{7, -8}, {2});
        const hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, H5T_VARIABLE);
        const char* names[] = {"gluon", "", "top"};
        file.raw("names", type, names, {3});
        H5Tclose(type);
    }
    const auto file = File::open(path);
    EXPECT_EQ(file->text("/df", "CLASS"), "GROUP");
    EXPECT_FALSE(file->text("/df", "TITLE"));
    EXPECT_FALSE(file->text("/df", "absent"));
    EXPECT_FALSE(file->text("/df", "nblocks"));
    EXPECT_EQ(file->integer("/df", "nblocks"), 2);
    EXPECT_FALSE(file->integer("/df", "CLASS"));
    EXPECT_THAT(file->labels("/df/axis0"), ElementsAre("mass", "tau1j1", "pt"));
    EXPECT_THAT(file->labels("/df/axis1"), ElementsAre("7", "-8"));
    EXPECT_THAT(file->labels("/names"), ElementsAre("gluon", "", "top"));
}

}  // namespace
}  // namespace jetsmith::hdf5
