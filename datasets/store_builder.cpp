// SPDX-License-Identifier: Apache-2.0
#include "datasets/store_builder.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith {
namespace {

/// Memory for blocks that are decoded but not yet in the store.
constexpr size_t kInFlightBytes = size_t{24} << 20;

/// Hands each thread buffers that keep their size from block to block.
class ScratchPool {
  public:
    class Lease {
      public:
        Lease(ScratchPool& pool, std::unique_ptr<BlockReader::Scratch> scratch)
            : pool_(pool), scratch_(std::move(scratch))
        {
        }
        ~Lease()
        {
            const std::lock_guard lock(pool_.mutex_);
            pool_.free_.push_back(std::move(scratch_));
        }
        BlockReader::Scratch& operator*() { return *scratch_; }

      private:
        ScratchPool& pool_;
        std::unique_ptr<BlockReader::Scratch> scratch_;
    };

    Lease lease()
    {
        const std::lock_guard lock(mutex_);
        if (free_.empty()) return {*this, std::make_unique<BlockReader::Scratch>()};
        auto scratch = std::move(free_.back());
        free_.pop_back();
        return {*this, std::move(scratch)};
    }

  private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<BlockReader::Scratch>> free_;
};

/// Reads one file to the end of `total`: waves of blocks are decoded side by side and then appended
/// in file order.
void read_file(const FilePlan& plan, const FileRows& rows, RowBuffers& total)
{
    const RowRange range = resolve(rows.range, plan.rows, plan.file());
    const BlockReader reader(plan, rows.label);
    const auto* chosen = rows.chosen ? &*rows.chosen : nullptr;
    const int64_t step = plan.table.sources[plan.primary]->band_rows();
    const int64_t first = range.begin / step, last = (range.end + step - 1) / step;
    const int64_t threads = thread_count();
    const auto bound = static_cast<int64_t>(kInFlightBytes / (reader.row_bound() * step + 1));
    const int64_t wave = std::clamp(bound, threads, 32 * threads);
    std::vector<RowBuffers> blocks;
    for (int64_t b = 0; b < wave; ++b) blocks.emplace_back(plan.values.size());
    ScratchPool pool;
    for (int64_t begin = first; begin < last; begin += wave) {
        const int64_t count = std::min(wave, last - begin);
        parallel_for(count, 1, [&](int64_t from, int64_t to) {
            auto scratch = pool.lease();
            for (int64_t b = from; b < to; ++b) {
                const int64_t row = (begin + b) * step;
                reader.read(std::max(row, range.begin), std::min(row + step, range.end), chosen,
                            *scratch, blocks[static_cast<size_t>(b)]);
            }
        });
        total.append(blocks, static_cast<size_t>(count));
    }
}

/// Row counts, with a leading zero, become offsets in place.
at::Tensor offsets_from(GrowingBuffer& counts, int64_t rows)
{
    auto* values = reinterpret_cast<int64_t*>(counts.data());
    for (int64_t i = 0; i < rows; ++i) values[i + 1] += values[i];
    return counts.release({rows + 1}, at::kLong);
}

EventStore to_store(const FilePlan& plan, RowBuffers& total, GrowingBuffer& files)
{
    EventStore store;
    store.rows = total.rows();
    if (plan.momenta) {
        auto& constituents = store.collections["constituents"];
        const int64_t count = total.constituents();
        constituents.offsets_B1 = offsets_from(total.counts, store.rows);
        constituents.momenta_T4 = total.momenta.release({count, 4}, at::kFloat);
    }
    for (size_t k = 0; k < plan.values.size(); ++k) {
        const auto& value = plan.values[k];
        std::vector<int64_t> sizes{store.rows};
        sizes.insert(sizes.end(), value.column.shape.begin(), value.column.shape.end());
        auto& group = value.dense ? store.dense : store.scalars;
        group[value.name] = total.values[k].release(sizes, value.dtype);
    }
    store.weights_B = total.weights.release({store.rows}, at::kDouble);
    store.source_rows_B = total.source_rows.release({store.rows}, at::kLong);
    store.source_files_B = files.release({store.rows}, at::kInt);
    return store;
}

/// Files may differ in a column's type; those of the first decide.
void take_types(const FilePlan& first, FilePlan& next)
{
    bool same = first.values.size() == next.values.size();
    for (size_t k = 0; same && k < first.values.size(); ++k) {
        same = first.values[k].name == next.values[k].name &&
               first.values[k].column.shape == next.values[k].column.shape;
        next.values[k].dtype = first.values[k].dtype;
    }
    if (!same)
        throw UserError("{}: its columns differ from those of {} in name or shape (equal ones are "
                        "wanted). jetsmith inspect shows both.",
                        next.file(), first.file());
}

}  // namespace

RowRange resolve(const RowRange& range, int64_t rows, const std::string& file)
{
    const int64_t end = range.end == -1 ? rows : range.end;
    if (rows == 0)
        throw UserError("{}: has no rows (0 seen; one or more wanted). Check how it was written.",
                        file);
    if (range.begin < 0 || end > rows || range.begin >= end)
        throw UserError("{}: rows {}:{} do not exist (the file has {} rows). Choose a range within "
                        "them; '{}:' means from row {} on.",
                        file, range.begin, end, rows, rows / 2, rows / 2);
    return {range.begin, end};
}

EventStore StoreBuilder::read(const std::vector<FileRows>& files) const
{
    ensure(!files.empty(), "no file to read");
    FilePlan first = plan(files.front().file);
    RowBuffers total(first.values.size());
    total.counts.push(int64_t{0});
    GrowingBuffer file_of_row;
    EventStore names;
    bool labelled = true;
    for (size_t f = 0; f < files.size(); ++f) {
        FilePlan current = f == 0 ? std::move(first) : plan(files[f].file);
        if (f > 0) take_types(first, current);
        labelled = labelled && (current.label || files[f].label >= 0);
        const int64_t before = total.rows();
        names.block_rows.push_back(current.block_rows());
        read_file(current, files[f], total);
        const auto added = static_cast<size_t>(total.rows() - before);
        std::fill_n(file_of_row.extend<int32_t>(added), added, static_cast<int32_t>(f));
        names.files.push_back(std::filesystem::absolute(files[f].file).lexically_normal().string());
        if (f == 0) first = std::move(current);
    }
    EventStore store = to_store(first, total, file_of_row);
    store.block_rows = std::move(names.block_rows);
    if (labelled) store.labels_B = total.labels.release({store.rows}, at::kLong);
    store.files = std::move(names.files);
    return store;
}

std::vector<FilePlan> StoreBuilder::open(const std::vector<FileRows>& files) const
{
    std::vector<FilePlan> plans;
    for (const FileRows& rows : files) {
        plans.push_back(plan(rows.file));
        if (plans.size() > 1) take_types(plans.front(), plans.back());
    }
    return plans;
}

std::vector<PassingRows> StoreBuilder::passing_rows(const std::vector<FileRows>& files,
                                                    bool with_labels) const
{
    const auto values = [](const GrowingBuffer& buffer) {
        const auto* begin = reinterpret_cast<const int64_t*>(buffer.data());
        return std::vector<int64_t>(begin, begin + buffer.size() / sizeof(int64_t));
    };
    std::vector<PassingRows> all;
    for (const auto& rows : files) {
        FilePlan current = plan(rows.file);
        if (!rules_.selection && (!with_labels || rows.label >= 0)) {
            const RowRange range = resolve(rows.range, current.rows, current.file());
            auto& passing = all.emplace_back();
            for (int64_t r = range.begin; r < range.end; ++r) passing.rows.push_back(r);
            if (with_labels) passing.labels.assign(passing.rows.size(), rows.label);
            continue;
        }
        current.keep_selection_only(with_labels);
        RowBuffers total(0);
        read_file(current, {rows.file, rows.range, with_labels ? rows.label : 0, {}}, total);
        all.push_back({values(total.source_rows), values(total.labels)});
    }
    return all;
}

}  // namespace jetsmith
