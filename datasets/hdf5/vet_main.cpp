// SPDX-License-Identifier: Apache-2.0
// jetsmith_vet FILE MEMORY SECONDS: the child process of file_vetting.h. Limits itself to so many
// bytes of address space and seconds of processor time, goes through the file, and says on standard
// output where it is and how it went (vet_child.h).
#include <hdf5.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "datasets/hdf5/vet_walk.h"

namespace {

using nlohmann::json;

/// Half of what the program's threads have: what fits here fits there.
constexpr rlim_t kStackBytes = rlim_t{4} << 20;

void limit(__rlimit_resource resource, rlim_t most)
{
    rlimit now{};
    if (::getrlimit(resource, &now) != 0) return;
    now.rlim_cur = std::min(now.rlim_max, most);
    ::setrlimit(resource, &now);
}

void limit_all(rlim_t memory, rlim_t seconds)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody would hear the answer
    ::prctl(PR_SET_DUMPABLE, 0);         // no core file, wherever the system wants them
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_STACK, kStackBytes);
    limit(RLIMIT_CPU, seconds);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    static_cast<void>(memory);  // these reserve terabytes of address space
#else
    limit(RLIMIT_AS, memory);
#endif
}

/// The library has places that use memory which they never filled, and whether that is fatal hangs
/// on what was there before. Here it is always fatal: what is allocated holds rubbish, and what is
/// released is not kept for the next one.
void fill_memory_with_rubbish()
{
#ifdef __GLIBC__
    ::mallopt(M_PERTURB, 0x5a);
#endif
    H5set_free_list_limits(0, 0, 0, 0, 0, 0);
}

void say(const json& line)
{
    std::string text = line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    for (std::string_view rest = text; !rest.empty();) {
        const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (written <= 0) ::_exit(1);
        rest.remove_prefix(static_cast<size_t>(written));
    }
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 4) return 2;
    limit_all(std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10));
    fill_memory_with_rubbish();
    const auto verdict =
        jetsmith::hdf5::walk(argv[1], [](const std::string& place) { say({{"at", place}}); });
    H5close();
    say({{"verdict", verdict.word}, {"why", verdict.why}});
    return 0;
}
