// SPDX-License-Identifier: Apache-2.0
// Every optimizer against the trajectory of Python PyTorch's own, in double precision.
#include "trainers/optimizer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/golden.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using nlohmann::json;

/// PyTorch's names of types and hyperparameters in ours.
std::string our_config(const json& c)
{
    const json& h = c["hyperparameters"];
    const std::string type = c["type"];
    std::string yaml = fmt::format("lr: {}\nweight_decay: {}\n", h["lr"].get<double>(),
                                   h["weight_decay"].get<double>());
    const auto add = [&](const char* theirs, const char* ours) {
        if (h.contains(theirs)) yaml += fmt::format("{}: {}\n", ours, h[theirs].dump());
    };
    if (type == "SGD")
        return yaml + fmt::format("type: sgd\nmomentum: {}\nnesterov: {}\n", h["momentum"].dump(),
                                  h["nesterov"].dump());
    add("eps", "epsilon");
    add("alpha", "alpha");
    add("rho", "rho");
    add("momentum", "momentum");
    add("centered", "centered");
    if (h.contains("betas"))
        yaml += fmt::format("beta1: {}\nbeta2: {}\n", h["betas"][0].dump(), h["betas"][1].dump());
    std::string lower = type;
    for (char& letter : lower) letter = static_cast<char>(std::tolower(letter));
    return yaml + "type: " + lower + "\n";
}

at::Tensor flat(const json& w, const json& b)
{
    std::vector<double> all = w.get<std::vector<double>>();
    for (const double value : b.get<std::vector<double>>()) all.push_back(value);
    return at::tensor(at::ArrayRef<double>(all), at::kDouble);
}

std::unique_ptr<Optimizer> make(const std::string& yaml, const at::Tensor& values)
{
    Config config(parse_yaml(yaml, "test.yaml"), "optimizer", "a test");
    return Registry<Optimizer>::make(config, values);
}

TEST(Optimizers, FollowPyTorchStepByStep)
{
    const json golden = test::golden("optimizer_trajectories.json");
    std::set<std::string> seen;
    for (const auto& [name, c] : golden["optimizers"].items()) {
        SCOPED_TRACE(name);
        at::Tensor values = flat(golden["start"]["w"], golden["start"]["b"]);
        const auto optimizer = make(our_config(c), values);
        seen.insert(c["type"]);
        const auto rate = at::scalar_tensor(optimizer->learning_rate(), at::kDouble);
        const auto skip = at::scalar_tensor(0.0, at::kFloat);
        for (size_t step = 0; step < 20; ++step) {
            const auto gradient =
                flat(golden["gradients"]["w"][step], golden["gradients"]["b"][step]);
            optimizer->step(values, gradient, rate, skip);
            const auto expected = c["after"].find(std::to_string(step + 1));
            if (expected == c["after"].end()) continue;
            const auto difference =
                (values - flat((*expected)["w"], (*expected)["b"])).abs().max().item<double>();
            EXPECT_TRUE(difference <= 1e-12) << "after step " << step + 1 << ": " << difference;
        }
    }
    EXPECT_EQ(seen.size(), Registry<Optimizer>::names().size());
}

TEST(Optimizers, RefuseEveryNumberThatIsInfiniteAsFloat32)
{
    at::Tensor values = at::tensor({1.0F});
    int numbers = 0;
    for (const auto& component : all_components()) {
        if (component.family != Family<Optimizer>::name) continue;
        for (const auto& option : component.describe()) {
            if (option.type != "a number") continue;
            ++numbers;
            const auto yaml = fmt::format("type: {}\n{}: 1e39\n", component.name, option.key);
            EXPECT_THAT(test::user_error([&] { make(yaml, values); }),
                        testing::HasSubstr(option.key + ": 1e39 is out of range (must be "))
                << component.name;
        }
    }
    EXPECT_GE(numbers, 3 * std::ssize(Registry<Optimizer>::names()));
}

TEST(Optimizers, ALearningRateThatFloat32RoundsToZeroIsRefused)
{
    at::Tensor values = at::tensor({1.0F});
    for (const auto& name : Registry<Optimizer>::names())
        EXPECT_THAT(test::user_error([&] { make("type: " + name + "\nlr: 1e-60\n", values); }),
                    testing::HasSubstr("lr: 1e-60 is out of range (must be between 1.2e-38 and "));
}

TEST(Optimizers, ASkippedStepChangesNothingAtAll)
{
    for (const auto& name : Registry<Optimizer>::names()) {
        SCOPED_TRACE(name);
        at::Tensor values = at::tensor({1.0F, -2.0F, 3.0F});
        const auto gradient = at::tensor({0.5F, 0.25F, -1.0F});
        const auto optimizer = make("type: " + name + "\nlr: 0.1\n", values);
        const auto rate = at::scalar_tensor(0.1, at::kFloat);
        optimizer->step(values, gradient, rate, at::scalar_tensor(0.0, at::kFloat));
        const auto before = values.clone();
        std::map<std::string, at::Tensor> state;
        for (const auto& [key, tensor] : optimizer->state()) state[key] = tensor.clone();
        const auto bad = gradient * std::numeric_limits<float>::quiet_NaN();
        optimizer->step(values, bad, rate, at::scalar_tensor(1.0, at::kFloat));
        EXPECT_TRUE(values.equal(before));
        for (const auto& [key, tensor] : optimizer->state())
            EXPECT_TRUE(tensor.equal(state[key])) << key;
    }
}

}  // namespace
}  // namespace jetsmith
