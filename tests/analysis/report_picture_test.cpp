// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_picture.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <limits>
#include <map>
#include <vector>

namespace jetsmith::analysis {
namespace {

uint32_t number_at(const std::string& bytes, size_t at)
{
    uint32_t value = 0;
    for (size_t k = 0; k < 4; ++k) value = value << 8 | static_cast<uint8_t>(bytes.at(at + k));
    return value;
}

/// CRC-32 of ISO 3309, bit by bit.
uint32_t crc(const std::string& bytes)
{
    uint32_t rest = 0xffffffff;
    for (const char c : bytes) {
        rest ^= static_cast<uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) rest = rest >> 1 ^ (rest & 1 ? 0xedb88320 : 0);
    }
    return ~rest;
}

/// The chunks of a PNG file by name; each check sum is verified.
std::map<std::string, std::string> chunks(const std::string& file)
{
    EXPECT_EQ(file.substr(0, 8), "\x89PNG\r\n\x1a\n");
    std::map<std::string, std::string> found;
    for (size_t at = 8; at < file.size();) {
        const size_t size = number_at(file, at);
        found[file.substr(at + 4, 4)] = file.substr(at + 8, size);
        EXPECT_EQ(number_at(file, at + 8 + size), crc(file.substr(at + 4, 4 + size)));
        at += 12 + size;
    }
    return found;
}

/// Palette index of every pixel.
std::vector<int> pixels(const std::string& data, size_t height, size_t width)
{
    std::vector<uint8_t> rows(height * (width + 1));
    uLongf size = rows.size();
    EXPECT_EQ(
        uncompress(rows.data(), &size, reinterpret_cast<const Bytef*>(data.data()), data.size()),
        Z_OK);
    EXPECT_EQ(size, rows.size());
    std::vector<int> indices;
    for (size_t row = 0; row < height; ++row) {
        EXPECT_EQ(rows[row * (width + 1)], 0) << "no filter";
        for (size_t column = 0; column < width; ++column)
            indices.push_back(rows[row * (width + 1) + 1 + column]);
    }
    return indices;
}

TEST(ReportPicture, PixelsRunThroughThePaletteByTheirLogarithm)
{
    const std::vector<float> image{0, NAN, 0.0156f, 1.f / 64, 1, 64, 1e6f, -5};
    const auto file = chunks(png(image, 2, 4, {1.0 / 64, 64}));
    EXPECT_EQ(number_at(file.at("IHDR"), 0), 4U) << "width";
    EXPECT_EQ(number_at(file.at("IHDR"), 4), 2U) << "height";
    // 1 is the geometric middle of 1/64 and 64.
    EXPECT_EQ(pixels(file.at("IDAT"), 2, 4), (std::vector<int>{0, 0, 0, 1, 128, 255, 255, 0}));
}

TEST(ReportPicture, ColoursGetDarkerFromWhiteOn)
{
    const auto palette = chunks(png(std::vector<float>{0}, 1, 1, {})).at("PLTE");
    ASSERT_EQ(palette.size(), 3 * 256U);
    const auto luminance = [&](size_t k) {
        const auto part = [&](size_t c) { return static_cast<uint8_t>(palette[3 * k + c]); };
        return 0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2);  // ITU-R BT.709
    };
    EXPECT_NEAR(luminance(0), 255, 1e-9);
    for (size_t k = 1; k < 256; ++k) EXPECT_LE(luminance(k), luminance(k - 1)) << k;
    EXPECT_LT(luminance(255), 20);
}

TEST(ReportPicture, TheScaleEndsAtTheLargestFiniteValue)
{
    const float infinity = std::numeric_limits<float>::infinity();
    const auto scale = log_scale(std::vector<float>{0, 0.5f, 20, NAN, infinity, -30}, 3);
    EXPECT_DOUBLE_EQ(scale.high, 20);
    EXPECT_NEAR(scale.low, 0.02, 1e-12);
    const auto empty = log_scale(std::vector<float>{0, 0}, 2);
    EXPECT_GT(empty.low, 0) << "a logarithm is taken of it";
    EXPECT_GT(empty.high, empty.low);
}

TEST(ReportPicture, DataUrisAreBase64)
{
    // The examples of RFC 4648, section 10.
    const std::string start = "data:image/png;base64,";
    EXPECT_EQ(data_uri(""), start);
    EXPECT_EQ(data_uri("f"), start + "Zg==");
    EXPECT_EQ(data_uri("fo"), start + "Zm8=");
    EXPECT_EQ(data_uri("foo"), start + "Zm9v");
    EXPECT_EQ(data_uri("foobar"), start + "Zm9vYmFy");
    EXPECT_EQ(data_uri("\xff\xfe"), start + "//4=");
}

}  // namespace
}  // namespace jetsmith::analysis
