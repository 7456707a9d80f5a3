// SPDX-License-Identifier: Apache-2.0
#include "trainers/sealed_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "core/atomic_file.h"
#include "core/damaged_file.h"
#include "tests/support/sha256sum.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

using Json = nlohmann::ordered_json;

const Json kDocument{{"step", 7}, {"list", {1, 2.5, "three"}}, {"nested", {{"sha256", "inner"}}}};

TEST(SealedJson, ReadsBackWhatWasWritten)
{
    const test::TempFolder folder;
    Json read = read_sealed(folder.file("state.json", sealed_text(kDocument)));
    EXPECT_EQ(read.at("sha256").get<std::string>().size(), 64U);
    read.erase("sha256");
    EXPECT_EQ(read, kDocument);
}

TEST(SealedJson, TheSealIsTheHashOfTheFileWithZerosInItsPlace)
{
    const test::TempFolder folder;
    std::string text = sealed_text(kDocument);
    const std::string seal = Json::parse(text).at("sha256");
    text.replace(text.rfind(seal), seal.size(), std::string(64, '0'));
    EXPECT_EQ(test::sha256sum(folder.file("blank.json", text)), seal);
}

TEST(SealedJson, EveryFlippedBitIsNoticed)
{
    const test::TempFolder folder;
    const std::string text = sealed_text(kDocument);
    for (size_t bit = 0; bit < 8 * text.size(); ++bit) {
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        EXPECT_THROW(read_sealed(folder.file("state.json", flipped)), DamagedFile) << bit;
    }
}

TEST(SealedJson, EveryTruncationIsNoticed)
{
    const test::TempFolder folder;
    const std::string text = sealed_text(kDocument);
    for (size_t length = 0; length < text.size(); ++length)
        EXPECT_THROW(read_sealed(folder.file("state.json", text.substr(0, length))), DamagedFile);
    EXPECT_THROW(read_sealed(folder.path() / "absent.json"), DamagedFile);
}

TEST(SealedJson, NumbersKeepEveryBitAndNeedNotBeFinite)
{
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double value : {0.1, 1e-300, -1.0 / 3, 5e-324, infinity, -infinity}) {
        const Json read = Json::parse(Json(json_number(value)).dump());
        EXPECT_EQ(std::bit_cast<uint64_t>(number_of(read)), std::bit_cast<uint64_t>(value));
    }
    EXPECT_TRUE(std::isnan(number_of(Json::parse(json_number(std::nan("")).dump()))));
}

}  // namespace
}  // namespace jetsmith
