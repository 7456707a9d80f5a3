// SPDX-License-Identifier: Apache-2.0
// What --help proposes to type is typed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

/// Arguments of every line of the help of a verb that begins with "jetsmith".
std::vector<std::vector<std::string>> examples(const std::string& verb)
{
    std::vector<std::vector<std::string>> all;
    std::istringstream lines(test::run_program({verb, "--help"}).out);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string word;
        if (!(words >> word) || word != "jetsmith") continue;
        all.emplace_back();
        while (words >> word) all.back().push_back(word);
    }
    return all;
}

TEST(Help, ExamplesOfDistancesAndMedoidsRun)
{
    const test::TempFolder folder;
    for (const char* file : {"jets.h5", "others.h5"})
        test::write_top_tagging(folder.path() / file, test::make_toy_jets(250, 8, 3), 8, {});
    for (const char* verb : {"emd", "medoids"}) {
        const auto all = examples(verb);
        EXPECT_GE(all.size(), 2U) << verb;
        for (const auto& arguments : all) {
            const auto result = test::run_program(arguments, folder.path().string());
            EXPECT_EQ(result.exit_code, 0) << testing::PrintToString(arguments) << result.err;
        }
    }
    for (const char* file : {"d.h5", "two.h5", "iso.h5", "m.h5", "m.html"})
        EXPECT_TRUE(std::filesystem::exists(folder.path() / file)) << file;
}

}  // namespace
}  // namespace jetsmith
