// SPDX-License-Identifier: Apache-2.0
#include "core/memory_size.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

TEST(MemorySize, IsReadWithItsUnit)
{
    EXPECT_EQ(parse_bytes("512 MB", "x"), 512'000'000);
    EXPECT_EQ(parse_bytes("1.5GiB", "x"), 1'610'612'736);
    for (const char* text : {"", "512", "MB", "-3 GB", "12 parsec", "0.5 MB", "nan GB"})
        EXPECT_THAT(test::user_error([&] { parse_bytes(text, "a.yaml:3: data.memory"); }),
                    testing::HasSubstr("a.yaml:3: data.memory: '" + std::string(text) +
                                       "' is no amount"));
}

TEST(MemorySize, IsWrittenWithThreeDigits)
{
    EXPECT_EQ(bytes_text(1'234'567), "1.23 MB");
    EXPECT_EQ(bytes_text(512'000'000), "512 MB");
    EXPECT_EQ(bytes_text(84'000'000'000), "84.0 GB");
}

}  // namespace
}  // namespace jetsmith
