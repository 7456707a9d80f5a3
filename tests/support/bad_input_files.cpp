// SPDX-License-Identifier: Apache-2.0
#include "tests/support/bad_input_files.h"

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "core/errors.h"
#include "tests/support/bad_distances.h"
#include "tests/support/bad_jets.h"
#include "tests/support/file_faults.h"
#include "tests/support/toy_emd.h"
#include "tests/support/toy_events.h"
#include "tests/support/toy_files.h"

namespace jetsmith::test {
namespace {

namespace fs = std::filesystem;

constexpr size_t kTableRows = 60, kSide = 6, kBadRow = 17;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

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

/// Faults of plain datasets and of events, and files of these in place of others.
const Faults& table_faults()
{
    static const Faults all{
        {"a table of scores", write_scores},
        {"the columns of a table", [](const fs::path& p) { write_table(p); }},
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
    write_packed_jets(folder / "train.h5", good_jets(60, 1));
    write_packed_jets(folder / "val.h5", good_jets(40, 2));
    write_packed_jets(folder / "test.h5", good_jets(40, 3));
    write_table(folder / "table.h5");
    write_toy_events(folder / "events.h5", 1, -1);
    write_scores(folder / "scores.h5");
    write_plain_jets(folder / "jets.h5", toy::jets(40), kJetSlots, {0, 1, 3, 2, 4, 39});
    write_good_distances(folder / "distances.h5");
}

void spoil(const fs::path& path, const std::string& how)
{
    for (const auto* faults : {&file_faults(), &jet_faults(), &table_faults(), &distance_faults()})
        if (const auto found = faults->find(how); found != faults->end())
            return found->second(path);
    throw InternalError("no such way to spoil a file: " + how);
}

}  // namespace jetsmith::test
