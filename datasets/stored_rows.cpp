// SPDX-License-Identifier: Apache-2.0
#include "datasets/stored_rows.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>

#include <algorithm>

#include "core/errors.h"
#include "core/ordered_blocks.h"

namespace jetsmith {
namespace {

/// The bytes as a tensor that is valid as long as they are.
at::Tensor view(GrowingBuffer& buffer, const std::vector<int64_t>& sizes, at::ScalarType dtype)
{
    if (buffer.size() == 0) return at::empty(sizes, dtype);
    return at::from_blob(buffer.data(), sizes, dtype);
}

/// int64 (B + 1) from the number of objects of each row.
at::Tensor offsets_of(GrowingBuffer& counts, int64_t rows)
{
    at::Tensor offsets_B1 = at::empty({rows + 1}, at::kLong);
    const auto* count = reinterpret_cast<const int64_t*>(counts.data());
    auto* offset = offsets_B1.mutable_data_ptr<int64_t>();
    offset[0] = 0;
    for (int64_t i = 0; i < rows; ++i) offset[i + 1] = offset[i] + count[i];
    return offsets_B1;
}

/// Buffers of a thread, and the file whose chunks they hold.
struct Scratch {
    BlockReader::Scratch buffers;
    size_t file = 0;
};

/// What is kept of every row.
EventStore index_of(const EventStore& block)
{
    EventStore index = block;
    index.collections.clear();
    index.scalars.clear();
    index.dense.clear();
    return index;
}

}  // namespace

StoredRows::StoredRows(std::vector<FilePlan> plans, std::vector<FileRows> files, Finish finish,
                       BadRows bad_rows)
    : files_(std::move(files)),
      plans_(std::move(plans)),
      left_out_(files_.size()),
      finish_(std::move(finish)),
      bad_rows_(bad_rows)
{
    for (size_t f = 0; f < files_.size(); ++f) {
        names_.push_back(std::filesystem::absolute(files_[f].file).lexically_normal().string());
        block_rows_.push_back(plans_[f].block_rows());
        labelled_ = labelled_ && (plans_[f].label || files_[f].label >= 0);
        files_[f].range = resolve(files_[f].range, plans_[f].rows, plans_[f].file());
    }
}

int64_t StoredRows::candidates() const
{
    int64_t rows = 0;
    for (const FileRows& file : files_)
        rows += file.chosen ? std::ssize(*file.chosen) : file.range.end - file.range.begin;
    return rows;
}

int64_t StoredRows::scratch_bytes(int threads) const
{
    int64_t most = 0;
    for (size_t f = 0; f < plans_.size(); ++f) {
        const FilePlan& plan = plans_[f];
        int64_t chunks = 0;
        for (const size_t s : plan.sources) {
            const auto& source = *plan.table.sources[s];
            // As stored and decompressed; several of them side by side.
            const int64_t rows =
                2 * source.band_rows() + (source.band_rows() < block_rows_[f] ? block_rows_[f] : 0);
            chunks += rows * static_cast<int64_t>(source.row_bytes());
        }
        const auto block = static_cast<int64_t>(BlockReader(plan, -1).row_bound()) * block_rows_[f];
        most = std::max(most, threads * chunks + blocks_in_flight(threads) * block);
    }
    return most;
}

int64_t StoredRows::left_out() const
{
    int64_t rows = 0;
    for (const auto& reasons : left_out_)
        for (const auto& [reason, count] : reasons) rows += count;
    return rows;
}

std::vector<StoredRows::Block> StoredRows::all_blocks() const
{
    std::vector<Block> blocks;
    for (size_t f = 0; f < files_.size(); ++f) {
        if (files_[f].chosen) {
            add_blocks(f, *files_[f].chosen, blocks);
            continue;
        }
        const RowRange range = files_[f].range;
        for (int64_t begin = range.begin; begin < range.end;) {
            const int64_t end = std::min((begin / block_rows_[f] + 1) * block_rows_[f], range.end);
            blocks.push_back({f, begin, end, nullptr});
            begin = end;
        }
    }
    return blocks;
}

EventStore StoredRows::index(int threads, const BlockVisitor& visit)
{
    return first_pass(threads, [&](const EventStore& block) {
        if (visit) visit(block);
        return index_of(block);
    });
}

EventStore StoredRows::all(int threads)
{
    return first_pass(threads, [](const EventStore& block) { return block; });
}

/// What `keep` makes of the good rows of each block.
EventStore StoredRows::first_pass(int threads,
                                  const std::function<EventStore(const EventStore&)>& keep)
{
    const auto buffers = std::make_shared<StoreBuffers>();
    double bytes = 0;
    const std::atomic<bool> never = false;
    run(all_blocks(), threads, /*first=*/true, never, [&](const EventStore& block) {
        bytes += static_cast<double>(block.bytes());
        buffers->append(keep(block));
    });
    bytes_per_row_ = bytes / static_cast<double>(std::max<int64_t>(1, buffers->rows()));
    for (size_t f = 0; f < files_.size(); ++f) {
        files_[f].chosen.reset();
        plans_[f].forget_selection();
    }
    EventStore store = StoreBuffers::store(buffers);
    store.left_out = left_out_;
    return store;
}

void StoredRows::read(const std::vector<std::vector<int64_t>>& rows_of_file, int threads,
                      const std::atomic<bool>& stop, StoreBuffers& out)
{
    std::vector<Block> blocks;
    for (size_t f = 0; f < rows_of_file.size(); ++f) add_blocks(f, rows_of_file[f], blocks);
    run(blocks, threads, /*first=*/false, stop,
        [&](const EventStore& block) { out.append(block); });
}

EventStore StoredRows::read(const EventStore& index, int threads)
{
    std::vector<std::vector<int64_t>> rows_of_file(files_.size());
    const auto* row = index.source_rows_B.const_data_ptr<int64_t>();
    const auto* file = index.source_files_B.const_data_ptr<int32_t>();
    for (int64_t b = 0; b < index.rows; ++b)
        rows_of_file[static_cast<size_t>(file[b])].push_back(row[b]);
    const auto buffers = std::make_shared<StoreBuffers>();
    const std::atomic<bool> never = false;
    read(rows_of_file, threads, never, *buffers);
    EventStore store = StoreBuffers::store(buffers);
    store.left_out = left_out_;
    return store;
}

/// The blocks of a file that hold the given rows.
void StoredRows::add_blocks(size_t file, const std::vector<int64_t>& rows,
                            std::vector<Block>& all) const
{
    for (auto row = rows.begin(); row != rows.end();) {
        const int64_t end = (*row / block_rows_[file] + 1) * block_rows_[file];
        const auto next = std::lower_bound(row, rows.end(), end);
        all.push_back({file, *row, next[-1] + 1, &rows});
        row = next;
    }
}

void StoredRows::run(const std::vector<Block>& blocks, int threads, bool first,
                     const std::atomic<bool>& stop, const BlockVisitor& take)
{
    const std::lock_guard lock(one_call_);
    const auto in_flight = static_cast<size_t>(blocks_in_flight(threads));
    std::vector<Scratch> scratch_of(static_cast<size_t>(threads));
    std::vector<RowBuffers> buffers;
    while (buffers.size() < in_flight) buffers.emplace_back(plans_.front().values.size());
    std::vector<Made> made(in_flight);
    const auto make = [&](int64_t b, size_t slot, size_t thread) {
        const Block& block = blocks[static_cast<size_t>(b)];
        const BlockReader reader(plans_[block.file], files_[block.file].label);
        Scratch& scratch = scratch_of[thread];
        if (scratch.file != block.file)
            for (auto& source : scratch.buffers.sources) source.held = -1;
        scratch.file = block.file;
        auto& [rows, faults] = made[slot];
        auto* judged = first ? &faults : nullptr;
        reader.read(block.begin, block.end, block.chosen, scratch.buffers, buffers[slot], judged);
        if (buffers[slot].rows() == 0) return;
        rows = finish_(store_of(block.file, buffers[slot]), judged);
        rows = without_faults(rows, faults);
    };
    make_in_order(
        std::ssize(blocks), threads, make,
        [&](int64_t b, size_t slot) {
            settle(blocks[static_cast<size_t>(b)].file, made[slot].faults);
            if (made[slot].rows.rows > 0) take(made[slot].rows);
            made[slot] = {};
        },
        stop);
}

/// Stops at the first bad row, or counts all.
void StoredRows::settle(size_t file, const RowFaults& faults)
{
    if (!faults.empty() && bad_rows_ == BadRows::stop) {
        const auto& [row, fault] = *faults.begin();
        throw UserError("{}: row {}{}", plans_[file].file(), row, fault.message);
    }
    for (const auto& [row, fault] : faults) ++left_out_[file][fault.reason];
}

/// The rows of a block in the memory of `rows`.
EventStore StoredRows::store_of(size_t file, RowBuffers& rows) const
{
    const FilePlan& plan = plans_[file];
    EventStore store;
    store.rows = rows.rows();
    const std::vector<int64_t> one{store.rows};
    if (plan.momenta) {
        auto& constituents = store.collections["constituents"];
        constituents.offsets_B1 = offsets_of(rows.counts, store.rows);
        constituents.momenta_T4 = view(rows.momenta, {rows.constituents(), 4}, at::kFloat);
    }
    for (size_t k = 0; k < plan.values.size(); ++k) {
        const auto& value = plan.values[k];
        std::vector<int64_t> sizes{store.rows};
        sizes.insert(sizes.end(), value.column.shape.begin(), value.column.shape.end());
        auto& group = value.dense ? store.dense : store.scalars;
        group[value.name] = view(rows.values[k], sizes, value.dtype);
    }
    store.weights_B = view(rows.weights, one, at::kDouble);
    store.source_rows_B = view(rows.source_rows, one, at::kLong);
    store.source_files_B = at::full({store.rows}, static_cast<int64_t>(file), at::kInt);
    if (labelled_) store.labels_B = view(rows.labels, one, at::kLong);
    store.files = names_;
    store.block_rows = block_rows_;
    return store;
}

}  // namespace jetsmith
