// SPDX-License-Identifier: Apache-2.0
#include "core/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "core/cuda_plugin.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using test::user_error;
using testing::HasSubstr;

TEST(Device, UnknownWordsAreRefusedWithTheKnownOnes)
{
    for (const char* word : {"gpu", "cuda:", "cuda:x", "cuda:-1", ""})
        EXPECT_THAT(user_error([&] { choose_device(word); }),
                    HasSubstr("(must be auto, cpu, cuda or cuda:N)"))
            << word;
    EXPECT_EQ(choose_device("cpu"), at::Device(at::kCPU));
}

TEST(Device, AGpuThatIsNotThereIsSaidWithTheReason)
{
    if (cuda_plugin() != nullptr) GTEST_SKIP() << "this machine has a GPU";
    EXPECT_FALSE(cuda_plugin_error().empty());
    EXPECT_THAT(user_error([] { choose_device("cuda"); }), HasSubstr(cuda_plugin_error()));
    EXPECT_EQ(choose_device("auto"), at::Device(at::kCPU));
}

TEST(Precision, SaysWhatItChoseAndWhy)
{
    const at::Device cpu(at::kCPU);
    EXPECT_EQ(choose_precision("fp32", cpu).compute, at::kFloat);
    EXPECT_EQ(choose_precision("bf16", cpu).compute, at::kBFloat16);
    const auto chosen = choose_precision("auto", cpu);
    EXPECT_EQ(chosen.compute == at::kBFloat16, cpu_is_fast_at_bf16());
    EXPECT_THAT(chosen.reason, HasSubstr("processor"));
    EXPECT_THAT(user_error([&] { choose_precision("fp8", cpu); }),
                HasSubstr("'fp8' is unknown (must be auto, fp32 or bf16)"));
}

TEST(Precision, MatrixUnitsOfTheProcessorAreToldByTheSystem)
{
    std::ifstream file("/proc/cpuinfo");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!text.starts_with("processor")) GTEST_SKIP() << "no /proc/cpuinfo";
    const bool amd_with_bf16 = text.find("AuthenticAMD") != std::string::npos &&
                               text.find(" avx512_bf16") != std::string::npos;
    EXPECT_EQ(cpu_is_fast_at_bf16(), amd_with_bf16 || text.find(" amx_bf16") != std::string::npos);
}

}  // namespace
}  // namespace jetsmith
