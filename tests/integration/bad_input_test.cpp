// SPDX-License-Identifier: Apache-2.0
// Every mistake of the catalogue in bad_input/*.yaml, made with the real program: exit code, one
// line on stderr with place, problem, value seen, value wanted and a suggestion, before the first
// epoch and with nothing left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <set>
#include <sstream>
#include <thread>

#include "core/errors.h"
#include "tests/support/bad_input_files.h"
#include "tests/support/mistake.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using test::Mistake;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr int kSideBySide = 2;

const std::vector<Mistake>& mistakes()
{
    static const auto all = test::read_mistakes();
    return all;
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

/// What a run may say before it stops: where it computes, what the data hold, how large the model is.
bool is_log(const std::string& line)
{
    for (const char* begin : {"device ", "data", "  ", "model: ", "run folder ", "scored ", "warning: "})
        if (line.starts_with(begin)) return true;
    for (const char* part : {" members, ", " tensors begin as in "})
        if (line.find(part) != std::string::npos) return true;
    return false;
}

class BadInput : public testing::TestWithParam<size_t> {
  protected:
    /// Makes the mistakes that were asked for, two at a time.
    static void SetUpTestSuite()
    {
        folder_ = new test::TempFolder;
        const fs::path root = folder_->path();
        fs::permissions(root, fs::perms(0755));
        ::setenv("JETSMITH_THREADS", "1", 1);
        test::write_good_files(root / "good");
        std::vector<std::pair<size_t, test::MistakeCase>> cases;
        if (std::any_of(mistakes().begin(), mistakes().end(),
                        [](const auto& m) { return !m.trained.empty(); }))
            train(root);
        const auto& suite = *testing::UnitTest::GetInstance()->current_test_suite();
        for (int i = 0; i < suite.total_test_count(); ++i) {
            const auto* info = suite.GetTestInfo(i);
            const auto index = static_cast<size_t>(i);
            if (info->should_run()) cases.emplace_back(index, test::MistakeCase(root, mistakes()[index]));
        }
        outcomes_.resize(mistakes().size());
        std::atomic<size_t> next{0};
        std::vector<std::jthread> workers;
        for (int w = 0; w < kSideBySide; ++w)
            workers.emplace_back([&] {
                for (size_t i = next++; i < cases.size(); i = next++)
                    outcomes_[cases[i].first] = cases[i].second.run();
            });
    }
    static void TearDownTestSuite()
    {
        ::unsetenv("JETSMITH_THREADS");
        outcomes_.clear();
        delete folder_;
        folder_ = nullptr;
    }

    static void train(const fs::path& root)
    {
        const test::MistakeCase prepared(root, {.name = "training", .recipe = "cnn"});
        const auto folder = root / "training";
        const auto result =
            test::run_program({"train", "cnn.yaml", "--out", "../trained"}, folder.string());
        ASSERT_EQ(result.exit_code, 0) << result.err;
    }

    static std::string filled(std::string text, const std::string& folder)
    {
        const std::string name = "{folder}";
        for (size_t at; (at = text.find(name)) != std::string::npos;)
            text.replace(at, name.size(), folder);
        return text;
    }

    static inline test::TempFolder* folder_ = nullptr;
    static inline std::vector<test::Outcome> outcomes_;
};

/// The grammar of CONTRIBUTING.md: one sentence and a way out, lower-case after the place.
void check_grammar(const std::string& message, const std::string& place)
{
    EXPECT_THAT(message.substr(message.size() - 1), testing::AnyOf(".", "?")) << message;
    for (const char* slip : {"..", "?.", " .", "  ", "\\n", "( ", " )"})
        EXPECT_THAT(message, Not(HasSubstr(std::string(slip) == ".." ? ".. " : slip))) << slip;
    ASSERT_GT(message.size(), place.size() + 2);
    EXPECT_FALSE(std::isupper(static_cast<unsigned char>(message[place.size() + 2])) &&
                 std::islower(static_cast<unsigned char>(message[place.size() + 3])))
        << "lower-case after the place: " << message;
    EXPECT_LE(message.size(), 600U) << message;
}

TEST_P(BadInput, IsSaidInOneLineBeforeTheFirstEpoch)
{
    const Mistake& mistake = mistakes()[GetParam()];
    const test::Outcome& outcome = outcomes_[GetParam()];
    if (!outcome.skipped.empty()) GTEST_SKIP() << outcome.skipped;
    EXPECT_EQ(outcome.exit_code, mistake.exit_code) << outcome.err;
    const auto lines = lines_of(outcome.err);
    const std::string prefix = mistake.exit_code == 0 ? "warning: " : "jetsmith: ";
    std::vector<std::string> said;
    for (const auto& line : lines)
        if (line.starts_with(prefix)) said.push_back(line.substr(prefix.size()));
    ASSERT_EQ(said.size(), 1U) << outcome.err;
    if (mistake.exit_code != 0) {
        EXPECT_TRUE(lines.back().starts_with(prefix)) << outcome.err;
        if (!mistake.leaves)
            for (size_t i = 0; i + 1 < lines.size(); ++i)
                EXPECT_TRUE(is_log(lines[i])) << "another line: " << lines[i];
    }
    const std::string& message = said.front();
    const std::string place = filled(mistake.place, outcome.folder);
    EXPECT_THAT(message, StartsWith(place + ": "));
    EXPECT_THAT(message, HasSubstr(filled(mistake.problem, outcome.folder)));
    EXPECT_THAT(message, HasSubstr(filled(mistake.seen, outcome.folder)));
    EXPECT_THAT(message, HasSubstr(filled(mistake.wanted, outcome.folder)));
    EXPECT_THAT(message, EndsWith(" " + filled(mistake.suggestion, outcome.folder)));
    check_grammar(message, place);
    for (const char* trace : {"Exception raised", "terminate", "what()", "frame #", "internal error"})
        EXPECT_THAT(outcome.err, Not(HasSubstr(trace)));
    if (mistake.exit_code == 0 || mistake.leaves) return;
    EXPECT_THAT(outcome.err, Not(HasSubstr("epoch 1/"))) << "it trained first";
    EXPECT_THAT(outcome.left, testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Catalogue, BadInput, testing::Range(size_t{0}, mistakes().size()),
                         [](const auto& info) { return mistakes()[info.param].name; });

TEST(Catalogue, HoldsAHundredDifferentMistakesWithFivePiecesEach)
{
    std::set<std::string> names, messages;
    for (const auto& m : mistakes()) {
        EXPECT_TRUE(names.insert(m.name).second) << m.name << " stands twice";
        for (const auto* piece : {&m.place, &m.problem, &m.seen, &m.wanted, &m.suggestion})
            EXPECT_FALSE(piece->empty()) << m.name;
        EXPECT_THAT((std::vector<int64_t>{0, 2, 4}), testing::Contains(m.exit_code)) << m.name;
        messages.insert(m.problem + m.seen + m.wanted);
    }
    EXPECT_GE(names.size(), 100U);
    EXPECT_GE(messages.size(), 100U) << "different mistakes are told apart";
}

}  // namespace
}  // namespace jetsmith
