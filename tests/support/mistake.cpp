// SPDX-License-Identifier: Apache-2.0
#include "tests/support/mistake.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "core/config.h"
#include "tests/support/bad_input_files.h"
#include "tests/support/paths.h"
#include "tests/support/run_program.h"

namespace jetsmith::test {
namespace {

namespace fs = std::filesystem;

fs::path catalogue() { return test::source_folder() / "tests/integration/bad_input"; }

std::map<std::string, std::string> texts(const ConfigNode& entry, const char* key)
{
    std::map<std::string, std::string> all;
    if (const auto* map = entry.find(key))
        for (const auto& [name, value] : map->entries) all[name] = value.scalar;
    return all;
}

Mistake read_mistake(const ConfigNode& entry, const std::string& recipe)
{
    Mistake m;
    m.recipe = recipe;
    Config config(entry, entry.place(), "a mistake");
    config.require("mistake", m.name, "name of the test");
    config.read("recipe", m.recipe, "in recipes/");
    config.read("set", m.set, "settings on the command line");
    config.read("config", m.config, "text of mistake.yaml");
    config.read("command", m.command, "arguments of the program");
    config.section("environment", "variables of the environment");
    config.section("files", "further files");
    config.section("spoilt", "files that are damaged");
    m.environment = texts(entry, "environment");
    m.files = texts(entry, "files");
    m.spoilt = texts(entry, "spoilt");
    config.read("trained", m.trained, "folder of a trained run");
    config.read("under", m.under, "what the machine lacks",
                one_of({"no rights", "full disk", "small files"}));
    config.read("leaves", m.leaves, "the run had begun");
    config.read("exit", m.exit_code, "exit code");
    config.require("place", m.place, "where the message says it is");
    config.require("problem", m.problem, "what is wrong");
    config.require("seen", m.seen, "value seen");
    config.require("wanted", m.wanted, "value wanted");
    config.require("suggestion", m.suggestion, "the end of the message");
    config.finish_own_keys();
    return m;
}

std::set<std::string> files_below(const fs::path& folder)
{
    std::set<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(
             folder, fs::directory_options::skip_permission_denied))
        all.insert(fs::relative(entry.path(), folder).string());
    return all;
}

/// Arguments before the program that take something from it.
std::vector<std::string> wrapper(const std::string& under)
{
    const bool root = ::geteuid() == 0;
    if (under == "no rights" && root)
        return {"setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"};
    if (under == "small files")
        return {"sh", "-c", "trap '' XFSZ; ulimit -f 2; exec \"$@\"", "sh"};
    if (under == "full disk")
        return {"unshare", root ? "-m" : "-rm", "sh", "-c",
                "mkdir disk && mount -t tmpfs -o size=4k none disk && exec \"$@\"", "sh"};
    return {};
}

}  // namespace

std::vector<Mistake> read_mistakes()
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(catalogue()))
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<Mistake> all;
    for (const auto& file : files) {
        const ConfigNode root = load_config(file);
        const auto* recipe = root.find("recipe");
        for (const auto& entry : root.find("mistakes")->items)
            all.push_back(read_mistake(entry, recipe ? recipe->scalar : "cnn"));
    }
    return all;
}

MistakeCase::MistakeCase(const fs::path& root, const Mistake& mistake)
    : folder_(root / mistake.name), mistake_(mistake)
{
    fs::create_directories(folder_);
    fs::copy(root / "good", folder_ / "data");
    for (const auto& recipe : fs::directory_iterator(catalogue() / "recipes"))
        fs::copy(recipe.path(), folder_ / recipe.path().filename());
    const fs::path config = folder_ / "mistake.yaml";
    if (mistake.config.empty())
        fs::copy(folder_ / (mistake.recipe + ".yaml"), config);
    else
        std::ofstream(config) << filled(mistake.config);
    if (!mistake.trained.empty())
        fs::copy(root / "trained", folder_ / mistake.trained, fs::copy_options::recursive);
    for (const auto& [name, text] : mistake.files) {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name) << filled(text);
    }
    for (const auto& [name, how] : mistake.spoilt) spoil(folder_ / name, how);
}

std::string MistakeCase::filled(std::string text) const
{
    const std::string name = "{folder}";
    for (size_t at; (at = text.find(name)) != std::string::npos;)
        text.replace(at, name.size(), folder_.string());
    return text;
}

Outcome MistakeCase::run() const
{
    auto arguments = mistake_.command;
    if (arguments.empty()) arguments = {"train", "mistake.yaml", "--out", "run"};
    for (const auto& setting : mistake_.set) arguments.insert(arguments.end(), {"--set", setting});
    for (auto& argument : arguments) argument = filled(argument);
    auto all = wrapper(mistake_.under);
    if (!all.empty() && run_other(all.front(), {"--version"}).exit_code == 127)
        return {.skipped = all.front() + " is not on this machine"};
    if (mistake_.under == "full disk" &&
        run_other("unshare", {all[1], "mount", "-t", "tmpfs", "none", "/mnt"}).exit_code != 0)
        return {.skipped = "this user may not mount a small disk"};
    const auto before = files_below(folder_);
    all.emplace_back("env");
    for (const auto& [name, value] : mistake_.environment) all.push_back(name + "=" + value);
    all.push_back(program().string());
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto result = run_other(all[0], {all.begin() + 1, all.end()}, folder_.string());
    Outcome outcome{result.exit_code, result.err, folder_.string(), {}, ""};
    for (const auto& file : files_below(folder_))
        if (!before.contains(file)) outcome.left.push_back(file);
    for (const auto& [name, how] : mistake_.spoilt)  // so that the folder can be removed
        if (fs::exists(folder_ / name)) fs::permissions(folder_ / name, fs::perms::owner_all);
    return outcome;
}

}  // namespace jetsmith::test
