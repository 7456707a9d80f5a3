// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/row_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "datasets/hdf5/blosc_filter.h"
#include "tests/support/user_error.h"
#include "tests/support/temp_folder.h"
#include "tests/support/temp_hdf5.h"

namespace jetsmith::hdf5 {
namespace {

namespace fs = std::filesystem;
using test::Hdf5Writer;
using test::Storage;
using ::testing::HasSubstr;

/// Numbers with some structure, so that codecs have work to do.
std::vector<float> ramp(size_t count)
{
    std::vector<float> values(count);
    for (size_t i = 0; i < count; ++i)
        values[i] = i % 7 < 3 ? 0.0f : static_cast<float>(i % 1000) * 0.25f;
    return values;
}

std::shared_ptr<RowSource> source(const fs::path& path)
{
    return std::make_shared<RowSource>(File::open(path), "/x");
}

std::vector<float> rows(const RowSource& x, int64_t begin, int64_t end)
{
    RowSource::Scratch scratch;
    const auto* bytes = x.read(begin, end, scratch);
    std::vector<float> values(static_cast<size_t>(end - begin) * x.row_bytes() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), bytes, values.size() * sizeof(float));
    return values;
}

/// Every storage must give back what was written, in any row range.
void expect_round_trip(const Storage& storage, const std::vector<hsize_t>& dims)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    size_t row = 1;
    for (size_t d = 1; d < dims.size(); ++d) row *= dims[d];
    const auto values = ramp(dims[0] * row);
    {
        Hdf5Writer file(path);
        file.dataset("x", values, dims, storage);
    }
    const auto x = source(path);
    x->check_readable();
    const auto n = static_cast<int64_t>(dims[0]);
    EXPECT_EQ(x->rows(), n);
    EXPECT_EQ(x->row_bytes(), row * sizeof(float));
    const std::pair<int64_t, int64_t> ranges[] = {{0, n}, {0, 1}, {n - 1, n}, {n / 3, n / 2 + 7}};
    for (const auto& [begin, end] : ranges)
        EXPECT_EQ(rows(*x, begin, end),
                  std::vector<float>(values.begin() + begin * static_cast<int64_t>(row),
                                     values.begin() + end * static_cast<int64_t>(row)))
            << begin << ":" << end;
}

TEST(RowSource, EveryStorageGivesBackWhatWasWritten)
{
    expect_round_trip({}, {100, 5});
    expect_round_trip({{16, 5}}, {100, 5});
    expect_round_trip({{16, 5}, /*shuffle=*/true, false, /*deflate=*/5}, {100, 5});
    expect_round_trip({{16, 5}, true, /*checksum=*/true, 5}, {100, 5});
    expect_round_trip({{16, 5}, false, /*checksum=*/true}, {100, 5});
    expect_round_trip({{16, 5}, /*shuffle=*/true}, {100, 5});
    expect_round_trip({{1000}, true, false, 9}, {100});
    expect_round_trip({{7, 31, 3}, true, false, 1}, {100, 31, 3});
}

TEST(RowSource, EveryBloscCodecGivesBackWhatWasWritten)
{
    for (const char* codec : {"blosclz", "lz4", "lz4hc", "zlib", "zstd"})
        expect_round_trip({.chunk = {16, 300}, .blosc = codec}, {100, 300});
}

TEST(RowSource, RowsAreAssembledFromChunksThatHoldPartsOfRows)
{
    expect_round_trip({{16, 2}}, {100, 5});
    expect_round_trip({{9, 2, 4}, true, false, 3}, {50, 5, 7});
}

TEST(RowSource, ChunksNeverWrittenReadAsZeros)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    {
        Hdf5Writer file(path);
        file.dataset("x", std::vector<float>(), {0, 4}, {{10, 4}, false, false, 1});
        const hid_t space = H5Screate_simple(2, std::vector<hsize_t>{30, 4}.data(), nullptr);
        const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_chunk(plist, 2, std::vector<hsize_t>{10, 4}.data());
        H5Pset_deflate(plist, 1);
        H5Dclose(H5Dcreate2(file.id(), "sparse", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, plist,
                            H5P_DEFAULT));
        H5Pclose(plist);
        H5Sclose(space);
    }
    const RowSource sparse(File::open(path), "/sparse");
    EXPECT_EQ(rows(sparse, 5, 25), std::vector<float>(80, 0.0f));
    EXPECT_EQ(RowSource(File::open(path), "/x").rows(), 0);
}

TEST(RowSource, OtherByteOrdersAndWidthsAreConverted)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    // 1.5f and -2.0f with the most significant byte first.
    const unsigned char big_endian[] = {0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0};
    {
        Hdf5Writer file(path);
        file.raw("x", H5T_IEEE_F32BE, big_endian, {2}, {.chunk = {2}});
    }
    // The writer hands over native floats of the type given, so the file holds these bytes as they
    // are.
    EXPECT_EQ(rows(*source(path), 0, 2), (std::vector<float>{1.5f, -2.0f}));
}

TEST(RowSource, AFilterThatNobodyHasIsNamedBeforeReading)
{
    const auto error = [](int filter) {
        const test::TempFolder folder;
        const auto path = folder.path() / "x.h5";
        {
            Hdf5Writer file(path);
            file.dataset("x", ramp(40), {10, 4}, {.chunk = {5, 4}, .foreign_filter = filter});
        }
        return test::user_error([&] { source(path)->check_readable(); });
    };
    EXPECT_THAT(error(32015), HasSubstr("filter 32015 (zstd) of dataset '/x' cannot be read "
                                        "(deflate, shuffle and blosc can). Rewrite the file"));
    EXPECT_THAT(error(32013), HasSubstr("filter 32013 (zfp)"));
    EXPECT_THAT(error(32013), HasSubstr("hdf5-filter-plugin-zfp-serial"));
    EXPECT_THAT(error(31999), HasSubstr("filter 31999 (unnamed)"));
}

/// A file with one compressed chunk whose bytes are then changed by `damage`.
std::string error_after(const Storage& storage,
                        const std::function<void(std::string&, size_t chunk_at)>& damage)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    hsize_t size = 0;
    haddr_t address = 0;
    {
        Hdf5Writer file(path);
        file.dataset("x", ramp(4000), {100, 40}, storage);
        H5Fflush(file.id(), H5F_SCOPE_LOCAL);
        const hid_t data = H5Dopen2(file.id(), "x", H5P_DEFAULT);
        const hid_t space = H5Dget_space(data);
        std::vector<hsize_t> origin(2);
        unsigned mask = 0;
        H5Dget_chunk_info(data, space, 0, origin.data(), &mask, &address, &size);
        H5Sclose(space);
        H5Dclose(data);
    }
    std::ifstream in(path, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), {});
    damage(bytes, address);
    std::ofstream(path, std::ios::binary) << bytes;
    return test::user_error([&] { rows(*source(path), 0, 100); });
}

TEST(RowSource, DamagedChunksAreReportedWithFileDatasetAndRow)
{
    const Storage deflate{{100, 40}, true, false, 5}, blosc{.chunk = {100, 40}, .blosc = "lz4"};
    for (const Storage& storage : {deflate, blosc}) {
        const auto error = error_after(storage, [](std::string& bytes, size_t at) {
            for (size_t i = 0; i < 64; ++i) bytes[at + i] = static_cast<char>(0x55);
        });
        EXPECT_THAT(error,
                    HasSubstr("x.h5: dataset '/x' cannot be read from row 0 on (its bytes do "
                              "not decompress)"));
    }
}

TEST(RowSource, AChangedByteUnderAChecksumIsRefused)
{
    const Storage plain{{100, 40}, false, /*checksum=*/true}, packed{{100, 40}, true, true, 5};
    for (const Storage& storage : {plain, packed})
        for (const size_t place : {0, 1, 700, 15'000})
            EXPECT_THAT(error_after(storage,
                                    [&](std::string& bytes, size_t at) {
                                        const size_t chunk = storage.shuffle ? place / 20 : place;
                                        bytes[at + chunk] = static_cast<char>(bytes[at + chunk] ^ 1);
                                    }),
                        HasSubstr("dataset '/x' cannot be read from row 0 on"));
}

TEST(RowSource, ATruncatedFileIsRefused)
{
    const auto error = error_after({{100, 40}, true, false, 5},
                                   [](std::string& bytes, size_t at) { bytes.resize(at + 20); });
    EXPECT_THAT(error, HasSubstr("Was the download complete?"));
}

TEST(Fletcher32, IsTheSumOfWordsAndTheSumOfItsStepsModulo65535)
{
    // Fletcher 1982 in exact arithmetic; a sum that is a multiple of 65535 is stored as 65535.
    std::mt19937 random(3);
    for (const size_t count : {1, 2, 3, 720, 721, 1440, 50'001}) {
        std::vector<std::byte> bytes(count);
        for (auto& b : bytes) b = std::byte(random() % 256);
        unsigned __int128 first = 0, second = 0;
        for (size_t i = 0; i < count; i += 2) {
            first += std::to_integer<unsigned>(bytes[i]) * 256 +
                     (i + 1 < count ? std::to_integer<unsigned>(bytes[i + 1]) : 0);
            second += first;
        }
        const auto folded = [](unsigned __int128 sum) {
            const auto rest = static_cast<uint32_t>(sum % 65535);
            return rest == 0 && sum != 0 ? 65535U : rest;
        };
        EXPECT_EQ(fletcher32(bytes), folded(second) << 16 | folded(first)) << count;
    }
    EXPECT_EQ(fletcher32(std::vector<std::byte>(1000)), 0u);
}

TEST(Filters, AFilterThatMustNotBeLeftOutIsNotLeftOut)
{
    // Values, then a checksum that does not fit: read only when the chunk says "stored without".
    const std::vector<std::byte> stored(16, std::byte{7});
    std::vector<std::byte> out(16), work;
    Filter checksum{H5Z_FILTER_FLETCHER32, "fletcher32", {}, /*optional=*/true};
    EXPECT_TRUE(decode({checksum}, /*mask=*/1, stored, out, work));
    checksum.optional = false;
    EXPECT_FALSE(decode({checksum}, /*mask=*/1, stored, out, work));
}

TEST(BloscFilter, RandomDamageNeverWritesBeyondTheChunk)
{
    const auto values = ramp(4096);
    const size_t size = values.size() * sizeof(float);
    std::mt19937 random(7);
    for (const char* codec : {"blosclz", "lz4", "zlib", "zstd"}) {
        std::vector<std::byte> packed(size + BLOSC_MAX_OVERHEAD), out(size + 64);
        const int bytes = blosc_compress_ctx(5, 1, 4, size, values.data(), packed.data(),
                                             packed.size(), codec, 0, 1);
        packed.resize(static_cast<size_t>(bytes));
        for (int trial = 0; trial < 2000; ++trial) {
            auto damaged = packed;
            for (int k = 0; k < 1 + trial % 4; ++k)
                damaged[random() % std::min<size_t>(damaged.size(), 400)] ^= std::byte(random());
            damaged.resize(damaged.size() - random() % 3);
            std::fill(out.begin() + static_cast<int64_t>(size), out.end(), std::byte{0x5a});
            decode_blosc(damaged, std::span(out).first(size));
            for (size_t i = size; i < out.size(); ++i) ASSERT_EQ(out[i], std::byte{0x5a}) << codec;
        }
        EXPECT_TRUE(decode_blosc(packed, std::span(out).first(size)));
        EXPECT_EQ(std::memcmp(out.data(), values.data(), size), 0);
        EXPECT_FALSE(decode_blosc(packed, std::span(out).first(size - 4)));
    }
}

}  // namespace
}  // namespace jetsmith::hdf5
