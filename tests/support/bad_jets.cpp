// SPDX-License-Identifier: Apache-2.0
#include "tests/support/bad_jets.h"

#include <hdf5.h>

#include <fstream>
#include <functional>
#include <limits>

#include "core/atomic_file.h"

namespace jetsmith::test {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBadRow = 17;

/// Overwrites the begin of every blosc chunk of a file of jets.
void damage_chunks(const fs::path& path)
{
    // A chunk begins with its version, the codec's version, flags and the bytes of a row, if it is
    // short: here index, floats and two integers.
    constexpr size_t kRow = 8 + 4 * (4 * kJetSlots + 1) + 8 * 2;
    std::string bytes = read_text(path);
    for (size_t at = bytes.find("\x02\x01"); at != std::string::npos && at + 64 < bytes.size();
         at = bytes.find("\x02\x01", at + 1))
        if (bytes[at + 3] == static_cast<char>(kRow))
            for (size_t i = 4; i < 48; ++i) bytes[at + i] = static_cast<char>(0xFF);
    std::ofstream(path, std::ios::binary) << bytes;
}

using Fault = Faults::mapped_type;
using Change = std::function<void(ToyJet&)>;

/// Jets with some of them changed.
Fault in_rows(const std::function<bool(size_t row)>& which, const Change& change)
{
    return [=](const fs::path& path) {
        auto jets = good_jets(60, 1);
        for (size_t row = 0; row < jets.size(); ++row)
            if (which(row)) change(jets[row]);
        write_packed_jets(path, jets);
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

void spoil_energy(ToyJet& jet) { jet.constituents[0][0] = std::numeric_limits<float>::quiet_NaN(); }

}  // namespace

std::vector<ToyJet> good_jets(size_t count, uint32_t seed)
{
    return make_toy_jets(count, kJetSlots, seed);
}

void write_packed_jets(const fs::path& path, const std::vector<ToyJet>& jets)
{
    write_top_tagging(path, jets, kJetSlots, {.chunk = {16}, .blosc = "blosclz"});
}

const Faults& jet_faults()
{
    static const Faults all{
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
        {"huge momenta in row 17", in_row_17([](ToyJet& jet) {
             for (auto& constituent : jet.constituents)
                 for (auto& component : constituent) component *= 1e30F;
         })},
        {"energies in MeV", in_every_row([](ToyJet& jet) {
             for (auto& constituent : jet.constituents)
                 for (auto& component : constituent) component *= 1000;
         })},
        {"no rows", [](const fs::path& p) { write_packed_jets(p, {}); }},
        {"40000 rows", [](const fs::path& p) { write_packed_jets(p, good_jets(40'000, 1)); }},
        {"two frames",
         [](const fs::path& p) {
             const auto jets = good_jets(8, 1);
             write_packed_jets(p, jets);
             const hid_t file = H5Fopen(p.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
             H5Ocopy(file, "/table", file, "/second", H5P_DEFAULT, H5P_DEFAULT);
             H5Fclose(file);
         }},
    };
    return all;
}

}  // namespace jetsmith::test
