// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5_reader.h"

#include <algorithm>
#include <numeric>

#include "core/errors.h"
#include "core/random.h"
#include "datasets/mixture.h"

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

Hdf5Reader::Hdf5Reader(ReaderOptions options, WantedColumns wanted)
    : options_(std::move(options)), wanted_(std::move(wanted))
{
    wanted_.weight = options_.weights;
    wanted_.observers = options_.observers;
    rules_ = {options_.unit, options_.max_constituents, options_.selection,
              std::ssize(options_.classes)};
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
    const StoreBuilder builder(wanted_, rules_, /*lenient=*/false);
    for (const FileRows& rows : options_.splits.files(split)) {
        const FilePlan plan = builder.plan(rows.file);
        resolve(rows.range, plan.rows, plan.file());
    }
}

EventStore Hdf5Reader::read(Split split) const
{
    if (!has(split))
        throw UserError("data.{}: no file is given. Name one to use this split.",
                        split_name(split));
    auto files = options_.splits.files(split);
    const int64_t most = options_.splits.of(split).max_rows;
    RowRules rules = rules_;
    // Files with a class of their own need no label column.
    WantedColumns wanted = wanted_;
    const auto has_class = [](const FileRows& rows) { return rows.label >= 0; };
    if (std::all_of(files.begin(), files.end(), has_class)) wanted.label.clear();
    const bool mixed = split == Split::train && !options_.mixture.empty();
    if (most > 0 || mixed) {
        const StoreBuilder builder(wanted, rules, /*lenient=*/false);
        auto passing = builder.passing_rows(files, mixed);
        if (mixed) {
            draw_mixture(passing, options_.mixture, options_.classes, most, kDrawSeed);
        } else {
            draw_rows(passing, most);
        }
        for (size_t f = 0; f < files.size(); ++f) files[f].chosen = std::move(passing[f].rows);
        rules.selection.reset();  // it has been applied
    }
    return finish(StoreBuilder(wanted, rules, /*lenient=*/false).read(files), files);
}

EventStore Hdf5Reader::read_files(const std::vector<std::filesystem::path>& paths) const
{
    std::vector<FileRows> files;
    for (const auto& pattern : paths)
        for (const auto& path : expand(pattern)) files.push_back({path, {}, -1, {}});
    return finish(StoreBuilder(wanted_, rules_, /*lenient=*/true).read(files), files);
}

EventStore Hdf5Reader::finish(EventStore store, const std::vector<FileRows>& files) const
{
    if (store.rows == 0)
        throw UserError("{}{}: no row is left{}. Loosen the selection or the row range.",
                        files.front().file.string(), files.size() > 1 ? " and others" : "",
                        options_.selection
                            ? fmt::format(" (none passes '{}')", options_.selection->text())
                            : "");
    store.class_names = options_.classes;
    store.row_noun = wanted_.row_noun;
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
