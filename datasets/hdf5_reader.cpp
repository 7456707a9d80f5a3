// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5_reader.h"

#include <ATen/ops/tensor.h>

#include <algorithm>

#include "core/errors.h"
#include "core/random.h"
#include "datasets/class_balance.h"
#include "datasets/mixture.h"
#include "datasets/store_columns.h"
#include "datasets/streamed_feed.h"

namespace jetsmith {

namespace {

/// Every run draws the same rows, whatever its seed: runs that differ in their seed alone are trained
/// and judged on the same rows, so that their spread is that of the training.
constexpr uint64_t kDrawSeed = 1;

constexpr int64_t kVisited = 4096;   // rows at a time
constexpr int64_t kIndexBytes = 28;  // of a row: label, weight, number, file
const char* const kIndex = "labels, weights and numbers of the rows";

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
        if (!refines_ && options_.labels.empty()) continue;
        const EventStore first =
            builder.read({{rows.file, {range.begin, range.begin + 1}, rows.label, {}}});
        const EventStore refined = refine(first, /*lenient=*/false);
        row_targets(refined, options_.labels);
        if (late_selection_) bind(*options_.selection, refined, "data.select");
    }
}

Hdf5Reader::Wanted Hdf5Reader::wanted(Split split) const
{
    if (!has(split))
        throw UserError("data.{}: no file is given (one or more wanted). Name one to use this split.",
                        split_name(split));
    auto files = options_.splits.files(split);
    const int64_t most = options_.splits.of(split).max_rows;
    WantedColumns columns = wanted_of(files.front().file);
    // Files with a class of their own need no label column.
    const auto has_class = [](const FileRows& rows) { return rows.label >= 0; };
    if (std::all_of(files.begin(), files.end(), has_class)) columns.label.clear();
    const bool mixed = split == Split::train && !options_.mixture.empty();
    const bool draws = most > 0 || mixed;
    const StoreBuilder builder(columns, rules_, /*lenient=*/false);
    if (!draws || late_selection_) return {builder, std::move(files), most, mixed, !draws};
    RowRules chosen = rules_;
    chosen.selection.reset();  // has been applied when rows are drawn
    auto passing = builder.passing_rows(files, mixed);
    draw(passing, most, mixed);
    for (size_t f = 0; f < files.size(); ++f) files[f].chosen = std::move(passing[f].rows);
    return {StoreBuilder(columns, chosen, /*lenient=*/false), std::move(files), most, mixed, true};
}

Hdf5Reader::Wanted Hdf5Reader::wanted(const std::vector<std::filesystem::path>& paths) const
{
    std::vector<FileRows> files;
    for (const auto& pattern : paths)
        for (const auto& path : expand(pattern, "--data")) files.push_back({path, {}, -1, {}});
    StoreBuilder builder(wanted_of(files.front().file), rules_, /*lenient=*/true);
    return {std::move(builder), std::move(files), 0, false, true};
}

EventStore Hdf5Reader::read(Split split) const
{
    const Wanted rows = wanted(split);
    const EventStore all = finish(rows.builder.read(rows.files), rows.files, /*lenient=*/false);
    return rows.drawn ? all : all.select(drawn(all, rows.most, rows.mixed));
}

EventStore Hdf5Reader::read_files(const std::vector<std::filesystem::path>& paths) const
{
    const Wanted rows = wanted(paths);
    return finish(rows.builder.read(rows.files), rows.files, /*lenient=*/true);
}

std::unique_ptr<RowFeed> Hdf5Reader::open(Split split, const BlockVisitor& visit) const
{
    if (!options_.stream) return Reader::open(split, visit);
    return streamed(wanted(split), /*lenient=*/false, visit);
}

std::unique_ptr<RowFeed> Hdf5Reader::open_files(const std::vector<std::filesystem::path>& files,
                                                const BlockVisitor& visit) const
{
    if (!options_.stream) return Reader::open_files(files, visit);
    return streamed(wanted(files), /*lenient=*/true, visit);
}

std::unique_ptr<RowFeed> Hdf5Reader::streamed(Wanted wanted, bool lenient,
                                              const BlockVisitor& visit) const
{
    StreamBudget& budget = *options_.stream;
    const auto finish = [this, lenient](EventStore block, bool select) {
        return made(std::move(block), lenient, select);
    };
    auto rows = std::make_shared<StoredRows>(wanted.builder, std::move(wanted.files), finish);
    budget.lend(rows->scratch_bytes(budget.threads()), "blocks on their way");
    if (!options_.selection)
        budget.check_room(kIndexBytes * rows->candidates(), kIndex);
    EventStore index = rows->index(budget.threads(), wanted.drawn ? visit : BlockVisitor{});
    check_left(index.rows, rows->files());
    if (!wanted.drawn) index = index.select(drawn(index, wanted.most, wanted.mixed));
    budget.keep(index.bytes(), kIndex);
    auto feed = std::make_unique<StreamedFeed>(std::move(rows), std::move(index), options_.stream);
    if (visit && !wanted.drawn)
        for_each_block(*feed, kVisited, [&](const RowPiece& piece, int64_t) {
            visit(piece.store->select(piece.rows_B));
        });
    return feed;
}

/// Of rows that have been read, those that max_rows and mixture draw.
at::Tensor Hdf5Reader::drawn(const EventStore& index, int64_t most, bool mixed) const
{
    std::vector<PassingRows> passing(index.files.size());
    const auto* file = index.source_files_B.const_data_ptr<int32_t>();
    const auto* row = index.source_rows_B.const_data_ptr<int64_t>();
    const auto* label =
        index.labels_B.defined() ? index.labels_B.const_data_ptr<int64_t>() : nullptr;
    for (int64_t i = 0; i < index.rows; ++i) {
        auto& of_file = passing[static_cast<size_t>(file[i])];
        of_file.rows.push_back(row[i]);
        of_file.labels.push_back(label ? label[i] : -1);
    }
    draw(passing, most, mixed);
    std::vector<int64_t> places;
    for (int64_t i = 0; i < index.rows; ++i) {
        const auto& kept = passing[static_cast<size_t>(file[i])].rows;
        if (std::binary_search(kept.begin(), kept.end(), row[i])) places.push_back(i);
    }
    return at::tensor(places, at::kLong);
}

void Hdf5Reader::draw(std::vector<PassingRows>& passing, int64_t most, bool mixed) const
{
    if (mixed) {
        draw_mixture(passing, options_.mixture, options_.classes, most, kDrawSeed);
    } else {
        draw_rows(passing, most);
    }
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

/// Rows as the data type wants them; select: those alone that pass a selection on what it made.
EventStore Hdf5Reader::made(EventStore store, bool lenient, bool select) const
{
    store.class_names = options_.classes;
    store.row_noun = wanted_.row_noun;
    store = refine(std::move(store), lenient);
    if (select && late_selection_) store = selected(std::move(store));
    if (!options_.labels.empty() && (!lenient || can_label(store, options_.labels)))
        store.targets_BL = row_targets(store, options_.labels);
    return store;
}

EventStore Hdf5Reader::finish(EventStore store, const std::vector<FileRows>& files,
                              bool lenient) const
{
    store = made(std::move(store), lenient, /*select=*/true);
    check_left(store.rows, files);
    return store;
}

void Hdf5Reader::check_left(int64_t rows, const std::vector<FileRows>& files) const
{
    if (rows > 0) return;
    throw UserError("{}{}: no row is left ({}; one or more wanted). Loosen the selection or the row "
                    "range.",
                    files.front().file.string(), files.size() > 1 ? " and others" : "",
                    options_.selection ? fmt::format("none passes '{}'", options_.selection->text())
                                       : "0 seen");
}

std::vector<double> Hdf5Reader::class_weights(const EventStore& train) const
{
    if (options_.balanced && train.labelled()) return balanced_factors(train);
    const size_t count = options_.classes.size(), each = options_.labels.empty() ? 1 : 2;
    std::vector<double> factors(each * count, 1.0);
    for (size_t c = 0; c < count; ++c)
        if (const auto found = options_.class_weights.find(options_.classes[c]);
            found != options_.class_weights.end())
            factors[each * (c + 1) - 1] = found->second;
    return factors;
}

}  // namespace jetsmith
