// SPDX-License-Identifier: Apache-2.0
// hdf5_damage [--copies N] [--seed N] [--layout NAME] [--keep FOLDER]
//
// Reads damaged copies of a small file of every layout through the vetting child and the readers,
// each in a process of its own. Every copy must be read or refused with one line, in 30 s of
// processor time and 1 GiB; where a checksum covers the changed bytes, what is read must be what
// was written. Prints a table (the time of the slowest is processor time); exit code 1 when a copy
// broke a rule (kept in FOLDER, where one is named).
#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "core/atomic_file.h"
#include "core/errors.h"
#include "tests/damage/damage.h"
#include "tests/damage/layouts.h"
#include "tests/damage/read_all.h"
#include "tests/damage/reseal.h"
#include "tests/support/temp_folder.h"

namespace {

namespace fs = std::filesystem;
using namespace jetsmith;
using namespace jetsmith::damage;

constexpr std::chrono::seconds kMostTime{30}, kLongestWait{600};  // of processors; by the clock
constexpr int64_t kMostBytes = int64_t{1} << 30;
constexpr uintmax_t kMostFileBytes = 200'000;

struct Options {
    uint64_t copies = 40, seed = 1;
    std::string layout;
    fs::path keep;
};

struct Counts {
    uint64_t copies = 0, same = 0, other = 0, refused = 0, child_ended = 0, broken = 0;
    int64_t peak_bytes = 0;
    std::chrono::milliseconds slowest{0};
};

Options options_of(int argc, char** argv)
{
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i], value = argv[i + 1];
        if (name == "--copies") options.copies = std::stoull(value);
        if (name == "--seed") options.seed = std::stoull(value);
        if (name == "--layout") options.layout = value;
        if (name == "--keep") options.keep = value;
    }
    return options;
}

/// What is wrong with the way in which a copy was taken; empty when nothing is.
std::string complaint(const Reading& reading, bool changes_must_show, const std::string& whole)
{
    if (reading.end == Reading::End::broken) return "the reader broke: " + reading.text;
    if (reading.peak_bytes > kMostBytes) return fmt::format("took {} bytes", reading.peak_bytes);
    if (reading.time > kMostTime) return fmt::format("took {} ms", reading.time.count());
    const bool one_line = !reading.text.empty() && reading.text.find('\n') == std::string::npos;
    if (reading.end == Reading::End::refused && !one_line) return "no line: " + reading.text;
    if (reading.end == Reading::End::read && changes_must_show && reading.text != whole)
        return "changed values were accepted in spite of a checksum";
    return "";
}

void note(Counts& counts, const Reading& reading, const std::string& whole)
{
    ++counts.copies;
    const bool read = reading.end == Reading::End::read;
    counts.same += read && reading.text == whole;
    counts.other += read && reading.text != whole;
    counts.refused += reading.end == Reading::End::refused;
    counts.child_ended += reading.text.find("damaged (the HDF5 library") != std::string::npos;
    counts.peak_bytes = std::max(counts.peak_bytes, reading.peak_bytes);
    counts.slowest = std::max(counts.slowest, reading.time);
}

Counts run(const Layout& layout, const Options& options, const fs::path& folder)
{
    const fs::path path = folder / (layout.name + ".h5");
    layout.write(path);
    const std::string bytes = read_text(path);
    const Anatomy anatomy = anatomy_of(path);
    const Reading whole = read_in_process(path, kLongestWait);
    ensure(whole.end == Reading::End::read,
           layout.name + " cannot be read undamaged: " + whole.text);
    ensure(bytes.size() <= kMostFileBytes, layout.name + " is too large");
    std::string sealed = bytes;
    if (layout.resealed) reseal(sealed);
    ensure(sealed == bytes, "the checksums of the format are not what they should be");
    Counts counts;
    for (uint64_t k = 0; k < options.copies; ++k) {
        std::string copy = damaged(bytes, anatomy, options.seed * 1'000'003 + k);
        if (layout.resealed) reseal(copy);
        std::ofstream(path, std::ios::binary) << copy;
        const bool must_show =
            layout.checksums == Checksums::everything ||
            (layout.checksums == Checksums::values && only_values_differ(bytes, copy, anatomy));
        const Reading reading = read_in_process(path, kLongestWait);
        note(counts, reading, whole.text);
        const std::string wrong = complaint(reading, must_show, whole.text);
        if (wrong.empty()) continue;
        ++counts.broken;
        fmt::print("{} copy {}: {}\n", layout.name, k, wrong);
        if (!options.keep.empty())
            fs::copy_file(path, options.keep / fmt::format("{}_{}.h5", layout.name, k),
                          fs::copy_options::overwrite_existing);
    }
    return counts;
}

}  // namespace

int main(int argc, char** argv)
{
    const Options options = options_of(argc, argv);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // silent: refusals are expected
    const test::TempFolder folder;
    ::setenv("JETSMITH_CACHE_DIR", (folder.path() / "cache").c_str(), 1);
    ::setenv("JETSMITH_THREADS", "2", 1);
    fmt::print("{:16} {:>7} {:>7} {:>7} {:>8} {:>11} {:>7} {:>8} {:>10}\n", "layout", "copies",
               "same", "other", "refused", "child ended", "broken", "peak MB", "slowest s");
    uint64_t broken = 0;
    for (const auto& layout : layouts()) {
        if (!options.layout.empty() && layout.name != options.layout) continue;
        const Counts c = run(layout, options, folder.path());
        fmt::print("{:16} {:7} {:7} {:7} {:8} {:11} {:7} {:8.0f} {:10.1f}\n", layout.name, c.copies,
                   c.same, c.other, c.refused, c.child_ended, c.broken,
                   static_cast<double>(c.peak_bytes) / 1e6,
                   static_cast<double>(c.slowest.count()) / 1e3);
        std::fflush(stdout);
        broken += c.broken;
    }
    return broken == 0 ? 0 : 1;
}
