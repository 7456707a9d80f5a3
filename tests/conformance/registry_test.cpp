// SPDX-License-Identifier: Apache-2.0
// What every registered component promises, whoever wrote it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "core/registry.h"
#include "tests/support/golden.h"
#include "tests/support/paths.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

/// (family interface, name) of every JETSMITH_REGISTER line in the source tree: what ought to be
/// in the registries, found independently of them.
std::set<std::string> registered_in_sources()
{
    std::set<std::string> names;
    const std::regex line(R"re(^JETSMITH_REGISTER\((\w+), "([^"]+)",)re");
    for (const char* folder :
         {"core", "kernels", "datasets", "inputs", "models", "analysis", "trainers"}) {
        for (const auto& entry : fs::recursive_directory_iterator(test::source_folder() / folder)) {
            if (entry.path().extension() != ".cpp") continue;
            std::ifstream file(entry.path());
            for (std::string text; std::getline(file, text);) {
                std::smatch match;
                if (!std::regex_search(text, match, line)) continue;
                names.insert(match[2].str());
                EXPECT_EQ(entry.path().stem().string(), match[2].str())
                    << "a component registers its file stem";
            }
        }
    }
    return names;
}

void check_declarations(const std::vector<Declaration>& declarations, const std::string& where)
{
    std::set<std::string> keys;
    const std::regex snake("[a-z][a-z0-9_]*");
    for (const auto& d : declarations) {
        SCOPED_TRACE(where + "." + d.key);
        EXPECT_TRUE(std::regex_match(d.key, snake));
        EXPECT_TRUE(keys.insert(d.key).second) << "declared twice";
        EXPECT_GE(d.meaning.size(), 5U) << "says what it means";
        EXPECT_FALSE(d.meaning.ends_with('.') && !d.meaning.ends_with("..."))
            << "a phrase, not a sentence";
        check_declarations(d.children, where + "." + d.key);
    }
}

TEST(Registry, HoldsEveryComponentOfTheSourcesAndNothingElse)
{
    if (!fs::exists(test::source_folder() / "core"))
        GTEST_SKIP() << "the sources are not on this machine";
    std::set<std::string> in_registry;
    for (const auto& component : all_components()) in_registry.insert(component.name);
    EXPECT_EQ(in_registry, registered_in_sources());
    EXPECT_GE(in_registry.size(), 10U);
}

TEST(Registry, EveryComponentDescribesItsOptions)
{
    for (const auto& component : all_components())
        check_declarations(component.describe(), component.family + "." + component.name);
}

}  // namespace
}  // namespace jetsmith
