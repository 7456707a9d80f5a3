// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5_reader.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>

#include "core/errors.h"
#include "core/parallel.h"
#include "core/random.h"
#include "datasets/class_balance.h"
#include "datasets/mixture.h"
#include "datasets/store_columns.h"
#include "datasets/streamed_feed.h"

namespace jetsmith {

namespace {

/// Every run draws the same rows, whatever its seed: runs that differ in their seed alone are
/// trained and judged on the same rows, so that their spread is that of the training.
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
    : options_(std::move(options)),
      wanted_(std::move(wanted)),
      refines_(refines),
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
        auto plans = open_plans({rows}, wanted_of(rows.file), rules_, /*lenient=*/false);
        const RowRange range = resolve(rows.range, plans[0].rows, plans[0].file());
        if (!refines_ && options_.labels.empty()) continue;
        const auto bound = [this](EventStore first, RowFaults* faults) {
            const EventStore refined = refine(std::move(first), Extras::demanded, *faults);
            row_targets(refined, options_.labels, *faults);
            if (late_selection_) bind(*options_.selection, refined, "data.select");
            return refined;
        };
        const FileRows first{rows.file, {range.begin, range.begin + 1}, rows.label, {}};
        StoredRows(std::move(plans), {first}, bound, BadRows::drop).all(1);
    }
}

Hdf5Reader::Wanted Hdf5Reader::wanted(Split split) const
{
    if (!has(split))
        throw UserError(
            "data.{}: no file is given (one or more wanted). Name one to use this split.",
            split_name(split));
    Wanted wanted;
    wanted.files = options_.splits.files(split);
    wanted.most = options_.splits.of(split).max_rows;
    wanted.mixed = split == Split::train && !options_.mixture.empty();
    auto& files = wanted.files;
    WantedColumns columns = wanted_of(files.front().file);
    // Files with a class of their own need no label column.
    const auto has_class = [](const FileRows& rows) { return rows.label >= 0; };
    if (std::all_of(files.begin(), files.end(), has_class)) columns.label.clear();
    wanted.plans = open_plans(files, columns, rules_, /*lenient=*/false);
    if (wanted.mixed || wanted.most == 0 || options_.selection || options_.drop_bad_rows)
        return wanted;
    // All rows of the ranges count: they are drawn before any is read.
    std::vector<PassingRows> passing(files.size());
    for (size_t f = 0; f < files.size(); ++f) {
        const FilePlan& plan = wanted.plans[f];
        const RowRange range = resolve(files[f].range, plan.rows, plan.file());
        passing[f].rows.resize(static_cast<size_t>(range.end - range.begin));
        std::iota(passing[f].rows.begin(), passing[f].rows.end(), range.begin);
    }
    draw_rows(passing, wanted.most);
    for (size_t f = 0; f < files.size(); ++f) files[f].chosen = std::move(passing[f].rows);
    wanted.most = 0;
    return wanted;
}

Hdf5Reader::Wanted Hdf5Reader::wanted(const std::vector<std::filesystem::path>& paths,
                                      const OtherRows& which) const
{
    Wanted wanted;
    wanted.extras = which.labelled ? Extras::optional : Extras::observers;
    for (const auto& pattern : paths)
        for (const auto& path : expand(pattern, "--data"))
            wanted.files.push_back({path, which.range, -1, {}});
    WantedColumns columns = wanted_of(wanted.files.front().file);
    if (!which.labelled)
        for (auto* column : {&columns.label, &columns.label_otherwise, &columns.weight})
            column->clear();
    wanted.plans = open_plans(wanted.files, columns, rules_, /*lenient=*/true);
    return wanted;
}

std::shared_ptr<StoredRows> Hdf5Reader::stored(Wanted& wanted) const
{
    const auto finish = [this, extras = wanted.extras](EventStore block, RowFaults* faults) {
        return made(std::move(block), extras, faults);
    };
    return std::make_shared<StoredRows>(std::move(wanted.plans), std::move(wanted.files), finish,
                                        options_.drop_bad_rows ? BadRows::drop : BadRows::stop);
}

EventStore Hdf5Reader::read(Split split) const { return resident(wanted(split)); }

EventStore Hdf5Reader::read_files(const std::vector<std::filesystem::path>& files,
                                  const OtherRows& which) const
{
    return resident(wanted(files, which));
}

std::unique_ptr<RowFeed> Hdf5Reader::open(Split split, const BlockVisitor& visit) const
{
    if (!options_.stream) return Reader::open(split, visit);
    return streamed(wanted(split), visit);
}

std::unique_ptr<RowFeed> Hdf5Reader::open_files(const std::vector<std::filesystem::path>& files,
                                                const BlockVisitor& visit) const
{
    if (!options_.stream) return Reader::open_files(files, visit);
    return streamed(wanted(files, {}), visit);
}

EventStore Hdf5Reader::resident(Wanted wanted) const
{
    const auto rows = stored(wanted);
    const int threads = thread_count();
    const EventStore all = wanted.draws() ? rows->index(threads, {}) : rows->all(threads);
    check_left(all, *rows);
    return wanted.draws() ? rows->read(all.select(drawn(all, wanted)), threads) : all;
}

std::unique_ptr<RowFeed> Hdf5Reader::streamed(Wanted wanted, const BlockVisitor& visit) const
{
    StreamBudget& budget = *options_.stream;
    auto rows = stored(wanted);
    budget.lend(rows->scratch_bytes(budget.threads()), "blocks on their way");
    if (!options_.selection) budget.check_room(kIndexBytes * rows->candidates(), kIndex);
    EventStore index = rows->index(budget.threads(), wanted.draws() ? BlockVisitor{} : visit);
    check_left(index, *rows);
    if (wanted.draws()) index = index.select(drawn(index, wanted));
    budget.keep(index.bytes(), kIndex);
    auto feed = std::make_unique<StreamedFeed>(std::move(rows), std::move(index), options_.stream);
    if (visit && wanted.draws())
        for_each_block(*feed, kVisited, [&](const RowPiece& piece, int64_t) {
            visit(piece.store->select(piece.rows_B));
        });
    return feed;
}

/// Of the rows of an index, those that max_rows and mixture draw.
at::Tensor Hdf5Reader::drawn(const EventStore& index, const Wanted& wanted) const
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
    if (wanted.mixed)
        draw_mixture(passing, options_.mixture, options_.classes, wanted.most, kDrawSeed);
    else
        draw_rows(passing, wanted.most);
    std::vector<int64_t> places;
    for (int64_t i = 0; i < index.rows; ++i) {
        const auto& kept = passing[static_cast<size_t>(file[i])].rows;
        if (std::binary_search(kept.begin(), kept.end(), row[i])) places.push_back(i);
    }
    return at::tensor(places, at::kLong);
}

EventStore Hdf5Reader::refine(EventStore store, Extras, RowFaults&) const { return store; }

EventStore Hdf5Reader::selected(EventStore store) const
{
    const auto passes = evaluate(*options_.selection, store, "data.select");
    std::vector<int64_t> places;
    for (size_t i = 0; i < passes.size(); ++i)
        if (is_true(passes[i])) places.push_back(static_cast<int64_t>(i));
    return store.select(at::tensor(places, at::kLong));
}

/// Rows as the data type wants them. faults: null, or of rows that are met for the first time;
/// those alone stay then that pass a selection on what was made.
EventStore Hdf5Reader::made(EventStore block, Extras extras, RowFaults* faults) const
{
    RowFaults known;
    RowFaults& noted = faults ? *faults : known;
    block.class_names = options_.classes;
    block.row_noun = wanted_.row_noun;
    block = refine(std::move(block), extras, noted);
    if (faults && late_selection_) block = selected(std::move(block));
    const bool label = extras == Extras::demanded ||
                       (extras == Extras::optional && can_label(block, options_.labels));
    if (label && !options_.labels.empty())
        block.targets_BL = row_targets(block, options_.labels, noted);
    if (!faults) return block;
    judge_column(block, block.weights_B, options_.weights, noted);
    if (judge_) judge_(block, noted);
    return block;
}

void Hdf5Reader::check_left(const EventStore& index, const StoredRows& rows) const
{
    if (index.rows > 0) return;
    const auto& files = rows.files();
    std::string why = "0 seen";
    if (options_.selection) why = fmt::format("none passes '{}'", options_.selection->text());
    if (const int64_t bad = rows.left_out(); bad > 0)
        why = fmt::format("all {} are bad and data.on_bad_row is 'drop'", bad);
    throw UserError("{}{}: no row is left ({}; one or more wanted). {}.",
                    files.front().file.string(), files.size() > 1 ? " and others" : "", why,
                    rows.left_out() > 0 ? "Set data.on_bad_row: stop to see what is wrong with them"
                                        : "Loosen the selection or the row range");
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
