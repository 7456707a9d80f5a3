// SPDX-License-Identifier: Apache-2.0
#include "trainers/safetensors.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "core/atomic_file.h"
#include "tests/support/user_error.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

/// The container spelt out byte by byte, independently of the writer.
std::string container(const std::string& header, const std::string& data)
{
    std::string content(8, '\0');
    const uint64_t length = header.size();
    std::memcpy(content.data(), &length, 8);
    return content + header + data;
}

TEST(Safetensors, RoundTripKeepsEveryBitShapeAndType)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.safetensors";
    const TensorMap written{
        {"f32", at::randn({3, 4, 5})},
        {"f64", at::randn({7}, at::kDouble)},
        {"bf16", at::randn({2, 2}).to(at::kBFloat16)},
        {"i64", at::arange(5, at::kLong)},
        {"bool", at::randn({9}) > 0},
        {"scalar", at::randn({})},
        {"empty", at::empty({0, 3})},
        {"strided", at::randn({4, 6, 3, 3}).to(at::TensorOptions(), false, true, at::MemoryFormat::ChannelsLast)},
    };
    write_safetensors(path, written, {{"format_version", "1"}});
    const TensorMap read = read_safetensors(path);
    ASSERT_EQ(read.size(), written.size());
    for (const auto& [name, tensor] : written) {
        EXPECT_EQ(read.at(name).scalar_type(), tensor.scalar_type()) << name;
        EXPECT_TRUE(read.at(name).equal(tensor)) << name;
    }
}

TEST(Safetensors, ReadsAHandWrittenContainer)
{
    const test::TempFolder folder;
    const float values[3] = {1.5F, -2.0F, 0.25F};
    const auto path = folder.file(
        "hand.safetensors",
        container(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})",
                  std::string(reinterpret_cast<const char*>(values), 12)));
    const auto a = read_safetensors(path).at("a");
    EXPECT_EQ(a[1].item<float>(), -2.0F);
}

TEST(Safetensors, EveryDamageIsNoticed)
{
    const test::TempFolder folder;
    const std::string data(16, 'x');
    const std::vector<std::string> headers{
        "not json",
        R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})",       // bytes left over
        R"({"a":{"dtype":"F32","shape":[5],"data_offsets":[0,20]}})",       // beyond the file
        R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,12]}})",       // shape does not fit
        R"({"a":{"dtype":"F99","shape":[4],"data_offsets":[0,16]}})",       // unknown type
        R"({"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}})",      // negative extent
        R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,16]}})",
        R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
        R"("b":{"dtype":"F32","shape":[3],"data_offsets":[4,16]}})",        // overlap
        R"({"a":{"dtype":"F32","shape":[4]}})",                             // no range
    };
    for (const auto& header : headers) {
        const auto path = folder.file("bad.safetensors", container(header, data));
        EXPECT_THAT(test::user_error([&] { read_safetensors(path); }),
                    testing::HasSubstr("bad.safetensors: damaged"))
            << header;
    }
    const auto huge = folder.file("bad.safetensors", std::string(8, '\x7f') + "{}");
    EXPECT_THAT(test::user_error([&] { read_safetensors(huge); }), testing::HasSubstr("damaged"));
    const auto tiny = folder.file("bad.safetensors", "abc");
    EXPECT_THAT(test::user_error([&] { read_safetensors(tiny); }), testing::HasSubstr("damaged"));
}

TEST(Safetensors, EveryTruncationIsNoticed)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.safetensors";
    write_safetensors(path, {{"a", at::randn({5})}, {"b", at::randn({3})}});
    const std::string whole = read_text(path);
    for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
        folder.file("cut.safetensors", whole.substr(0, bytes));
        EXPECT_NE(test::user_error([&] { read_safetensors(folder.path() / "cut.safetensors"); }),
                  "no error")
            << bytes;
    }
}

}  // namespace
}  // namespace jetsmith
