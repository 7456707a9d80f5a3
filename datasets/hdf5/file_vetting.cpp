// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/file_vetting.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <map>
#include <mutex>
#include <string>

#include "core/damaged_file.h"
#include "core/version.h"
#include "datasets/hdf5/verdict_cache.h"
#include "datasets/hdf5/vet_child.h"

namespace jetsmith::hdf5 {
namespace {

namespace fs = std::filesystem;
using Kind = VetOutcome::Kind;

/// Whose verdict it is: a newer library may survive what this one does not.
std::string vetter()
{
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    return fmt::format("jetsmith {}, HDF5 {}.{}.{}", program_version(), major, minor, release);
}

/// What the outcome means for the file. That a limit was reached is not remembered on disk: the
/// machine may just have been busy.
Problem judge(const fs::path& program, const fs::path& file, const FileState& state,
              const VerdictCache& cache)
{
    const VetOutcome outcome = run_vet_child(program, file, vet_limits(state.bytes));
    if (outcome.kind == Kind::no_child)
        throw RunError(
            "{}: could not be looked through before reading ({} {}). Try again; "
            "JETSMITH_VET=off reads files that you trust without it.",
            file.string(), program.string(), outcome.reason);
    if (outcome.kind == Kind::unreadable) throw UserError(outcome.reason);
    Problem problem;
    if (outcome.kind != Kind::whole)
        problem =
            fmt::format("the HDF5 library {} while reading {}", outcome.reason, outcome.place);
    const bool lasting = outcome.kind != Kind::unbounded;
    if (lasting && state_of(file) == state) cache.store(state, problem);
    return problem;
}

Problem problem_of(const fs::path& file, const FileState& state)
{
    const VerdictCache cache(VerdictCache::default_folder(), vetter());
    if (const auto known = cache.find(state)) return *known;
    const fs::path program = vet_program();
    if (program == "off") return "";
    if (program.empty())
        throw RunError(
            "{}: cannot be looked through before reading (the program jetsmith_vet is not "
            "beside jetsmith; it is installed with it). Install jetsmith anew, or set "
            "JETSMITH_VET to its path.",
            file.string());
    return judge(program, file, state, cache);
}

}  // namespace

void vet(const fs::path& file)
{
    const auto state = state_of(file);
    if (!state) return;
    static std::mutex mutex;
    static std::map<std::string, FileState> whole;
    const std::lock_guard guard(mutex);
    const auto known = whole.find(state->path);
    if (known != whole.end() && known->second == *state) return;
    const Problem problem = problem_of(file, *state);
    if (!problem.empty())
        throw DamagedFile(
            "{}: damaged ({}; a whole HDF5 file is wanted). Download it again, or compare "
            "its size or checksum with the publisher's.",
            file.string(), problem);
    whole[state->path] = *state;
}

}  // namespace jetsmith::hdf5
