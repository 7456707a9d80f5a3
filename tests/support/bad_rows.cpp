// SPDX-License-Identifier: Apache-2.0
#include "tests/support/bad_rows.h"

#include <cmath>
#include <limits>

#include "tests/support/toy_events.h"
#include "tests/support/toy_files.h"

namespace jetsmith::test {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<size_t>;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr size_t kRows = 60, kSlots = 5;

/// A number of its own for every row and slot, between 1 and 2.
double number(size_t row, size_t k = 0)
{
    return 1 + std::fmod(0.618 * static_cast<double>(1 + row + 97 * k), 1.0);
}

/// One value per row of `rows`, or `each` values.
template <typename T>
std::vector<T> column(const Rows& rows, size_t each, const std::function<double(size_t, size_t)>& value)
{
    std::vector<T> all;
    for (const size_t row : rows)
        for (size_t k = 0; k < each; ++k) all.push_back(static_cast<T>(value(row, k)));
    return all;
}

double parity(size_t row, size_t) { return static_cast<double>(row % 2); }

Planted pandas_table()
{
    Planted p{.name = "PandasTable", .data = "type: top_tagging", .inputs = "type: jet_image\npixels: 8"};
    p.rows = kRows;
    p.bad = {{3, ", column 'PX_1' is NaN (data.on_bad_row is 'stop'). Set data.on_bad_row: drop to "
                 "leave such rows out."},
             {17, ", column 'E_0' is infinite (data.on_bad_row is 'stop')"},
             {18, ", column 'E_2' is NaN"},
             {31, " has no constituents (every slot is empty; one or more wanted)"},
             {40, ", column 'is_signal_new': label 7 is not a class (0 to 1 are wanted"},
             {59, ", column 'is_signal_new': label -1 is not a class"}};
    p.reasons = {{"NaN or infinity in constituents", 3}, {"no constituents", 1},
                 {"label of no class", 2}};
    p.write = [](const fs::path& path, const Rows& rows) {
        auto jets = make_toy_jets(kRows, kSlots, 21);
        for (auto& jet : jets)
            while (jet.constituents.size() < 3) jet.constituents.push_back({2, 1, 1, 1});
        jets[3].constituents[1][1] = kNan;
        jets[17].constituents[0][0] = kInf;
        jets[18].constituents[2][0] = kNan;
        jets[31].constituents.clear();
        jets[40].label = 7;
        jets[59].label = -1;
        std::vector<ToyJet> some;
        for (const size_t row : rows) some.push_back(jets[row]);
        write_top_tagging(path, some, kSlots, {.chunk = {7}, .blosc = "blosclz"});
    };
    return p;
}

/// An LHC Olympics frame of kSlots hadrons (pt, eta, phi) and a label.
Planted pandas_fixed()
{
    Planted p{.name = "PandasFixedOfLhcOlympics",
              .data = "type: lhco_raw\nhadrons: 5",
              .inputs = "type: constituents"};
    p.rows = kRows;
    p.bad = {{0, ", column '4' is NaN"},
             {5, ", column '15': label 0.5 is not a class"},
             {6, ", column '15': label nan is not a class"},
             {29, " has no constituents"},
             {30, ", column '3' is infinite"}};
    p.reasons = {{"NaN or infinity in constituents", 2}, {"no constituents", 1},
                 {"label of no class", 2}};
    p.write = [](const fs::path& path, const Rows& rows) {
        const auto value = [](size_t row, size_t k) -> double {
            const size_t slot = k / 3, last = 1 + row % (kSlots - 1);
            if (row == 0 && k == 4) return kNan;
            if (row == 30 && k == 3) return kInf;
            if (k == 3 * kSlots) return row == 5 ? 0.5 : row == 6 ? kNan : parity(row, 0);
            if (row == 29 || slot > last) return 0;
            return k % 3 == 0 ? 10 * number(row, k) : number(row, k) - 1.5;
        };
        constexpr size_t kColumns = 3 * kSlots + 1;
        std::vector<int64_t> names;
        for (size_t k = 0; k < kColumns; ++k) names.push_back(static_cast<int64_t>(k));
        Hdf5Writer file(path);
        file.group("df");
        file.text("df", "pandas_type", "frame");
        file.integer("df", "nblocks", 1);
        file.dataset("df/axis0", names, {kColumns});
        file.dataset("df/block0_items", names, {kColumns});
        file.dataset("df/block0_values", column<double>(rows, kColumns, value),
                     {rows.size(), kColumns}, {.chunk = {8, kColumns}, .blosc = "blosclz"});
    };
    return p;
}

Planted plain_datasets()
{
    Planted p{.name = "PlainDatasets",
              .data = "type: hdf5_table\nclasses: [a, b]\nlabel: label\nweights: w\nunits: MeV\n"
                      "constituents: {pt: p_pt, eta: p_eta, phi: p_phi}\nmax_constituents: 2",
              .inputs = "type: flat_features\ncolumns: [x, log(y)]"};
    p.rows = kRows;
    p.bad = {{1, ", column 'w' is NaN"},
             {2, ", column 'x' is infinite"},
             {3, ", 'log(y)' is NaN (data.on_bad_row is 'stop'). Change the expression, or set "
                 "data.on_bad_row: drop to leave such rows out."},
             {4, ", column 'p_eta' of constituent 3 is NaN"},
             {5, " has no constituents"},
             {6, ", momentum of a constituent is infinite"},
             {47, ", column 'label': label 2 is not a class"}};
    p.reasons = {{"NaN or infinity in 'w'", 1},         {"NaN or infinity in 'x'", 1},
                 {"NaN or infinity in 'log(y)'", 1},    {"NaN or infinity in constituents", 2},
                 {"no constituents", 1},                {"label of no class", 1}};
    p.write = [](const fs::path& path, const Rows& rows) {
        const size_t count = rows.size();
        const auto write = [&](Hdf5Writer& file, const char* name, size_t each,
                               const std::function<double(size_t, size_t)>& value) {
            std::vector<hsize_t> dims{count}, chunk{16};
            if (each > 1) dims.push_back(each), chunk.push_back(each);
            file.dataset(name, column<double>(rows, each, value), dims,
                         {.chunk = chunk, .shuffle = true, .deflate = 2});
        };
        Hdf5Writer file(path);
        write(file, "p_pt", kSlots, [](size_t row, size_t k) { return row == 5 ? 0 : number(row, k); });
        write(file, "p_eta", kSlots, [](size_t row, size_t k) -> double {
            if (row == 6) return 1e4;  // finite, but no float32 holds the momentum
            return row == 4 && k == 3 ? kNan : number(row, k);
        });
        write(file, "p_phi", kSlots, [](size_t row, size_t k) { return number(row, k); });
        write(file, "w", 1, [](size_t row, size_t) -> double { return row == 1 ? kNan : -1.0; });
        write(file, "x", 1, [](size_t row, size_t k) { return row == 2 ? kInf : number(row, k); });
        write(file, "y", 1, [](size_t row, size_t k) { return row == 3 ? -1 : number(row, k); });
        write(file, "unused", 1, [](size_t, size_t) -> double { return kInf; });
        write(file, "label", 1, [](size_t row, size_t) { return row == 47 ? 2 : parity(row, 0); });
    };
    return p;
}

/// Jets and muons in slots, plain datasets.
Planted events_of_several_kinds()
{
    Planted p{.name = "EventsOfSeveralKinds",
              .data = "type: events\nclasses: [a, b]\nweights: 2 * weight",
              .inputs = "type: flat_features\ncolumns: [met, 'jets[0:2].pt', 'muons[0].charge', "
                        "'count(jets)']"};
    p.rows = kRows;
    p.bad = {{7, ", column 'met' is NaN"},
             {8, ", column 'jets[1].pt' is infinite"},
             {9, ", column 'muons[0].charge' is NaN"},
             {10, ", 'process': label 9 is not a class (0 to 1 are wanted"},
             {11, ", column '2 * weight' is NaN"}};
    p.reasons = {{"NaN or infinity in 'met'", 1},
                 {"NaN or infinity in 'jets[1].pt'", 1},
                 {"NaN or infinity in 'muons[0].charge'", 1},
                 {"label of no class", 1},
                 {"NaN or infinity in '2 * weight'", 1}};
    p.write = [](const fs::path& path, const Rows& rows) {
        const hsize_t count = rows.size();
        Hdf5Writer file(path);
        const auto objects = [&](const std::string& name, hsize_t slots, const auto& value) {
            file.dataset(name, column<float>(rows, slots, value), {count, slots},
                         {.chunk = {9, slots}, .shuffle = true, .deflate = 1});
        };
        const auto per_event = [&](const char* name, const auto& value) {
            file.dataset(name, column<float>(rows, 1, value), {count});
        };
        objects("jets/pt", 3, [](size_t row, size_t k) -> double {
            if (row == 8 && k == 1) return kInf;
            return k <= row % 3 || row == 8 ? 30 * number(row, k) : 0;
        });
        objects("jets/eta", 3, [](size_t row, size_t k) { return number(row, k) - 1.5; });
        objects("jets/phi", 3, [](size_t row, size_t k) { return number(row, k); });
        objects("muons/pt", 1, [](size_t row, size_t) { return row % 4 && row != 9 ? 0 : number(row); });
        objects("muons/eta", 1, [](size_t row, size_t) { return number(row); });
        objects("muons/phi", 1, [](size_t row, size_t) { return number(row); });
        // What stands in an empty slot is nobody's business.
        objects("muons/charge", 1, [](size_t row, size_t) -> double {
            return row == 9 || row % 4 ? kNan : 1;
        });
        per_event("met", [](size_t row, size_t) -> double { return row == 7 ? kNan : 50 * number(row); });
        per_event("weight", [](size_t row, size_t) -> double { return row == 11 ? kNan : number(row); });
        per_event("process", [](size_t row, size_t) { return row == 10 ? 9 : parity(row, 0); });
    };
    return p;
}

/// Records `jets` (N,) and `tracks` (N, slots) with a flag.
Planted records_with_a_flag()
{
    Planted p{.name = "RecordsWithAFlag",
              .data = "type: events\nclasses: [light, c, b]\nunits: MeV\n"
                      "label: max(jets[0].HadronConeExclTruthLabelID - 3, 0)",
              .inputs = "type: constituents\ncollection: tracks\nfeatures: [log_pt, eta, phi]\n"
                        "centre: none\ncolumns: [d0]"};
    p.rows = kRows;
    p.bad = {{5, ", column 'tracks[0].d0' is NaN"},
             {6, ", column 'tracks[1].eta' is infinite"},
             {13, ", 'max(jets[0].HadronConeExclTruthLabelID - 3, 0)': label 12 is not a class (0 to 2"}};
    p.reasons = {{"NaN or infinity in tracks", 2}, {"label of no class", 1}};
    p.write = [](const fs::path& path, const Rows& rows) {
        TaggingJets jets(kRows);
        jets.track(5, 1).d0 = kNan;
        jets.track(6, 2).deta = kInf;
        jets.track(8, 0).d0 = kNan;  // of an empty slot
        jets.jets[13].flavour = 15;
        jets.only(rows).write(path, 8);
    };
    return p;
}

Planted ready_made_images()
{
    Planted p{.name = "JetImages", .data = "type: jet_images", .inputs = "type: image"};
    p.rows = kRows;
    p.bad = {{2, ", column 'images' is NaN"},
             {30, ", column 'jetClass': no class is marked (no value is above 0; one above 0 is wanted)"},
             {31, ", column 'jetClass' is NaN"},
             {59, ", column 'images' is infinite"}};
    p.reasons = {{"NaN or infinity in 'images'", 2}, {"label of no class", 1},
                 {"NaN or infinity in the label", 1}};
    p.write = [](const fs::path& path, const Rows& rows) {
        Hdf5Writer file(path);
        file.dataset("jetImage",
                     column<double>(rows, 36,
                                    [](size_t row, size_t k) -> double {
                                        if (row == 2 && k == 35) return kNan;
                                        return row == 59 && k == 0 ? kInf : number(row, k);
                                    }),
                     {rows.size(), 6, 6}, {.chunk = {10, 6, 6}, .deflate = 1});
        file.dataset("jetClass",
                     column<double>(rows, 5,
                                    [](size_t row, size_t k) -> double {
                                        if (row == 31 && k == 4) return kNan;
                                        return row != 30 && k == row % 5 ? 1 : 0;
                                    }),
                     {rows.size(), 5});
    };
    return p;
}

}  // namespace

std::vector<Planted> planted_files()
{
    return {pandas_table(),          pandas_fixed(),        plain_datasets(),
            events_of_several_kinds(), records_with_a_flag(), ready_made_images()};
}

}  // namespace jetsmith::test
