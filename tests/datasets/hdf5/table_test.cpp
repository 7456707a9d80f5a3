// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/column_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/user_error.h"
#include "tests/support/temp_folder.h"
#include "tests/support/temp_hdf5.h"

namespace jetsmith::hdf5 {
namespace {

using test::Hdf5Writer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Values of one column, element k of each row.
std::vector<double> values(const Table& table, const Column& column, size_t k = 0)
{
    const auto& source = *table.sources[column.source];
    RowSource::Scratch scratch;
    const auto* bytes = source.read(0, source.rows(), scratch);
    std::vector<double> all(static_cast<size_t>(source.rows()));
    for (size_t r = 0; r < all.size(); ++r)
        all[r] = load<double>(bytes + r * source.row_bytes() + column.offset + k * column.stride,
                              column.element);
    return all;
}

std::vector<double> values(const Table& table, const std::string& name)
{
    return values(table, table.column(name));
}

class TableTest : public ::testing::Test {
  protected:
    Table open(const std::string& key = "") { return open_table(File::open(path), key); }

    test::TempFolder folder;
    std::filesystem::path path = folder.path() / "data.bin";  // no name gives the layout away
};

TEST_F(TableTest, PandasTableNamesItsColumnsFromThePickledLists)
{
    const test::PandasTable frame{
        "table", {"E_0", "PX_0"}, {"ttv", "is_signal_new"}, {{1.5, -2, 0, 1}, {3, 4, 1, 0}}};
    {
        Hdf5Writer file(path);
        frame.write(file, {.chunk = {2}});
    }
    const Table table = open();
    EXPECT_EQ(table.layout, "pandas table");
    EXPECT_EQ(table.key, "/table");
    EXPECT_THAT(table.names(), ElementsAre("E_0", "PX_0", "ttv", "is_signal_new"));
    EXPECT_THAT(values(table, "E_0"), ElementsAre(1.5, 3));
    EXPECT_THAT(values(table, "PX_0"), ElementsAre(-2, 4));
    EXPECT_THAT(values(table, "is_signal_new"), ElementsAre(1, 0));
    EXPECT_EQ(table.column("ttv").element, Element::i64);
    EXPECT_THAT(test::user_error([&] { table.column("is_signal"); }),
                HasSubstr("column 'is_signal' was not found (pandas table with 4 columns). Did you "
                          "mean 'is_signal_new'?"));
}

TEST_F(TableTest, PandasTableWithoutReadableNamesNumbersItsColumns)
{
    test::PandasTable frame{"t", {"a", "b"}, {"c"}, {{1, 2, 3}}};
    frame.readable_names = false;
    {
        Hdf5Writer file(path);
        frame.write(file, {.chunk = {1}});
    }
    const Table table = open();
    EXPECT_FALSE(table.named);
    EXPECT_THAT(table.names(),
                ElementsAre("values_block_0[0]", "values_block_0[1]", "values_block_1[0]"));
}

TEST_F(TableTest, PandasDataColumnsStandUnderTheirOwnNames)
{
    struct Record {
        int64_t index;
        float block[2];
        double mass;
    };
    const std::vector<Record> records{{0, {1, 2}, 80.4}, {1, {3, 4}, 91.2}};
    {
        Hdf5Writer file(path);
        const hsize_t two = 2;
        const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(Record));
        const hid_t block = H5Tarray_create2(H5T_NATIVE_FLOAT, 1, &two);
        H5Tinsert(type, "index", 0, H5T_NATIVE_INT64);
        H5Tinsert(type, "values_block_0", 8, block);
        H5Tinsert(type, "mass", 16, H5T_NATIVE_DOUBLE);
        file.group("df");
        file.text("df", "pandas_type", "frame_table");
        file.raw("df/table", type, records.data(), {2}, {.chunk = {8}});
        file.text("df/table", "values_block_0_kind", test::pickled({"x", "y"}));
        H5Tclose(block);
        H5Tclose(type);
    }
    const Table table = open("df");
    EXPECT_THAT(table.names(), ElementsAre("x", "y", "mass"));
    EXPECT_THAT(values(table, "mass"), ElementsAre(80.4, 91.2));
    EXPECT_THAT(values(table, "y"), ElementsAre(2, 4));
}

TEST_F(TableTest, PandasFixedFramesMapColumnsThroughTheirBlocks)
{
    {
        Hdf5Writer file(path);
        test::pandas_fixed(file, "df", 2, {"mass", "run", "pt", "event"});
        file.labels("df/block0_items", {"mass", "pt"});
        file.dataset("df/block0_values", std::vector<double>{80, 500, 91, 600}, {2, 2});
        file.labels("df/block1_items", {"run", "event"});
        file.dataset("df/block1_values", std::vector<int64_t>{1, 17, 2, 18}, {2, 2});
    }
    const Table table = open();
    EXPECT_EQ(table.layout, "pandas fixed");
    EXPECT_THAT(table.names(), ElementsAre("mass", "run", "pt", "event"));
    EXPECT_THAT(values(table, "pt"), ElementsAre(500, 600));
    EXPECT_THAT(values(table, "event"), ElementsAre(17, 18));
}

TEST_F(TableTest, PandasFixedFramesMayNumberTheirColumns)
{
    {
        Hdf5Writer file(path);
        file.group("df");
        file.text("df", "pandas_type", "frame");
        file.integer("df", "nblocks", 1);
        file.dataset("df/axis0", std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6}, {7});
        file.dataset("df/block0_items", std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6}, {7});
        file.dataset("df/block0_values", std::vector<float>{10, 11, 12, 13, 14, 15, 16}, {1, 7});
    }
    const Table table = open();
    EXPECT_THAT(values(table, "3"), ElementsAre(13));
    const auto every_third = table.matching("1:7:3");
    ASSERT_EQ(every_third.size(), 2u);
    EXPECT_THAT(values(table, every_third[0]), ElementsAre(11));
    EXPECT_THAT(values(table, every_third[1]), ElementsAre(14));
}

TEST_F(TableTest, PythonObjectsInAFrameAreRefused)
{
    {
        Hdf5Writer file(path);
        test::pandas_fixed(file, "df", 1, {"name"});
        file.labels("df/block0_items", {"name"});
        const hid_t type = H5Tvlen_create(H5T_NATIVE_UINT8);
        const hvl_t cell{0, nullptr};
        file.raw("df/block0_values", type, &cell, {1});
        H5Tclose(type);
    }
    EXPECT_THAT(test::user_error([&] { open(); }),
                HasSubstr("holds Python objects (columns name)"));
}

TEST_F(TableTest, PlainDatasetsAreColumnsWithTheirPathAsName)
{
    {
        Hdf5Writer file(path);
        file.dataset("jets", std::vector<double>{1, 2, 3, 4, 5, 6}, {2, 3});
        file.dataset("scores/run0", std::vector<float>{0.25f, 0.75f}, {2});
        file.dataset("list", std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, {2, 3, 2});
    }
    const Table table = open();
    EXPECT_EQ(table.layout, "HDF5 datasets");
    EXPECT_THAT(table.names(), ElementsAre("jets", "list", "scores/run0"));
    EXPECT_THAT(values(table, "scores/run0"), ElementsAre(0.25, 0.75));
    EXPECT_THAT(values(table, "jets[1]"), ElementsAre(2, 5));
    EXPECT_THAT(values(table, "jets[-1]"), ElementsAre(3, 6));
    EXPECT_THAT(table.column("list").shape, ElementsAre(3, 2));
    const Column second = table.column("list[1]");  // one number per object of the middle axis
    EXPECT_THAT(second.shape, ElementsAre(3));
    EXPECT_THAT(values(table, second, 2), ElementsAre(5, 11));
    EXPECT_THAT(test::user_error([&] { table.column("jets[3]"); }), HasSubstr("has 3 elements"));
}

TEST_F(TableTest, RecordsAreColumnsPerMember)
{
    struct Record {
        float met;
        uint8_t process;
    } __attribute__((packed));
    const Record grid[] = {{1, 2}, {3, 4}, {5, 6}, {7, 8}};
    {
        Hdf5Writer file(path);
        const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(Record));
        H5Tinsert(type, "met", 0, H5T_NATIVE_FLOAT);
        H5Tinsert(type, "process", 4, H5T_NATIVE_UINT8);
        file.raw("event", type, grid, {4}, {.chunk = {3}});
        file.raw("jets", type, grid, {2, 2});
        H5Tclose(type);
    }
    const Table table = open();
    EXPECT_THAT(values(table, "event/met"), ElementsAre(1, 3, 5, 7));
    EXPECT_THAT(values(table, "event/process"), ElementsAre(2, 4, 6, 8));
    EXPECT_THAT(values(table, "jets/met[1]"), ElementsAre(3, 7));
    EXPECT_THAT(values(table, "jets/process[0]"), ElementsAre(2, 6));
}

TEST_F(TableTest, BooleansAreReadAsBitFieldsAndAsEnumerations)
{
    const uint8_t bits[] = {1, 0, 1};
    {
        Hdf5Writer file(path);
        file.raw("pytables", H5T_STD_B8LE, bits, {3});
        const hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
        int8_t value = 0;
        H5Tenum_insert(type, "FALSE", &value);
        value = 1;
        H5Tenum_insert(type, "TRUE", &value);
        file.raw("h5py", type, bits, {3}, {.chunk = {2}});
        H5Tclose(type);
    }
    const Table table = open();
    for (const char* name : {"pytables", "h5py"}) {
        EXPECT_EQ(table.column(name).element, Element::boolean);
        EXPECT_THAT(values(table, name), ElementsAre(1, 0, 1));
    }
}

TEST_F(TableTest, NumberedColumnsAreFoundInNumericalOrderAndWithoutGaps)
{
    {
        Hdf5Writer file(path);
        std::vector<std::string> names;
        for (const int k : {0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9}) {
            names.push_back("pt_" + std::to_string(k));
            file.dataset("pt_" + std::to_string(k), std::vector<float>{static_cast<float>(k)}, {1});
        }
        file.dataset("eta_0", std::vector<float>{0}, {1});
        file.dataset("eta_2", std::vector<float>{0}, {1});
    }
    const Table table = open();
    const auto columns = table.matching("pt_*");
    ASSERT_EQ(columns.size(), 12u);
    for (size_t k = 0; k < columns.size(); ++k)
        EXPECT_THAT(values(table, columns[k]), ElementsAre(static_cast<double>(k)));
    EXPECT_THAT(test::user_error([&] { table.matching("eta_*"); }),
                HasSubstr("number 1 is missing"));
    EXPECT_THAT(test::user_error([&] { table.matching("phi_*"); }),
                HasSubstr("no column matches 'phi_*'"));
}

TEST_F(TableTest, SeveralFramesAskForAChoice)
{
    {
        Hdf5Writer file(path);
        const test::PandasTable frame{"a", {"x"}, {"y"}, {{1, 2}}};
        frame.write(file, {.chunk = {1}});
        test::PandasTable other = frame;
        other.key = "b";
        other.write(file, {.chunk = {1}});
    }
    EXPECT_THAT(test::user_error([&] { open(); }), HasSubstr("holds 2 frames (/a, /b;"));
    EXPECT_EQ(open("b").key, "/b");
    EXPECT_THAT(test::user_error([&] { open("c"); }), HasSubstr("'/c' was not found in the file"));
}

}  // namespace
}  // namespace jetsmith::hdf5
