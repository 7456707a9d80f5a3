// SPDX-License-Identifier: Apache-2.0
#include "tests/support/bad_input_files.h"

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <map>

#include "core/atomic_file.h"
#include "tests/support/toy_emd.h"
#include "tests/support/bad_distances.h"
#include "tests/support/toy_events.h"
#include "tests/support/toy_files.h"
#include "trainers/sealed_json.h"

namespace jetsmith::test {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSlots = 12, kTableRows = 60, kSide = 6, kBadRow = 17;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const Storage kPacked{.chunk = {16}, .blosc = "blosclz"};

void write_jets(const fs::path& path, const std::vector<ToyJet>& jets)
{
    write_top_tagging(path, jets, kSlots, kPacked);
}

/// What write_table() may be told to do otherwise.
struct TableFault {
    std::vector<double> x = {}, weight = {}, label = {};  ///< all rows; empty: as usual
    size_t y_rows = kTableRows;
    bool nan_pixel = false;  ///< in row 17
};

std::vector<double> numbered(const std::function<double(size_t row)>& value)
{
    std::vector<double> all(kTableRows);
    for (size_t row = 0; row < all.size(); ++row) all[row] = value(row);
    return all;
}

void write_table(const fs::path& path, const TableFault& fault = {})
{
    const auto usual = [](const std::vector<double>& values, const auto& otherwise) {
        return values.empty() ? numbered(otherwise) : values;
    };
    Hdf5Writer file(path);
    file.dataset("x", usual(fault.x, [](size_t row) { return std::sin(static_cast<double>(row)); }),
                 {kTableRows});
    file.dataset("y", std::vector<float>(fault.y_rows, 0.5F), {fault.y_rows});
    file.dataset("weight", usual(fault.weight, [](size_t) { return 1.0; }), {kTableRows});
    file.dataset("label",
                 usual(fault.label, [](size_t row) { return static_cast<double>(row % 2); }),
                 {kTableRows});
    std::vector<float> image(kTableRows * kSide * kSide, 1.0F);
    if (fault.nan_pixel) image[kBadRow * kSide * kSide] = static_cast<float>(kNan);
    file.dataset("image", image, {kTableRows, kSide, kSide});
    file.text("/", "note", "a single value stands beside the columns");
}

void write_toy_events(const fs::path& path, float weight, int bad_process)
{
    std::vector<ToyObject> jets;
    std::vector<ToyEvent> events;
    for (size_t row = 0; row < kTableRows; ++row) {
        const auto pt = static_cast<float>(100 + row);
        jets.push_back({pt, 0.5F, 1.0F, 5, 1, 1});
        jets.push_back({pt / 2, -0.5F, -1.0F, 4, 0, row % 3 != 0});
        const bool bad = row == kBadRow && bad_process >= 0;
        events.push_back({50, 0.25F, weight,
                          static_cast<uint8_t>(bad ? static_cast<size_t>(bad_process) : row % 2)});
    }
    write_events(path, jets, events);
}

void write_scores(const fs::path& path)
{
    constexpr hsize_t kRows = 40;
    std::vector<double> good, nan, columns, labels, ones(kRows, 1.0);
    for (hsize_t row = 0; row < kRows; ++row) {
        const double score = static_cast<double>(row) / kRows;
        good.push_back(score);
        nan.push_back(row == kBadRow ? kNan : score);
        columns.insert(columns.end(), {1 - score, score});
        labels.push_back(static_cast<double>(row % 2));
    }
    Hdf5Writer file(path);
    file.dataset("good", good, {kRows});
    file.dataset("nan", nan, {kRows});
    file.dataset("columns", columns, {kRows, 2});
    file.dataset("labels", labels, {kRows});
    file.dataset("short", std::vector<double>(labels.begin(), labels.end() - 5), {kRows - 5});
    file.dataset("ones", ones, {kRows});
    file.dataset("halves", std::vector<double>(kRows, 0.5), {kRows});
    file.dataset("sevens", std::vector<double>(kRows, 7.0), {kRows});
    file.dataset("cube", std::vector<double>(kRows * 4, 1.0), {kRows, 2, 2});
}

/// Overwrites the begin of every blosc chunk of a file of jets.
void damage_chunks(const fs::path& path)
{
    // A chunk begins with its version, the codec's version, flags and the bytes of a row, if it is
    // short: here index, floats and two integers.
    constexpr size_t kRow = 8 + 4 * (4 * kSlots + 1) + 8 * 2;
    std::string bytes = read_text(path);
    for (size_t at = bytes.find("\x02\x01"); at != std::string::npos && at + 64 < bytes.size();
         at = bytes.find("\x02\x01", at + 1))
        if (bytes[at + 3] == static_cast<char>(kRow))
            for (size_t i = 4; i < 48; ++i) bytes[at + i] = static_cast<char>(0xFF);
    std::ofstream(path, std::ios::binary) << bytes;
}

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

using Fault = std::function<void(const fs::path&)>;

/// Faults of any file or folder.
const std::map<std::string, Fault>& general_faults()
{
    static const std::map<std::string, Fault> all{
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

using Change = std::function<void(ToyJet&)>;

/// Jets with some of them changed.
Fault in_rows(const std::function<bool(size_t row)>& which, const Change& change)
{
    return [=](const fs::path& path) {
        auto jets = make_toy_jets(60, kSlots, 1);
        for (size_t row = 0; row < jets.size(); ++row)
            if (which(row)) change(jets[row]);
        write_jets(path, jets);
    };
}

Fault in_row_17(const Change& change)
{
    return in_rows([](size_t row) { return row == kBadRow; }, change);
}

Fault in_every_row(const Change& change)
{
    return in_rows([](size_t) { return true; }, change);
}

void spoil_energy(ToyJet& jet) { jet.constituents[0][0] = static_cast<float>(kNan); }

/// Faults of jets in the top-tagging layout.
const std::map<std::string, Fault>& jet_faults()
{
    static const std::map<std::string, Fault> all{
        {"damaged chunks", damage_chunks},
        {"label 7 in row 17", in_row_17([](ToyJet& jet) { jet.label = 7; })},
        {"NaN energy in row 17", in_row_17(spoil_energy)},
        {"infinite momentum in row 17", in_row_17([](ToyJet& jet) {
             jet.constituents[0][1] = std::numeric_limits<float>::infinity();
         })},
        {"no constituents in row 17", in_row_17([](ToyJet& jet) { jet.constituents.clear(); })},
        {"NaN energy in every row", in_every_row(spoil_energy)},
        {"NaN energy in every row of class 1", in_every_row([](ToyJet& jet) {
             if (jet.label == 1) spoil_energy(jet);
         })},
        {"one class", in_every_row([](ToyJet& jet) { jet.label = 0; })},
        {"one class", in_every_row([](ToyJet& jet) { jet.label = 0; })},
        {"huge momenta in row 17", in_row_17([](ToyJet& jet) {
             for (auto& constituent : jet.constituents)
                 for (auto& component : constituent) component *= 1e30F;
         })},
        {"energies in MeV", in_every_row([](ToyJet& jet) {
             for (auto& constituent : jet.constituents)
                 for (auto& component : constituent) component *= 1000;
         })},
        {"no rows", [](const fs::path& p) { write_jets(p, {}); }},
        {"40000 rows",
         [](const fs::path& p) { write_jets(p, make_toy_jets(40'000, kSlots, 1)); }},
        {"a table of scores", write_scores},
        {"the columns of a table", [](const fs::path& p) { write_table(p); }},
        {"two frames",
         [](const fs::path& p) {
             const auto jets = make_toy_jets(8, kSlots, 1);
             write_jets(p, jets);
             const hid_t file = H5Fopen(p.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
             H5Ocopy(file, "/table", file, "/second", H5P_DEFAULT, H5P_DEFAULT);
             H5Fclose(file);
         }},
    };
    return all;
}

/// Faults of plain datasets and of events.
const std::map<std::string, Fault>& table_faults()
{
    static const std::map<std::string, Fault> all{
        {"NaN in column x of row 17",
         [](const fs::path& p) {
             write_table(p,
                         {.x = numbered([](size_t row) { return row == kBadRow ? kNan : 0.1; })});
         }},
        {"NaN pixel in row 17", [](const fs::path& p) { write_table(p, {.nan_pixel = true}); }},
        {"NaN weight in row 17",
         [](const fs::path& p) {
             write_table(p, {.weight = numbered([](size_t r) { return r == kBadRow ? kNan : 1; })});
         }},
        {"label 0.5 in row 17",
         [](const fs::path& p) {
             write_table(p, {.label = numbered([](size_t row) {
                                 return row == kBadRow ? 0.5 : static_cast<double>(row % 2);
                             })});
         }},
        {"NaN label in row 17",
         [](const fs::path& p) {
             write_table(p, {.label = numbered([](size_t row) {
                                 return row == kBadRow ? kNan : static_cast<double>(row % 2);
                             })});
         }},
        {"weights of zero",
         [](const fs::path& p) { write_table(p, {.weight = numbered([](size_t) { return 0; })}); }},
        {"negative weights",
         [](const fs::path& p) {
             write_table(p, {.weight = numbered([](size_t) { return -1; })});
         }},
        {"five rows less in column y", [](const fs::path& p) { write_table(p, {.y_rows = 55}); }},
        {"a foreign filter",
         [](const fs::path& p) {
             Hdf5Writer(p).dataset("x", std::vector<float>(60, 1.0F), {60},
                                   {.chunk = {60}, .foreign_filter = 32015});
         }},
        {"process 9 in row 17", [](const fs::path& p) { write_toy_events(p, 1, 9); }},
    };
    return all;
}

}  // namespace

void write_good_files(const fs::path& folder)
{
    fs::create_directories(folder);
    write_jets(folder / "train.h5", make_toy_jets(60, kSlots, 1));
    write_jets(folder / "val.h5", make_toy_jets(40, kSlots, 2));
    write_jets(folder / "test.h5", make_toy_jets(40, kSlots, 3));
    write_table(folder / "table.h5");
    write_toy_events(folder / "events.h5", 1, -1);
    write_scores(folder / "scores.h5");
    write_plain_jets(folder / "jets.h5", toy::jets(40), kSlots, {0, 1, 3, 2, 4, 39});
    write_good_distances(folder / "distances.h5");
}

void spoil(const fs::path& path, const std::string& how)
{
    for (const auto* faults :
         {&general_faults(), &jet_faults(), &table_faults(), &distance_faults()})
        if (const auto found = faults->find(how); found != faults->end())
            return found->second(path);
    throw InternalError("no such way to spoil a file: " + how);
}

}  // namespace jetsmith::test
