// SPDX-License-Identifier: Apache-2.0
// Any bytes as a config: parsed, overridden, read by options, resolved and written back. Nothing
// but a UserError may come of it, and what is written must read back to the same values. Lines at
// the beginning such as "--set a.b=c" are overrides.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/config_merge.h"
#include "core/config_place.h"
#include "core/config_values.h"
#include "core/errors.h"

namespace {

using namespace jetsmith;
using Kind = ConfigNode::Kind;

/// As a number or a truth value; texts that are neither may gain or lose their quotes.
template <typename T>
bool reads_alike(const ConfigNode& a, const ConfigNode& b)
{
    T x{}, y{};
    const bool is_a = config_values::from_node(a, x), is_b = config_values::from_node(b, y);
    return is_a == is_b && x == y;
}

bool same(const ConfigNode& a, const ConfigNode& b)
{
    if (a.kind != b.kind || a.scalar != b.scalar || a.items.size() != b.items.size() ||
        a.entries.size() != b.entries.size() || !reads_alike<int64_t>(a, b) ||
        !reads_alike<double>(a, b) || !reads_alike<bool>(a, b))
        return false;
    for (size_t k = 0; k < a.items.size(); ++k)
        if (!same(a.items[k], b.items[k])) return false;
    for (size_t k = 0; k < a.entries.size(); ++k)
        if (a.entries[k].first != b.entries[k].first ||
            !same(a.entries[k].second, b.entries[k].second))
            return false;
    return true;
}

/// Aborts, which is what a fuzzer looks for, unless the tree reads back from its text.
void expect_round_trip(const ConfigNode& tree)
{
    ConfigNode again = parse_yaml(to_yaml(tree), "again.yaml");
    if (again.kind == Kind::null) again.kind = Kind::map;
    if (!same(tree, again)) std::abort();
}

/// The sections and options of a run in miniature.
void read_options(const ConfigNode& tree)
{
    Config config(tree, "", "run");
    std::string name;
    int64_t seed = 0, epochs = 1;
    double lr = 0.1;
    std::vector<double> efficiencies;
    std::vector<std::string> channels;
    std::filesystem::path train;
    std::map<std::string, double> weights;
    config.require("name", name, "name of the run");
    config.read("seed", seed, "seed", non_negative);
    Config data = config.section("data", "data");
    data.read("train", train, "a path");
    data.read("class_weights", weights, "weights");
    config.section("optimizer", "optimizer").read("lr", lr, "learning rate", positive);
    Config trainer = config.section("trainer", "trainer");
    trainer.read("epochs", epochs, "epochs", within(1, 1000));
    config.section("inputs", "inputs")
        .read("channels", channels, "channels", one_of({"pt", "count"}));
    config.section("evaluate", "evaluate")
        .read("signal_efficiencies", efficiencies, "efficiencies");
    for (auto& callback : config.items("callbacks", "callbacks"))
        callback.read("type", name, "which callback");
    expect_round_trip(config.resolved());
    config.finish();
}

void run(std::string_view input)
{
    std::vector<std::string> overrides;
    constexpr std::string_view kSet = "--set ";
    while (input.starts_with(kSet)) {
        const size_t end = std::min(input.find('\n'), input.size());
        overrides.emplace_back(input.substr(kSet.size(), end - kSet.size()));
        input.remove_prefix(std::min(end + 1, input.size()));
    }
    ConfigNode tree = parse_yaml(std::string(input), "fuzz.yaml");
    if (tree.kind == Kind::null) tree.kind = Kind::map;
    if (tree.kind != Kind::map) return;
    for (const auto& text : overrides) apply_override(tree, text);
    expect_round_trip(tree);
    with_place(tree, "data.train[0].x: of no use");
    read_options(tree);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    try {
        run({reinterpret_cast<const char*>(data), size});
    } catch (const UserError& error) {
        if (std::strchr(error.what(), '\n') != nullptr) std::abort();
    }
    return 0;
}
