// SPDX-License-Identifier: Apache-2.0
#include "tests/support/file_faults.h"

#include <fstream>

#include "core/atomic_file.h"
#include "trainers/sealed_json.h"

namespace jetsmith::test {
namespace {

namespace fs = std::filesystem;

void flip_middle(const fs::path& path)
{
    std::string bytes = read_text(path);
    for (size_t i = bytes.size() / 2; i < bytes.size() / 2 + 64 && i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(~bytes[i]);
    std::ofstream(path, std::ios::binary) << bytes;
}

/// The sealed state of a checkpoint as a later program may write it.
void of_a_later_program(const fs::path& path)
{
    auto state = read_sealed(path);
    state["format_version"] = 99;
    std::ofstream(path, std::ios::binary) << sealed_text(state);
}

void write(const fs::path& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

const Faults& file_faults()
{
    static const Faults all{
        {"missing", [](const fs::path& p) { fs::remove_all(p); }},
        {"empty", [](const fs::path& p) { write(p, ""); }},
        {"truncated", [](const fs::path& p) { fs::resize_file(p, fs::file_size(p) / 2); }},
        {"cut after 100 bytes", [](const fs::path& p) { fs::resize_file(p, 100); }},
        {"flipped bytes in the middle", flip_middle},
        {"a folder", [](const fs::path& p) { fs::remove_all(p), fs::create_directories(p); }},
        {"a text file", [](const fs::path& p) { write(p, "pt,eta,phi\n1,2,3\n"); }},
        {"gzipped", [](const fs::path& p) { write(p, "\x1f\x8b" + read_text(p)); }},
        {"a ROOT file", [](const fs::path& p) { write(p, "root" + std::string(96, '\0')); }},
        {"of format_version 99", of_a_later_program},
        {"unreadable", [](const fs::path& p) { fs::permissions(p, fs::perms::none); }},
        {"read-only",
         [](const fs::path& p) {
             fs::create_directories(p);
             fs::permissions(p, fs::perms::owner_read | fs::perms::owner_exec);
         }},
    };
    return all;
}

}  // namespace jetsmith::test
