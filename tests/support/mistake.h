// SPDX-License-Identifier: Apache-2.0
// The catalogue of mistakes in tests/integration/bad_input: what a user did, and what he must hear.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace jetsmith::test {

struct Mistake {
    std::string name;  ///< of the test
    std::string recipe;
    std::vector<std::string> set;      ///< settings on the command line
    std::string config;                ///< text of mistake.yaml; empty: a copy of the recipe
    std::vector<std::string> command;  ///< empty: train mistake.yaml --out run
    std::map<std::string, std::string> environment;  ///< variables by name
    std::map<std::string, std::string> files;   ///< further small files by name
    std::map<std::string, std::string> spoilt;  ///< file -> how (bad_input_files.h)
    std::string trained;  ///< folder that receives a trained run; empty: none is needed
    std::string under;    ///< "", "no rights", "full disk" or "small files"
    bool leaves = false;  ///< a run that had begun may leave its files

    int64_t exit_code = 2;  ///< 0: a warning is wanted
    std::string place, problem, seen, wanted, suggestion;
};

/// All mistakes of the catalogue, by file and in their order.
std::vector<Mistake> read_mistakes();

/// What the program did with a mistake.
struct Outcome {
    int exit_code = -1;
    std::string err;
    std::string folder;                ///< in which it ran
    std::vector<std::string> left;     ///< files that came into being
    std::string skipped;               ///< why this machine cannot make the mistake
};

/// Makes the mistake in a folder of its own below `root`, whose subfolder good/ holds the files of
/// write_good_files() and trained/ a run of the recipe cnn. Prepare, then run; only run() may be
/// called from several threads.
class MistakeCase {
  public:
    MistakeCase(const std::filesystem::path& root, const Mistake& mistake);
    Outcome run() const;

  private:
    std::string filled(std::string text) const;
    std::filesystem::path folder_;
    const Mistake& mistake_;
};

}  // namespace jetsmith::test
