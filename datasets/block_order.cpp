// SPDX-License-Identifier: Apache-2.0
#include "datasets/block_order.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/parallel.h"
#include "core/random.h"
#include "datasets/epoch_order.h"

namespace jetsmith {
namespace {

constexpr int64_t kFewestBlocks = 16;  // in a buffer: fewer would not mix
constexpr int64_t kBlock = 1024;       // rows, where nothing is known of the file
constexpr uint32_t kDealt = 1;         // number of the draw: 0 orders rows

/// Entries [begin, end) lie in one block.
struct Block {
    int64_t begin = 0, end = 0;
};

/// The rows of an index on the CPU, as pointers.
struct Rows {
    explicit Rows(const EventStore& index)
        : rows_B(index.source_rows_B.to(at::kCPU)), files_B(index.source_files_B.to(at::kCPU)),
          row(rows_B.const_data_ptr<int64_t>()), file(files_B.const_data_ptr<int32_t>())
    {
    }
    at::Tensor rows_B, files_B;
    const int64_t* row;
    const int32_t* file;
};

std::vector<Block> blocks_of(const EventStore& index, const Rows& rows, const int64_t* entry,
                             int64_t entries, int64_t most)
{
    const auto width = [&](int32_t file) {
        const auto f = static_cast<size_t>(file);
        return std::min(most, f < index.block_rows.size() ? index.block_rows[f] : kBlock);
    };
    std::vector<Block> blocks;
    std::pair<int32_t, int64_t> last{-1, -1};
    for (int64_t i = 0; i < entries; ++i) {
        const int64_t position = entry ? entry[i] : i;
        const int32_t file = rows.file[position];
        const std::pair key{file, rows.row[position] / width(file)};
        if (key != last || i - blocks.back().begin == most) blocks.push_back({i, i});
        last = key;
        blocks.back().end = i + 1;
    }
    return blocks;
}

/// The blocks of buffer after buffer: one of every group of `buffers` blocks that follow each other.
std::vector<Block> dealt(const std::vector<Block>& blocks, int64_t buffers, uint64_t seed,
                         uint32_t epoch)
{
    std::vector<std::vector<Block>> of_buffer(static_cast<size_t>(buffers));
    std::vector<std::pair<uint64_t, int64_t>> drawn(static_cast<size_t>(buffers));
    for (int64_t first = 0; first < std::ssize(blocks); first += buffers) {
        // The last group is drawn as if it were full.
        for (int64_t k = 0; k < buffers; ++k) {
            const RandomKey key{seed, Purpose::shuffle, epoch, static_cast<uint64_t>(first + k)};
            drawn[static_cast<size_t>(k)] = {random_bits(key, kDealt), first + k};
        }
        std::sort(drawn.begin(), drawn.end());
        for (size_t b = 0; b < drawn.size(); ++b)
            if (drawn[b].second < std::ssize(blocks))
                of_buffer[b].push_back(blocks[static_cast<size_t>(drawn[b].second)]);
    }
    std::vector<Block> all;
    for (const auto& some : of_buffer) all.insert(all.end(), some.begin(), some.end());
    return all;
}

/// Puts the positions of one buffer in the order of random keys.
void shuffle(int64_t* begin, int64_t* end, const Rows& rows, uint64_t seed, uint32_t epoch)
{
    std::sort(begin, end);
    std::vector<std::pair<uint64_t, int64_t>> keyed;
    keyed.reserve(static_cast<size_t>(end - begin));
    uint32_t round = 0;
    for (const int64_t* p = begin; p < end; ++p) {
        round = p > begin && p[-1] == *p ? round + 1 : 0;
        const uint64_t row = row_key(rows.file[*p], rows.row[*p]);
        uint64_t key = random_bits({seed, Purpose::shuffle, epoch, row});
        // A repeated row gets a key of its own, else its copies would stand side by side.
        if (round > 0) key = random_bits({key, Purpose::sample, epoch, 0}, round);
        keyed.emplace_back(key, *p);
    }
    std::sort(keyed.begin(), keyed.end());
    for (const auto& [key, position] : keyed) *begin++ = position;
}

}  // namespace

RowOrder block_order(const EventStore& index, uint64_t seed, uint32_t epoch, int64_t buffer,
                     const at::Tensor& entries)
{
    const Rows rows(index);
    const at::Tensor chosen = entries.defined() ? entries.contiguous() : entries;
    const int64_t* entry = chosen.defined() ? chosen.const_data_ptr<int64_t>() : nullptr;
    const int64_t count = chosen.defined() ? chosen.size(0) : index.rows;
    const int64_t buffers = std::max<int64_t>(1, (count + buffer - 1) / buffer);
    const int64_t size = std::max<int64_t>(1, (count + buffers - 1) / buffers);
    const int64_t most = std::max<int64_t>(1, size / kFewestBlocks);
    const auto blocks = dealt(blocks_of(index, rows, entry, count, most), buffers, seed, epoch);
    at::Tensor order = at::empty({count}, at::kLong);
    auto* const out = order.mutable_data_ptr<int64_t>();
    auto* next = out;
    for (const Block& block : blocks)
        for (int64_t i = block.begin; i < block.end; ++i) *next++ = entry ? entry[i] : i;
    parallel_for(buffers, 1, [&](int64_t from, int64_t to) {
        for (int64_t b = from; b < to; ++b)
            shuffle(out + std::min(count, b * size), out + std::min(count, (b + 1) * size), rows,
                    seed, epoch);
    });
    return {order, size};
}

}  // namespace jetsmith
