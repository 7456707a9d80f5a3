// SPDX-License-Identifier: Apache-2.0
#include "core/config_write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/config_merge.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using ::testing::HasSubstr;

/// Texts that YAML would take for something else when they stood there without quotes.
const std::vector<std::string>& awkward_texts()
{
    static const std::vector<std::string> all{"",
                                              " ",
                                              " a",
                                              "a ",
                                              "~",
                                              "null",
                                              "a: b",
                                              "a:",
                                              ":a",
                                              "- a",
                                              "-",
                                              "--- a",
                                              "...",
                                              "... a",
                                              "#a",
                                              "a #b",
                                              "a#b",
                                              "[a",
                                              "a]",
                                              "{a: 1}",
                                              "a,b",
                                              "a\"b",
                                              "'a'",
                                              "a\\nb",
                                              "a\nb",
                                              "a\r\nb",
                                              "\ta",
                                              "a\x01b",
                                              "\x7f",
                                              "*a",
                                              "&a b",
                                              "!a",
                                              "? a",
                                              "| a",
                                              "> a",
                                              "% a",
                                              "@a",
                                              "`a",
                                              "=",
                                              "<a",
                                              "<< a",
                                              "-1",
                                              "0x10",
                                              "\xc2\x85",
                                              "\xe2\x80\xa8",
                                              "\xef\xbb\xbf"
                                              "a",
                                              "\xc3\xa9",
                                              "true",
                                              "1e3",
                                              std::string("a\0b", 3)};
    return all;
}

TEST(ConfigWrite, EveryTextReadsBackAsKeyAsValueAndInAList)
{
    for (const auto& text : awkward_texts()) {
        const bool is_key = std::none_of(text.begin(), text.end(),
                                         [](unsigned char c) { return c < 0x20 || c == 0x7f; });
        const std::string name = is_key ? text : "key";
        ConfigNode inner, list, root;
        inner.kind = root.kind = ConfigNode::Kind::map;
        inner.entries.emplace_back(name, ConfigNode::text(text));
        list.kind = ConfigNode::Kind::list;
        list.items = {ConfigNode::text(text), inner};
        root.entries = {{name, ConfigNode::text(text)}, {name + "x", inner}, {name + "y", list}};
        const std::string yaml = to_yaml(root);
        const ConfigNode again = parse_yaml(yaml, "again.yaml");
        ASSERT_EQ(again.entries.size(), 3u) << yaml;
        EXPECT_EQ(again.entries[0].first, name) << yaml;
        EXPECT_EQ(again.entries[0].second.scalar, text) << yaml;
        ASSERT_EQ(again.entries[1].second.entries.size(), 1u) << yaml;
        EXPECT_EQ(again.entries[1].second.entries[0].first, name) << yaml;
        const auto& items = again.entries[2].second.items;
        ASSERT_EQ(items.size(), 2u) << yaml;
        EXPECT_EQ(items[0].scalar, text) << yaml;
        EXPECT_EQ(items[1].find(name)->scalar, text) << yaml;
    }
}

TEST(ConfigWrite, PlainTextsStayPlain)
{
    for (const char* text : {"a b", "../x/*.h5", "0:2100:3", "-1.5e-3", "a-b_c.d", "a=b", "C:x"})
        EXPECT_EQ(flow_yaml(ConfigNode::text(text)), text);
}

TEST(ConfigParse, AConfigOfManyKeysIsReadAndMerged)
{
    std::string text;
    for (int k = 0; k < 90'000; ++k) text += "key_" + std::to_string(k) + ": 1\n";
    ConfigNode many = parse_yaml(text, "many.yaml");
    EXPECT_EQ(many.entries.size(), 90'000u);
    merge(many, parse_yaml(text, "again.yaml"));
    EXPECT_EQ(many.entries.size(), 90'000u);
    EXPECT_THAT(test::user_error([&] { parse_yaml(text + "key_8: 2\n", "many.yaml"); }),
                HasSubstr("many.yaml:90001: key_8: duplicate key (first seen in line 9"));
}

TEST(ConfigParse, AnchoredCopiesCountAsValues)
{
    std::string text = "a: ", end;
    for (int level = 0; level < 50; ++level) {
        text += "&a" + std::to_string(level) + " [";
        end += "]";
    }
    for (int k = 0; k < 3000; ++k) text += "1,";
    EXPECT_THAT(test::user_error([&] { parse_yaml(text + "1" + end, "x.yaml"); }),
                HasSubstr("expands to more than 100000 values"));
}

TEST(ConfigParse, MessagesAboutLineBreaksStayOnOneLine)
{
    for (const char* text :
         {"\"a\\nb\": 1", "\"a\\x01\": 1", "a: \"\\\r\"", "a: \"\\\x0b\"", "a: [\r b"}) {
        const auto message = test::user_error([&] { parse_yaml(text, "x.yaml"); });
        EXPECT_THAT(message, HasSubstr("x.yaml:")) << text;
        EXPECT_EQ(message.find_first_of("\n\r\v\x01"), std::string::npos) << message;
    }
}

TEST(ConfigParse, AKeyIsNoText)
{
    EXPECT_EQ(parse_yaml(std::string(200, 'k') + ": 1", "x.yaml").entries.size(), 1u);
    EXPECT_THAT(test::user_error([] { parse_yaml(std::string(201, 'k') + ": 1", "x.yaml"); }),
                HasSubstr("x.yaml:1: a key of 201 bytes"));
}

}  // namespace
}  // namespace jetsmith
