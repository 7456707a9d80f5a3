// SPDX-License-Identifier: Apache-2.0
#include "core/config_place.h"

#include <gtest/gtest.h>

#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

ConfigNode run_config()
{
    return parse_yaml("data: {type: toy, val: v.h5}\n"
                      "callbacks:\n"
                      "  - {type: ema}\n"
                      "  - type: early_stopping\n"
                      "    monitor: auc\n"
                      "trainer:\n"
                      "  device: cuda\n",
                      "run.yaml");
}

TEST(ConfigPlace, AKeyGetsItsFileAndLine)
{
    const auto root = run_config();
    EXPECT_EQ(with_place(root, "trainer.device: no."), "run.yaml:7: trainer.device: no.");
    EXPECT_EQ(with_place(root, "callbacks[1].monitor: no."), "run.yaml:5: callbacks[1].monitor: no.");
    EXPECT_EQ(with_place(root, "callbacks[0].type: no."), "run.yaml:3: callbacks[0].type: no.");
}

TEST(ConfigPlace, AnAbsentKeyGetsTheLineOfItsSection)
{
    EXPECT_EQ(with_place(run_config(), "data.train: missing."), "run.yaml:1: data.train: missing.");
}

TEST(ConfigPlace, OtherMessagesStayAsTheyAre)
{
    const auto root = run_config();
    for (const char* message : {"/tmp/train.h5: not found.", "model.latent: too many.", "no colon",
                                "run.yaml:7: trainer.device: no.", "out of memory: buy more.", ""})
        EXPECT_EQ(with_place(root, message), message);
}

TEST(ConfigPlace, IsNamedForWhateverTheWorkRefuses)
{
    const auto root = run_config();
    EXPECT_EQ(test::user_error([&] {
                  naming_places(root, [] { throw UserError("trainer.device: no."); });
              }),
              "run.yaml:7: trainer.device: no.");
}

}  // namespace
}  // namespace jetsmith
