// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_picture.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "analysis/text_tables.h"
#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

using Colour = std::array<int, 3>;

/// From light to dark: yellow, orange, red, violet, almost black.
constexpr std::array<Colour, 7> kStops{{{255, 243, 191},
                                        {254, 204, 106},
                                        {248, 142, 60},
                                        {219, 80, 74},
                                        {159, 42, 99},
                                        {87, 16, 109},
                                        {20, 9, 54}}};

/// Colour 0 is white, 1 ... 255 run through the stops.
Colour colour(int index)
{
    if (index == 0) return {255, 255, 255};
    const double place = (index - 1) / 254.0 * (kStops.size() - 1);
    const size_t below = std::min<size_t>(static_cast<size_t>(place), kStops.size() - 2);
    Colour mixed;
    for (int c = 0; c < 3; ++c)
        mixed[c] = static_cast<int>(std::lround(
            std::lerp(kStops[below][c], kStops[below + 1][c], place - static_cast<double>(below))));
    return mixed;
}

std::string big_endian(uint32_t value)
{
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
    return bytes;
}

std::string chunk(const std::string& type, const std::string& data)
{
    const std::string body = type + data;
    const auto check =
        crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return big_endian(static_cast<uint32_t>(data.size())) + body +
           big_endian(static_cast<uint32_t>(check));
}

std::string deflated(const std::string& data)
{
    uLongf size = compressBound(data.size());
    std::string packed(size, '\0');
    const int result = compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                                 reinterpret_cast<const Bytef*>(data.data()), data.size(), 9);
    ensure(result == Z_OK, "an image cannot be compressed");
    packed.resize(size);
    return packed;
}

int palette_index(double value, LogScale scale)
{
    if (!(value >= scale.low)) return 0;
    const double place = std::log(value / scale.low) / std::log(scale.high / scale.low);
    return 1 + static_cast<int>(std::lround(254 * std::clamp(place, 0.0, 1.0)));
}

}  // namespace

LogScale log_scale(std::span<const float> values, double decades)
{
    double high = 0;
    for (const float value : values)
        if (std::isfinite(value)) high = std::max<double>(high, value);
    if (high == 0) high = 1;
    return {high * std::pow(10, -decades), high};
}

std::string png(std::span<const float> image_HW, int64_t height, int64_t width, LogScale scale)
{
    ensure(static_cast<int64_t>(image_HW.size()) == height * width, "an image wants H x W values");
    std::string rows, palette;
    for (int64_t row = 0; row < height; ++row) {
        rows += '\0';  // no filter
        for (int64_t column = 0; column < width; ++column)
            rows += static_cast<char>(palette_index(image_HW[row * width + column], scale));
    }
    for (int i = 0; i < 256; ++i)
        for (const int part : colour(i)) palette += static_cast<char>(part);
    const std::string header = big_endian(static_cast<uint32_t>(width)) +
                               big_endian(static_cast<uint32_t>(height)) +
                               std::string("\x08\x03\x00\x00\x00", 5);  // 8 bits, palette
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("PLTE", palette) +
           chunk("IDAT", deflated(rows)) + chunk("IEND", "");
}

std::string data_uri(const std::string& png)
{
    constexpr auto kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text = "data:image/png;base64,";
    for (size_t i = 0; i < png.size(); i += 3) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (i + k < png.size() ? static_cast<uint8_t>(png[i + k]) : 0u);
        for (size_t k = 0; k < 4; ++k)
            text += i + k > png.size() ? '=' : kDigits[bits >> (18 - 6 * k) & 63];
    }
    return text;
}

std::string css_gradient()
{
    std::string stops;
    for (const auto& [red, green, blue] : kStops)
        stops += fmt::format(",#{:02x}{:02x}{:02x}", red, green, blue);
    return "linear-gradient(to right" + stops + ")";
}

std::string picture(std::span<const float> image_HW, int64_t height, int64_t width, LogScale scale,
                    const std::string& caption)
{
    return fmt::format(
        "<figure><img class=\"pixels\" width=\"{}\" height=\"{}\" src=\"{}\" "
        "alt=\"{}\"><figcaption>{}</figcaption></figure>\n",
        width, height, data_uri(png(image_HW, height, width, scale)), html_text(caption),
        html_text(caption));
}

std::string colour_bar(LogScale scale)
{
    return fmt::format(
        "<div class=\"scale\" style=\"background:{}\"></div><div class=\"ends\">"
        "<span>{:.2g}</span><span>pixel value, log scale</span><span>{:.2g}</span>"
        "</div>\n",
        css_gradient(), scale.low, scale.high);
}

}  // namespace jetsmith::analysis
