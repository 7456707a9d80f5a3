// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "core/atomic_file.h"
#include "datasets/hdf5/arrays.h"
#include "tests/support/paths.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_emd.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

std::vector<std::string> jets_command(const fs::path& file, const fs::path& out,
                                      const std::vector<std::string>& more = {})
{
    std::vector<std::string> all{"emd",      file.string(), "--dataset", "jets",
                                 "--radius", "0.8",         "--out",     out.string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

TEST(EmdVerb, MeasuresAPlainDatasetAndSaysSoInJson)
{
    const test::TempFolder folder;
    const auto jets = test::single_particles(30);
    test::write_plain_jets(folder.path() / "jets.h5", jets, 4);
    const auto result = test::run_program(
        jets_command(folder.path() / "jets.h5", folder.path() / "d.h5",
                     {"--beta", "1", "--rows", "10:20", "--tier", "exact", "--json"}));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const Json json = Json::parse(result.out);
    EXPECT_EQ(json["pairs"], 45);
    EXPECT_EQ(json["computed"], 45);
    EXPECT_GT(json["pairs_per_second"].get<double>(), 0);
    EXPECT_LE(json["max_gap"].get<double>(), 1e-10);
    EXPECT_EQ(json["failed"], 0);
    EXPECT_EQ(json["tier"], "exact");
    const auto emd = hdf5::read_array<double>(hdf5::File::open(folder.path() / "d.h5"), "emd");
    ASSERT_EQ(emd.values.size(), 45U);
    EXPECT_NEAR(emd.values[44], test::distance_of_singles(jets[18][0], jets[19][0], 0.8), 1e-7);
}

TEST(EmdVerb, ReadsPublishedLayoutsWithoutAConfig)
{
    const test::TempFolder folder;
    const auto out = folder.path() / "d.h5";
    const auto result =
        test::run_program({"emd", (test::sample_folder() / "test.h5").string(), "--radius", "0.8",
                           "--rows", "0:40", "--max-particles", "20", "--out", out.string()});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("780 distances (40 x 40 jets, condensed)"));
    const auto file = hdf5::File::open(out);
    for (const double distance : hdf5::read_array<double>(file, "emd").values) {
        EXPECT_GT(distance, 0);
        EXPECT_LT(distance, 1500) << "GeV";
    }
    const Json settings = Json::parse(*file->text("/", "settings"));
    EXPECT_EQ(settings["max_particles"], 20);
    EXPECT_EQ(settings["centre"], "pt");
    const auto data = settings["files"][0]["data"].get<std::string>();
    EXPECT_THAT(data, HasSubstr("type: top_tagging"));
    EXPECT_THAT(data, testing::Not(HasSubstr("loader_threads"))) << "another machine has others";
}

TEST(EmdVerb, ComparesEventsAsAConfigSays)
{
    const test::TempFolder folder;
    const auto sample = test::source_folder() / "datasets/samples/events/test.h5";
    const auto config = folder.file(
        "emd.yaml", "base: " + (test::source_folder() / "configs/base/events.yaml").string() +
                        "\nemd:\n"
                        "  ground: events\n"
                        "  objects:\n"
                        "    - {collection: jets, kind: jet, b_tag: btag}\n"
                        "    - {collection: electrons, kind: electron}\n"
                        "    - {collection: muons, kind: muon}\n"
                        "  met: {pt: met, phi: met_phi}\n"
                        "  id: {jet-electron: 2, jet-muon: 2}\n");
    const auto run = [&](const char* name, const std::vector<std::string>& more) {
        std::vector<std::string> all{
            "emd",    sample.string(), "--config", config.string(),
            "--rows", "0:30",          "--out",    (folder.path() / name).string()};
        all.insert(all.end(), more.begin(), more.end());
        const auto result = test::run_program(all);
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return hdf5::read_array<double>(hdf5::File::open(folder.path() / name), "emd").values;
    };
    const auto once = run("a.h5", {});
    ASSERT_EQ(once.size(), 435U);
    const auto dearer = run(
        "b.h5", {"--set", "emd.other_kinds=3", "--set", "emd.id={jet-electron: 3, jet-muon: 3}"});
    int unequal = 0;
    for (size_t k = 0; k < once.size(); ++k) {
        EXPECT_GE(dearer[k], once[k] * (1 - 1e-5)) << "no factor is smaller";
        unequal += dearer[k] > once[k] * 1.001;
    }
    EXPECT_GT(unequal, 100);
}

TEST(EmdVerb, ReadsTheConfigOfItsPageAndNoClassesOfTheEvents)
{
    const test::TempFolder folder;
    const std::string page = read_text(test::source_folder() / "docs/emd.md"), fence = "```yaml\n";
    const size_t begin = page.find(fence) + fence.size();
    const auto config =
        folder.file("emd.yaml", page.substr(begin, page.find("```", begin) - begin));
    const auto sample = test::source_folder() / "datasets/samples/events/test.h5";
    const auto result = test::run_program(
        {"emd", sample, "--config", config, "--rows", "0:10", "--out", folder.path() / "d.h5"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, testing::ContainsRegex("largest certified gap [0-9.e-]+ GeV\n"));
}

TEST(EmdVerb, RefusesRowsThatAreNotThere)
{
    const test::TempFolder folder;
    const auto result =
        test::run_program({"emd", test::sample_folder() / "test.h5", "--radius", "0.8", "--rows",
                           "3990:99999", "--out", folder.path() / "d.h5"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err,
                HasSubstr("test.h5: rows 3990:99999 do not exist (the file has 4000 rows)"));
}

TEST(EmdVerb, WarnsOfPairsWithoutADistance)
{
    const test::TempFolder folder;
    auto jets = toy::jets(5);
    jets[3].clear();
    test::write_plain_jets(folder.path() / "jets.h5", jets, 90);
    const auto result =
        test::run_program(jets_command(folder.path() / "jets.h5", folder.path() / "d.h5"));
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.err,
                HasSubstr("4 of 10 pairs have no distance (the first is pair 2 (rows 0 and 3): "));
}

/// Starts the program again and again, killing it after times drawn over the length of a run.
void storm(int kills)
{
    const test::TempFolder folder;
    const auto file = folder.path() / "jets.h5", out = folder.path() / "d.h5";
    test::write_plain_jets(file, toy::jets(150), 40);
    const auto command = jets_command(file, out, {"--threads", "1"});
    const auto start = Clock::now();
    ASSERT_EQ(test::run_program(command).exit_code, 0);
    const double length = std::chrono::duration<double>(Clock::now() - start).count();
    const std::string undisturbed = read_text(out);
    fs::remove(out);
    std::mt19937 random(1);
    std::uniform_real_distribution<double> moment(0, length);
    int resumed = 0;
    for (int done = 0; done < kills;) {
        const pid_t child = test::start_program(command);
        std::this_thread::sleep_for(std::chrono::duration<double>(moment(random)));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        done += WIFSIGNALED(status);
        if (!fs::exists(out)) continue;
        // It had ended, perhaps with its last breath.
        ASSERT_EQ(read_text(out), undisturbed) << "after " << done << " kills";
        ++resumed;
        ASSERT_EQ(test::run_program(command).exit_code, 0);
        ASSERT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 2);
        fs::remove(out);
    }
    ASSERT_EQ(test::run_program(command).exit_code, 0);
    EXPECT_EQ(read_text(out), undisturbed) << resumed << " had ended before";
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 2) << "something was left";
}

TEST(EmdVerb, KilledTwentyTimesEndsWithTheSameBytes) { storm(20); }

TEST(EmdVerb, SoakKilledThreeHundredTimesEndsWithTheSameBytes) { storm(300); }

TEST(EmdVerb, StoppedByASignalSaysHowToGoOn)
{
    const test::TempFolder folder;
    const auto file = folder.path() / "jets.h5", out = folder.path() / "d.h5";
    test::write_plain_jets(file, toy::jets(900), 90);
    const auto command = jets_command(file, out, {"--threads", "1"});
    const pid_t child = test::start_program(command);
    const auto journal = folder.path() / "d.h5.unfinished/journal.txt";
    for (int i = 0; i < 3000 && !(fs::exists(journal) && fs::file_size(journal) > 0); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ::kill(child, SIGTERM);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 128 + SIGTERM);
    EXPECT_FALSE(fs::exists(out));
    EXPECT_GT(fs::file_size(journal), 0U);
}

}  // namespace
}  // namespace jetsmith
