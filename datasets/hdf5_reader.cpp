// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5_reader.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>

#include "core/errors.h"
#include "core/random.h"
#include "datasets/mixture.h"
#include "datasets/store_columns.h"

namespace jetsmith {

namespace {

/// Every run draws the same rows, whatever its seed: runs that differ in their seed alone are trained
/// and judged on the same rows, so that their spread is that of the training.
constexpr uint64_t kDrawSeed = 1;

}  // namespace

void draw_rows(std::vector<PassingRows>& passing, int64_t most)
{
    struct Drawn {
        uint64_t key;
        size_t file;
        int64_t row;
    };
    std::vector<Drawn> all;
    for (size_t f = 0; f < passing.size(); ++f)
        for (const int64_t row : passing[f].rows) {
            const uint64_t source = uint64_t{f} << 40 | static_cast<uint64_t>(row);
            all.push_back({random_bits({kDrawSeed, Purpose::sample, 0, source}), f, row});
        }
    if (std::ssize(all) <= most) return;
    std::nth_element(all.begin(), all.begin() + most, all.end(), [](const auto& a, const auto& b) {
        return std::tie(a.key, a.file, a.row) < std::tie(b.key, b.file, b.row);
    });
    for (auto& file : passing) file.rows.clear();
    for (int64_t i = 0; i < most; ++i)
        passing[all[static_cast<size_t>(i)].file].rows.push_back(all[static_cast<size_t>(i)].row);
    for (auto& file : passing) std::sort(file.rows.begin(), file.rows.end());
}

Hdf5Reader::Hdf5Reader(ReaderOptions options, WantedColumns wanted, bool refines)
    : options_(std::move(options)), wanted_(std::move(wanted)), refines_(refines),
      late_selection_(refines && options_.selection)
{
    wanted_.weight = options_.weights;
    wanted_.observers = options_.observers;
    rules_ = {options_.unit, options_.max_constituents,
              late_selection_ ? nullptr : options_.selection, std::ssize(options_.classes)};
}

bool Hdf5Reader::has(Split split) const { return !options_.splits.of(split).entries.empty(); }

std::vector<std::filesystem::path> Hdf5Reader::files(Split split) const
{
    std::vector<std::filesystem::path> all;
    for (const FileRows& rows : options_.splits.files(split)) all.push_back(rows.file);
    return all;
}

void Hdf5Reader::check(Split split) const
{
    for (const FileRows& rows : options_.splits.files(split)) {
        const StoreBuilder builder(wanted_of(rows.file), rules_, /*lenient=*/false);
        const FilePlan plan = builder.plan(rows.file);
        const RowRange range = resolve(rows.range, plan.rows, plan.file());
        if (!refines_) continue;
        const EventStore first =
            builder.read({{rows.file, {range.begin, range.begin + 1}, rows.label, {}}});
        const EventStore refined = refine(first, /*lenient=*/false);
        if (late_selection_) bind(*options_.selection, refined, "data.select");
    }
}

EventStore Hdf5Reader::read(Split split) const
{
    if (!has(split))
        throw UserError("data.{}: no file is given. Name one to use this split.",
                        split_name(split));
    auto files = options_.splits.files(split);
    const int64_t most = options_.splits.of(split).max_rows;
    WantedColumns wanted = wanted_of(files.front().file);
    // Files with a class of their own need no label column.
    const auto has_class = [](const FileRows& rows) { return rows.label >= 0; };
    if (std::all_of(files.begin(), files.end(), has_class)) wanted.label.clear();
    const bool mixed = split == Split::train && !options_.mixture.empty();
    const bool draws = most > 0 || mixed;
    if (draws && !late_selection_) {
        RowRules chosen = rules_;
        chosen.selection.reset();  // has been applied when rows are drawn
        auto passing = StoreBuilder(wanted, rules_, /*lenient=*/false).passing_rows(files, mixed);
        draw(passing, most, mixed);
        for (size_t f = 0; f < files.size(); ++f) files[f].chosen = std::move(passing[f].rows);
        return finish(StoreBuilder(wanted, chosen, /*lenient=*/false).read(files), files, false);
    }
    const EventStore all =
        finish(StoreBuilder(wanted, rules_, /*lenient=*/false).read(files), files, false);
    if (!draws) return all;
    std::vector<PassingRows> passing(files.size());
    const auto* file = all.source_files_B.const_data_ptr<int32_t>();
    const auto* row = all.source_rows_B.const_data_ptr<int64_t>();
    const auto* label = all.labels_B.defined() ? all.labels_B.const_data_ptr<int64_t>() : nullptr;
    for (int64_t i = 0; i < all.rows; ++i) {
        auto& of_file = passing[static_cast<size_t>(file[i])];
        of_file.rows.push_back(row[i]);
        of_file.labels.push_back(label ? label[i] : -1);
    }
    draw(passing, most, mixed);
    std::vector<int64_t> places;
    for (int64_t i = 0; i < all.rows; ++i) {
        const auto& kept = passing[static_cast<size_t>(file[i])].rows;
        if (std::binary_search(kept.begin(), kept.end(), row[i])) places.push_back(i);
    }
    return all.select(at::tensor(places, at::kLong));
}

void Hdf5Reader::draw(std::vector<PassingRows>& passing, int64_t most, bool mixed) const
{
    if (mixed) {
        draw_mixture(passing, options_.mixture, options_.classes, most, kDrawSeed);
    } else {
        draw_rows(passing, most);
    }
}

EventStore Hdf5Reader::read_files(const std::vector<std::filesystem::path>& paths) const
{
    std::vector<FileRows> files;
    for (const auto& pattern : paths)
        for (const auto& path : expand(pattern)) files.push_back({path, {}, -1, {}});
    const StoreBuilder builder(wanted_of(files.front().file), rules_, /*lenient=*/true);
    return finish(builder.read(files), files, /*lenient=*/true);
}

EventStore Hdf5Reader::refine(EventStore store, bool) const { return store; }

EventStore Hdf5Reader::selected(EventStore store) const
{
    const auto passes = evaluate(*options_.selection, store, "data.select");
    std::vector<int64_t> places;
    for (size_t i = 0; i < passes.size(); ++i)
        if (is_true(passes[i])) places.push_back(static_cast<int64_t>(i));
    return store.select(at::tensor(places, at::kLong));
}

EventStore Hdf5Reader::finish(EventStore store, const std::vector<FileRows>& files,
                              bool lenient) const
{
    store.class_names = options_.classes;
    store.row_noun = wanted_.row_noun;
    store = refine(std::move(store), lenient);
    if (late_selection_) store = selected(std::move(store));
    if (store.rows == 0)
        throw UserError("{}{}: no row is left{}. Loosen the selection or the row range.",
                        files.front().file.string(), files.size() > 1 ? " and others" : "",
                        options_.selection
                            ? fmt::format(" (none passes '{}')", options_.selection->text())
                            : "");
    return store;
}

std::vector<double> Hdf5Reader::class_weights(const EventStore& train) const
{
    const size_t classes = options_.classes.size();
    std::vector<double> factors(classes, 1.0);
    for (size_t c = 0; c < classes; ++c)
        if (const auto found = options_.class_weights.find(options_.classes[c]);
            found != options_.class_weights.end())
            factors[c] = found->second;
    if (!options_.balanced || !train.labels_B.defined()) return factors;
    std::vector<double> sums(classes, 0.0);
    const auto* labels = train.labels_B.const_data_ptr<int64_t>();
    const auto* weights = train.weights_B.const_data_ptr<double>();
    for (int64_t b = 0; b < train.rows; ++b)
        if (labels[b] >= 0) sums[static_cast<size_t>(labels[b])] += weights[b];
    const double all = std::accumulate(sums.begin(), sums.end(), 0.0);
    const auto present = std::count_if(sums.begin(), sums.end(), [](double s) { return s != 0; });
    for (size_t c = 0; c < classes; ++c) {
        if (sums[c] < 0)
            throw UserError(
                "data.class_weights: 'balanced' needs positive sums of weights (class "
                "'{}' has {}). Give the factors as a map.",
                options_.classes[c], sums[c]);
        factors[c] = sums[c] == 0 ? 0 : all / (static_cast<double>(present) * sums[c]);
    }
    return factors;
}

}  // namespace jetsmith
