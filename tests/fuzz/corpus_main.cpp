// SPDX-License-Identifier: Apache-2.0
// NAME_fuzz MUTATIONS PATH...: the fuzz target without libFuzzer, for compilers that have none.
// Runs it on every file below the paths and on so many mutations of them, the same in every run. A
// finding ends the program; the input then lies in finding-NAME of the working folder.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "core/atomic_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kMostTime{5};  // of one input

std::string current, finding;

/// Writes with what the process has at hand after a crash.
void keep_input(int signal)
{
    std::ofstream(finding, std::ios::binary) << current;
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void run(std::string input)
{
    current = std::move(input);
    const auto begin = Clock::now();
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(current.data()), current.size());
    if (Clock::now() - begin > kMostTime) std::abort();
}

std::vector<std::string> inputs_below(const std::vector<fs::path>& paths)
{
    std::vector<fs::path> files;
    for (const auto& path : paths)
        for (const auto& entry : fs::recursive_directory_iterator(path))
            if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<std::string> inputs;
    for (const auto& file : files) inputs.push_back(jetsmith::read_text(file));
    return inputs;
}

/// Up to four small changes: bits, bytes, pieces cut, doubled or taken from another input.
std::string mutated(const std::vector<std::string>& inputs, std::mt19937& random)
{
    const auto below = [&](size_t count) { return count == 0 ? 0 : random() % count; };
    std::string text = inputs[below(inputs.size())];
    for (size_t k = 0; k <= below(4); ++k) {
        const size_t at = below(text.size() + 1),
                     count = below(std::min<size_t>(40, text.size() - at + 1));
        const std::string& other = inputs[below(inputs.size())];
        switch (below(5)) {
            case 0:
                if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
                break;
            case 1: text.insert(at, 1, static_cast<char>(random())); break;
            case 2: text.erase(at, count); break;
            case 3: text.insert(at, text.substr(at, count)); break;
            default: text.insert(at, other.substr(below(other.size()), below(40)));
        }
    }
    return text;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 3) return 2;
    finding = "finding-" + fs::path(argv[0]).filename().string();
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
        std::signal(signal, keep_input);
    const auto inputs = inputs_below({argv + 2, argv + argc});
    if (inputs.empty()) return 2;
    for (const auto& input : inputs) run(input);
    std::mt19937 random(1);
    const int mutations = std::atoi(argv[1]);
    for (int k = 0; k < mutations; ++k) run(mutated(inputs, random));
    fmt::print("{} inputs and {} mutations of them\n", inputs.size(), mutations);
    return 0;
}
