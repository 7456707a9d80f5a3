// SPDX-License-Identifier: Apache-2.0
#include "trainers/run_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

/// A clone of a project: a recipe that names its data relative to itself.
class Clone {
  public:
    explicit Clone(uint32_t data_seed = 1)
    {
        for (const char* name : {"a.h5", "b.h5"})
            test::write_top_tagging(folder_.path() / name, test::make_toy_jets(6, 4, data_seed), 4,
                                    {.chunk = {4}});
    }

    /// The group of a run of this recipe with some keys changed.
    std::string group(const std::vector<std::string>& changes = {},
                      const std::string& train = "a.h5")
    {
        const auto recipe = folder_.file(
            "recipe.yaml", "name: x\nseed: 1\ndata: {type: top_tagging, train: " + train +
                               "}\ntrainer: {epochs: 2, device: cpu}\n");
        return group_of(load_config(recipe, changes));
    }

    std::string group_of(const ConfigNode& root)
    {
        RunConfig config(root);
        config.make_reader();
        resolved = to_yaml(config.resolved());
        FileHashes hashes;
        return config.group(hashes);
    }

    std::string resolved;

  private:
    test::TempFolder folder_;
};

TEST(Group, IsTheSameInTwoClonesAndOnAnyDeviceAndForAnySeed)
{
    Clone here, there;
    const std::string group = here.group();
    EXPECT_EQ(there.group(), group);
    EXPECT_EQ(here.group({"seed=7", "name=other"}), group);
    EXPECT_EQ(here.group({"trainer.device=auto"}), group);
    EXPECT_EQ(here.group({}, "b.h5"), group) << "the same content under another name";
    here.group();
    EXPECT_EQ(here.group_of(parse_yaml(here.resolved, "resolved.yaml")), group);
    for (const char* train : {"'*.h5'", "[a.h5, b.h5]", "[{file: a.h5, class: qcd}]"})
        EXPECT_EQ(there.group({}, train), here.group({}, train)) << train;
}

TEST(Group, DiffersWhenTheModelOrItsDataDiffer)
{
    Clone here, other_data(2);
    const std::string group = here.group();
    EXPECT_NE(here.group({"trainer.epochs=3"}), group);
    EXPECT_NE(here.group({"data.max_rows=5"}), group);
    EXPECT_NE(here.group({}, "[a.h5, b.h5]"), group);
    EXPECT_NE(here.group({}, "[{file: a.h5, class: qcd}]"),
              here.group({}, "[{file: a.h5, class: top}]"));
    EXPECT_NE(other_data.group(), group);
}

}  // namespace
}  // namespace jetsmith
