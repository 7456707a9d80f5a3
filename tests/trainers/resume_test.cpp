// SPDX-License-Identifier: Apache-2.0
#include "trainers/resume.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

const std::string kConfig =
    "seed: 1\ndata: {type: toy, train: a.h5}\nmodel: {type: cnn, dense: [16, 8]}\n"
    "trainer: {epochs: 2, batch_size: 32, device: cpu}\n";
const Json kFacts = run_facts({{"train", {{"a.h5", "0123456789abcdef"}}}, {"test", Json::object()}});

/// The config after `set` was applied to it.
ConfigNode changed(const std::string& from, const std::string& to)
{
    std::string text = kConfig;
    text.replace(text.find(from), from.size(), to);
    ConfigNode node = parse_yaml(text, "config.yaml");
    node.find("data")->find("train")->path = true;
    return node;
}

std::string refusal(const ConfigNode& now, const Json& facts = kFacts)
{
    return test::user_error([&] {
        check_same_run(parse_yaml(kConfig, "config.yaml"), now, kFacts, facts, "runs/toy");
    });
}

TEST(CheckSameRun, LengthAndDeviceMayChange)
{
    EXPECT_NO_THROW(check_same_run(parse_yaml(kConfig, "config.yaml"), changed("epochs: 2", "epochs: 9"),
                                   kFacts, kFacts, "run"));
    EXPECT_NO_THROW(check_same_run(parse_yaml(kConfig, "config.yaml"),
                                   changed("device: cpu", "device: cuda"), kFacts, kFacts, "run"));
}

TEST(CheckSameRun, ModelSeedAndBatchesMayNot)
{
    EXPECT_THAT(refusal(changed("[16, 8]", "[16, 9]")), HasSubstr("model.dense[1] was 8 and is 9"));
    EXPECT_THAT(refusal(changed("[16, 8]", "[16]")), HasSubstr("model.dense[1] was 8 and is absent"));
    EXPECT_THAT(refusal(changed("seed: 1", "seed: 2")), HasSubstr("seed was 1 and is 2"));
    const auto message = refusal(changed("batch_size: 32", "batch_size: 64"));
    EXPECT_THAT(message, HasSubstr("runs/toy: "));
    EXPECT_THAT(message, HasSubstr("trainer.batch_size was 32 and is 64"));
    EXPECT_THAT(message, HasSubstr("--init-from runs/toy"));
}

TEST(CheckSameRun, FilesMayMoveButNotChange)
{
    EXPECT_NO_THROW(check_same_run(parse_yaml(kConfig, "config.yaml"), changed("a.h5", "moved/b.h5"),
                                   kFacts, kFacts, "run"));
    const Json other = run_facts({{"train", {{"a.h5", "fedcba9876543210"}}}});
    EXPECT_THAT(refusal(changed("a.h5", "a.h5"), other),
                HasSubstr("data.train was SHA-256 0123456789ab and is fedcba987654"));
}

}  // namespace
}  // namespace jetsmith
