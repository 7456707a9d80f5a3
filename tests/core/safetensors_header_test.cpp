// SPDX-License-Identifier: Apache-2.0
#include "core/safetensors_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A container with this header and `data_bytes` of data, spelt out byte by byte.
std::string container(const std::string& header, size_t data_bytes)
{
    std::string content;
    for (size_t i = 0; i < 8; ++i) content += static_cast<char>(header.size() >> (8 * i) & 0xFF);
    return content + header + std::string(data_bytes, 'x');
}

SafetensorsHeader read(const std::string& content)
{
    std::istringstream stream(content);
    return read_safetensors_header(stream, content.size(), "w.safetensors");
}

std::string refusal(const std::string& header, size_t data_bytes = 16)
{
    return test::user_error([&] { read(container(header, data_bytes)); });
}

TEST(SafetensorsHeader, ListsTensorsInTheOrderOfTheirBytesWithMetadataApart)
{
    const auto header = read(container(
        R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"e":{"data_offsets":[8,8],)"
        R"("shape":[0,7],"dtype":"F64"},"__metadata__":{"k":"v","dtype":"x"},)"
        R"("a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}      )",
        16));
    ASSERT_EQ(header.tensors.size(), 3);
    EXPECT_EQ(header.tensors[0].name, "a");
    EXPECT_TRUE(header.tensors[0].shape.empty());
    EXPECT_EQ(header.tensors[1].name, "e");
    EXPECT_THAT(header.tensors[1].shape, ElementsAre(0, 7));
    EXPECT_EQ(header.tensors[2].dtype, "F32");
    EXPECT_EQ(header.tensors[2].begin, 8);
    EXPECT_EQ(header.tensors[2].end, 16);
    EXPECT_EQ(header.metadata, (std::map<std::string, std::string>{{"dtype", "x"}, {"k", "v"}}));
}

TEST(SafetensorsHeader, WhatTwoReadersCouldUnderstandDifferentlyIsRefused)
{
    const std::string a = R"("a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]})";
    EXPECT_EQ(read(container("{" + a + "}", 16)).tensors.size(), 1);
    EXPECT_THAT(refusal("{" + a + "," + a + "}"), HasSubstr("the key 'a' occurs twice"));
    EXPECT_THAT(refusal(R"({"a":{"dtype":"F32","shape":[4],"shape":[4],"data_offsets":[0,16]}})"),
                HasSubstr("the key 'shape' occurs twice"));
    EXPECT_THAT(refusal(R"({"__metadata__":{"x":"1","x":"2"},)" + a + "}"),
                HasSubstr("the key 'x' occurs twice"));
    EXPECT_THAT(refusal(" {" + a + "}"), HasSubstr("does not begin with '{'"));
    EXPECT_THAT(refusal("{" + a + "}\n"), HasSubstr("does not end with '}'"));
    EXPECT_THAT(refusal("{" + a + "} {}"), HasSubstr("not JSON"));
    EXPECT_THAT(refusal("{" + a + "}" + std::string(1, '\0')), HasSubstr("does not end with '}'"));
    EXPECT_THAT(refusal("/**/{" + a + "}"), HasSubstr("does not begin"));
    EXPECT_THAT(refusal("{\"\xff\":1}"), HasSubstr("not JSON"));
    EXPECT_THAT(refusal("{" + a + "}", 17), HasSubstr("bytes follow the last tensor"));
}

TEST(SafetensorsHeader, WhatTheFormatHasNoPlaceForIsRefused)
{
    const std::vector<std::pair<std::string, std::string>> cases{
        {R"({"a":3})", "a number where"},
        {R"({"a":"x"})", "a text where"},
        {R"({"a":[1]})", "a list where"},
        {R"({"a":null})", "null where"},
        {R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16],"code":"x"}})", "unknown key 'code'"},
        {R"({"a":{"dtype":{"x":"F32"}}})", "a map where"},
        {R"({"a":{"dtype":["F32"]}})", "a list where"},
        {R"({"a":{"shape":[[4]]}})", "a list where"},
        {R"({"a":{"shape":["4"]}})", "a text where"},
        {R"({"a":{"shape":[4.0]}})", "a fraction where"},
        {R"({"a":{"shape":[-4]}})", "a negative number where"},
        {R"({"a":{"shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}})", "'shape' is too long"},
        {R"({"a":{"data_offsets":[0,16,32]}})", "'data_offsets' is too long"},
        {R"({"a":{"data_offsets":[0]}})", "has no byte range"},
        {R"({"a":{"dtype":"F32","shape":[4]}})", "lacks dtype, shape or data_offsets"},
        {R"({"__metadata__":{"a":1}})", "a number where"},
        {R"({"__metadata__":{"a":{}}})", "a map where"},
        {"{" + std::string(100'000, '['), "does not end"},
        {"{\"a\":" + std::string(100'000, '{') + "}", "not JSON"},
    };
    for (const auto& [header, why] : cases) EXPECT_THAT(refusal(header), HasSubstr(why)) << header;
}

TEST(SafetensorsHeader, SizesThatOverflowOrDisagreeAreRefused)
{
    const auto with = [](const std::string& dtype, const std::string& shape,
                         const std::string& range) {
        return refusal(R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape +
                       R"(,"data_offsets":)" + range + "}}");
    };
    EXPECT_THAT(with("F99", "[4]", "[0,16]"), HasSubstr("unknown dtype 'F99'"));
    EXPECT_THAT(with("F32", "[3]", "[0,16]"), HasSubstr("does not fit"));
    EXPECT_THAT(with("F32", "[4]", "[16,0]"), HasSubstr("does not fit"));
    EXPECT_THAT(with("F32", "[5]", "[0,20]"), HasSubstr("does not fit"));
    EXPECT_THAT(with("F32", "[3]", "[4,16]"), HasSubstr("does not fit"));
    EXPECT_THAT(with("U8", "[18446744073709551615]", "[0,16]"), HasSubstr("impossible shape"));
    EXPECT_THAT(with("F32", "[4611686018427387904,4]", "[0,16]"), HasSubstr("impossible shape"));
    // 2^62 * 4 * 4 bytes is 0 modulo 2^64, and an extent of 0 makes every product 0.
    EXPECT_THAT(with("F32", "[4611686018427387904,4,0]", "[0,0]"), HasSubstr("impossible shape"));
}

TEST(SafetensorsHeader, AHeaderLongerThanTheFileOrTheLimitIsNotAllocated)
{
    EXPECT_THAT(test::user_error([] { read("abc"); }), HasSubstr("shorter than 8 bytes"));
    EXPECT_THAT(test::user_error([] { read(std::string(8, '\xff') + "{}"); }),
                HasSubstr("its header claims 18446744073709551615 bytes, the file has 10"));
    const std::string spaces(kMaxSafetensorsHeader - 1, ' ');
    EXPECT_TRUE(read(container("{}" + spaces.substr(1), 0)).tensors.empty());
    EXPECT_THAT(refusal("{}" + spaces, 0), HasSubstr("its header claims 16777217 bytes"));
}

}  // namespace
}  // namespace jetsmith
