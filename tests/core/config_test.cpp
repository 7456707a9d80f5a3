// SPDX-License-Identifier: Apache-2.0
#include "core/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/user_error.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

using test::user_error;
using testing::HasSubstr;

Config parsed(const std::string& yaml)
{
    return Config(parse_yaml(yaml, "top.yaml"), "model", "model 'cnn'");
}

TEST(Config, ReadsEveryTypeAndKeepsDefaultsOfAbsentKeys)
{
    auto config = parsed("flag: true\ncount: 7\nrate: 1.5e-3\nname: cnn\nsizes: [3, 4]\n");
    bool flag = false;
    int64_t count = 0, absent = 42;
    double rate = 0;
    std::string name;
    std::vector<int64_t> sizes;
    config.read("flag", flag, "a flag");
    config.read("count", count, "a count");
    config.read("rate", rate, "a rate");
    config.read("name", name, "a name");
    config.read("sizes", sizes, "sizes");
    config.read("absent", absent, "not in the file");
    config.finish();
    EXPECT_TRUE(flag);
    EXPECT_EQ(count, 7);
    EXPECT_DOUBLE_EQ(rate, 1.5e-3);
    EXPECT_EQ(name, "cnn");
    EXPECT_EQ(sizes, (std::vector<int64_t>{3, 4}));
    EXPECT_EQ(absent, 42);
}

TEST(Config, TheFiveErrorsNamePlacePathValueAndWayOut)
{
    int64_t filters = 0;
    double rate = 0;
    const auto unknown = user_error([&] {
        auto config = parsed("\nfilter: 3\n");
        config.read("filters", filters, "feature maps");
        config.finish();
    });
    EXPECT_EQ(unknown,
              "top.yaml:2: model.filter: unknown key (model 'cnn' does not read it). "
              "Did you mean 'filters'?");
    const auto missing = user_error(
        [&] { parsed("a: 1").require("filters", filters, "feature maps"); });
    EXPECT_EQ(missing,
              "top.yaml:1: model.filters: missing key (model 'cnn' needs it: an integer, feature "
              "maps; seen: a). See jetsmith list model cnn.");
    const auto wrong = user_error(
        [&] { parsed("\n\nfilters: many\n").read("filters", filters, "feature maps"); });
    EXPECT_EQ(wrong, "top.yaml:3: model.filters: must be an integer (seen: many). Leave it out for "
                     "the default, 0.");
    const auto range = user_error([&] {
        parsed("rate: -1").read("rate", rate, "a rate", within(0, 1));
    });
    EXPECT_EQ(range, "top.yaml:1: model.rate: -1 is out of range (must be between 0 and 1). Leave it "
                     "out for the default, 0.");
    const auto duplicate = user_error([&] { parsed("a: 1\nb: 2\na: 3\n"); });
    EXPECT_EQ(duplicate,
              "top.yaml:3: a: duplicate key (first seen in line 1; one wanted). Remove one of them.");
}

TEST(Config, AnUnknownWordNamesTheNearestOfThoseThatArePossible)
{
    std::string word = "auto";
    std::vector<std::string> words{"pt"};
    EXPECT_EQ(user_error([&] { parsed("p: fp16").read("p", word, "a word", one_of({"fp32", "auto"})); }),
              "top.yaml:1: model.p: 'fp16' is unknown (must be one of fp32, auto). Did you mean "
              "'fp32'?");
    EXPECT_EQ(user_error([&] {
                  parsed("w: [pt, weight]").read("w", words, "words", one_of({"pt", "energy"}));
              }),
              "top.yaml:1: model.w: 'weight' is unknown (each must be one of pt, energy). Leave it "
              "out for the default, [pt].");
}

TEST(Config, AMissingKeyMayBeAMisspeltOne)
{
    std::string type;
    EXPECT_THAT(user_error([&] { parsed("typ: cnn").require("type", type, "which one"); }),
                testing::EndsWith("seen: typ). Is 'typ' a misspelling of it?"));
}

struct NumberCase {
    const char* text;
    bool integer, number;
};

class ConfigNumbers : public testing::TestWithParam<NumberCase> {};

TEST_P(ConfigNumbers, AreReadAsEveryYamlVersionReadsThem)
{
    const auto& c = GetParam();
    const std::string yaml = std::string("value: ") + c.text + "\n";
    int64_t integer = 0;
    double number = 0;
    const auto as_integer = user_error([&] { parsed(yaml).read("value", integer, "an integer"); });
    const auto as_number = user_error([&] { parsed(yaml).read("value", number, "a number"); });
    EXPECT_EQ(as_integer == "no error", c.integer) << c.text << ": " << as_integer;
    EXPECT_EQ(as_number == "no error", c.number) << c.text << ": " << as_number;
}

INSTANTIATE_TEST_SUITE_P(All, ConfigNumbers,
                         testing::Values(NumberCase{"12", true, true}, NumberCase{"-3", true, true},
                                         NumberCase{"+3", true, true}, NumberCase{"0", true, true},
                                         NumberCase{"012", false, false},
                                         NumberCase{"1_000", false, false},
                                         NumberCase{"0o17", false, false},
                                         NumberCase{"1.0", false, true},
                                         NumberCase{"1e3", false, true},
                                         NumberCase{"0.5", false, true},
                                         NumberCase{"nan", false, false},
                                         NumberCase{".inf", false, false},
                                         NumberCase{"inf", false, false},
                                         NumberCase{"\"3\"", false, false},
                                         NumberCase{"3 GeV", false, false},
                                         NumberCase{"99999999999999999999", false, true},
                                         NumberCase{"true", false, false}));

TEST(Config, RefusesMergeKeysCyclesBombsAndDepth)
{
    EXPECT_THAT(user_error([] { parse_yaml("a: &x {b: 1}\nc: {<<: *x}\n", "f.yaml"); }),
                HasSubstr("f.yaml:2: merge keys ('<<') are not supported"));
    EXPECT_THAT(user_error([] { parse_yaml("a: &x [1, *x]\n", "f.yaml"); }),
                HasSubstr("an alias points to a section that contains it"));
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 9; ++i) {
        std::string line = fmt::format("a{}: &a{} [", i, i);
        for (int k = 0; k < 9; ++k) line += fmt::format("{}*a{}", k ? ", " : "", i - 1);
        bomb += line + "]\n";
    }
    EXPECT_THAT(user_error([&] { parse_yaml(bomb, "f.yaml"); }),
                HasSubstr("expands to more than 100000 values"));
    EXPECT_THAT(user_error([] { parse_yaml(std::string(100, '[') + std::string(100, ']'), "f.yaml"); }),
                HasSubstr("nested deeper than 64 levels"));
    EXPECT_THAT(user_error([] { parse_yaml("a: [1, 2\n", "f.yaml"); }), HasSubstr("not valid YAML"));
    EXPECT_THAT(user_error([] { parse_yaml("a: 1\n---\nb: 2\n", "f.yaml"); }),
                HasSubstr("more than one YAML document"));
}

TEST(Config, AnOrdinaryAliasRepeatsItsValue)
{
    const auto node = parse_yaml("a: &x {k: 3}\nb: *x\n", "f.yaml");
    EXPECT_EQ(node.find("b")->find("k")->scalar, "3");
}

TEST(Config, BaseFilesMergeDeeplyListsReplaceAndAnotherTypeReplacesTheSection)
{
    const test::TempFolder folder;
    folder.file("base/common.yaml",
                "seed: 1\ntrainer: {epochs: 3, batch_size: 64}\nsizes: [1, 2, 3]\n"
                "model: {type: cnn, dropout: 0.5}\noptimizer: {type: adam, lr: 0.1}\n");
    const auto top = folder.file("top.yaml",
                                 "base: base/common.yaml\ntrainer: {epochs: 9}\nsizes: [7]\n"
                                 "model: {type: mlp}\noptimizer: {lr: 0.2}\n");
    const auto node = load_config(top);
    EXPECT_EQ(node.find("trainer")->find("epochs")->scalar, "9");
    EXPECT_EQ(node.find("trainer")->find("batch_size")->scalar, "64");
    EXPECT_EQ(node.find("sizes")->shown(), "[7]");
    EXPECT_EQ(node.find("model")->find("dropout"), nullptr);
    EXPECT_EQ(node.find("optimizer")->find("type")->scalar, "adam");
    EXPECT_EQ(node.find("optimizer")->find("lr")->scalar, "0.2");
    EXPECT_EQ(node.find("base"), nullptr);
}

TEST(Config, OverridesAreCheckedLikeFileValuesAndNameThemselves)
{
    const test::TempFolder folder;
    const auto top = folder.file("top.yaml", "model: {type: cnn, filters: 3}\n");
    const auto node = load_config(top, {"model.filters=x", "model.sizes=[1, 2]"});
    EXPECT_EQ(node.find("model")->find("sizes")->items.size(), 2U);
    int64_t filters = 0;
    Config model(*node.find("model"), "model", "model 'cnn'");
    EXPECT_EQ(user_error([&] { model.read("filters", filters, "maps"); }),
              "--set model.filters=x: model.filters: must be an integer (seen: x). Leave it out for "
              "the default, 0.");
    EXPECT_THAT(user_error([&] { load_config(top, {"model"}); }),
                HasSubstr("section.key=value wanted"));
}

TEST(Config, AnOverrideMayFillASectionThatIsEmptyInTheFile)
{
    const test::TempFolder folder;
    const auto top = folder.file("top.yaml", "trainer:\nmodel: {type: cnn}\n");
    const auto node = load_config(top, {"trainer.epochs=3"});
    EXPECT_EQ(node.find("trainer")->find("epochs")->scalar, "3");
}

TEST(Config, PathsAreRelativeToTheFileInWhichTheyStand)
{
    const test::TempFolder folder;
    folder.file("base/common.yaml", "train: data/train.h5\n");
    const auto top = folder.file("recipes/top.yaml", "base: ../base/common.yaml\ntest: test.h5\n");
    Config config(load_config(top), "", "a run");
    std::filesystem::path train, test;
    config.read("train", train, "a file");
    config.read("test", test, "a file");
    EXPECT_EQ(train, folder.path() / "base/data/train.h5");
    EXPECT_EQ(test, folder.path() / "recipes/test.h5");
}

TEST(Config, ResolvedConfigHoldsDefaultsAndReadsBackEqual)
{
    auto config = parsed("rate: 0.25\ntitle: \"12\"\nnested: {deep: [a, \"b c\", \"# d\"]}\n");
    double rate = 1, other = 2.5;
    std::string title;
    config.read("rate", rate, "a rate");
    config.read("other", other, "another");
    config.read("title", title, "a title");
    auto nested = config.section("nested", "a section");
    std::vector<std::string> deep;
    nested.read("deep", deep, "texts");
    const std::string yaml = to_yaml(config.resolved());
    Config again(parse_yaml(yaml, "resolved.yaml"), "model", "model 'cnn'");
    double rate2 = 0, other2 = 0;
    std::string title2;
    std::vector<std::string> deep2;
    again.read("rate", rate2, "a rate");
    again.read("other", other2, "another");
    again.read("title", title2, "a title");
    auto nested2 = again.section("nested", "a section");
    nested2.read("deep", deep2, "texts");
    again.finish();
    EXPECT_EQ(rate2, 0.25);
    EXPECT_EQ(other2, 2.5);
    EXPECT_EQ(title2, "12");
    EXPECT_EQ(deep2, (std::vector<std::string>{"a", "b c", "# d"}));
    EXPECT_EQ(to_yaml(again.resolved()), yaml);
}

TEST(Config, DescribingHearsEveryOptionWithoutAFile)
{
    auto config = Config::describing("cnn");
    int64_t filters = 32, kernel = 0;
    config.read("filters", filters, "feature maps", positive);
    config.require("kernel", kernel, "rows of the kernel [pixels]");
    for (auto& item : config.items("layers", "blocks")) item.read("pool", kernel, "pooling");
    const auto declared = config.declarations();
    ASSERT_EQ(declared.size(), 3U);
    EXPECT_EQ(declared[0].default_text, "32");
    EXPECT_EQ(declared[0].wanted, "above 0");
    EXPECT_TRUE(declared[1].required);
    ASSERT_EQ(declared[2].children.size(), 1U);
    EXPECT_EQ(declared[2].children[0].key, "pool");
}

TEST(Config, NearestNameFindsTyposAndPrefixesButNotStrangers)
{
    const std::vector<std::string> known{"batch_size", "epochs", "device"};
    EXPECT_EQ(nearest_name("epoch", known), "epochs");
    EXPECT_EQ(nearest_name("bach_size", known), "batch_size");
    EXPECT_EQ(nearest_name("batch", known), "batch_size");
    EXPECT_EQ(nearest_name("momentum", known), "");
}

}  // namespace
}  // namespace jetsmith
