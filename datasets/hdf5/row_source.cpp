// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/row_source.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "core/errors.h"
#include "datasets/hdf5/claims.h"

namespace jetsmith::hdf5 {
namespace {

constexpr int64_t kBandBytes = 1 << 20;

int64_t product(const std::vector<int64_t>& dims, size_t first)
{
    return std::accumulate(dims.begin() + static_cast<int64_t>(first), dims.end(), int64_t{1},
                           std::multiplies<>());
}

std::vector<int64_t> chunk_shape(hid_t dataset)
{
    const Handle plist(H5Dget_create_plist(dataset), H5Pclose);
    if (H5Pget_layout(plist.id()) != H5D_CHUNKED) return {};
    std::vector<hsize_t> dims(H5S_MAX_RANK);
    const int stored = H5Pget_chunk(plist.id(), static_cast<int>(dims.size()), dims.data());
    return {dims.begin(), dims.begin() + std::max(stored, 0)};
}

/// Chunks that were never written read as the fill value; ours reads them as zeros only.
bool fills_with_zeros(hid_t dataset)
{
    const Handle plist(H5Dget_create_plist(dataset), H5Pclose);
    H5D_fill_value_t defined{};
    H5Pfill_value_defined(plist.id(), &defined);
    return defined != H5D_FILL_VALUE_USER_DEFINED;
}

}  // namespace

RowSource::RowSource(std::shared_ptr<const File> file, std::string path)
    : file_(std::move(file)), path_(std::move(path))
{
    const Lock lock;
    dataset_ = file_->dataset(path_);
    shape_ = shape(dataset_.id());
    if (shape_.empty())
        throw UserError("{}: dataset '{}' is a single value (rows are wanted). Choose another dataset.",
                        file_->name(), path_);
    Handle type(H5Dget_type(dataset_.id()), H5Tclose);
    filters_ = pipeline(dataset_.id());
    chunk_ = chunk_shape(dataset_.id());
    const bool native = is_native(type.id());
    direct_ = native && !chunk_.empty() && can_decode(filters_) && fills_with_zeros(dataset_.id());
    memory_type_ =
        native ? std::move(type) : Handle(H5Tget_native_type(type.id(), H5T_DIR_ASCEND), H5Tclose);
    fields_ = fields_of(memory_type_.id());
    element_bytes_ = H5Tget_size(memory_type_.id());
    const std::string reason = impossible(dataset_.id(), {shape_, chunk_, element_bytes_, fields_});
    if (!reason.empty())
        throw UserError("{}: dataset '{}' cannot be read ({}; a whole HDF5 file is wanted). Was the "
                        "download complete?",
                        file_->name(), path_, reason);
    row_bytes_ = element_bytes_ * static_cast<size_t>(product(shape_, 1));
    if (chunk_.empty()) {
        band_rows_ = std::max<int64_t>(1, kBandBytes / static_cast<int64_t>(row_bytes_ + 1));
    } else {
        band_rows_ = std::min(chunk_[0], std::max<int64_t>(1, shape_[0]));
        chunk_bytes_ = element_bytes_ * static_cast<size_t>(product(chunk_, 0));
        whole_rows_ = std::equal(chunk_.begin() + 1, chunk_.end(), shape_.begin() + 1);
    }
}

int64_t RowSource::stored_bytes() const
{
    const Lock lock;
    return static_cast<int64_t>(H5Dget_storage_size(dataset_.id()));
}

void RowSource::check_readable() const
{
    if (!chunk_.empty()) hdf5::check_readable(filters_, file_->name(), path_);
}

const std::byte* RowSource::read(int64_t begin, int64_t end, Scratch& scratch) const
{
    if (begin >= end) return nullptr;
    const int64_t first = begin / band_rows_, last = (end - 1) / band_rows_;
    if (first == last)
        return band(first, scratch) + static_cast<size_t>(begin - first * band_rows_) * row_bytes_;
    scratch.rows.resize(static_cast<size_t>(end - begin) * row_bytes_);
    std::byte* out = scratch.rows.data();
    for (int64_t k = first; k <= last; ++k) {
        const int64_t from = std::max(begin, k * band_rows_);
        const int64_t to = std::min(end, (k + 1) * band_rows_);
        const std::byte* rows = band(k, scratch);
        const auto bytes = static_cast<size_t>(to - from) * row_bytes_;
        std::memcpy(out, rows + static_cast<size_t>(from - k * band_rows_) * row_bytes_, bytes);
        out += bytes;
    }
    return scratch.rows.data();
}

/// A pointer into the scratch: the chunk itself where chunks hold whole rows.
const std::byte* RowSource::band(int64_t index, Scratch& scratch) const
{
    const bool in_chunk = direct_ && whole_rows_;
    if (scratch.held != index) {
        scratch.held = -1;
        const int64_t begin = index * band_rows_;
        const int64_t end = std::min(rows(), begin + band_rows_);
        if (in_chunk) {
            std::vector<hsize_t> origin(shape_.size(), 0);
            origin[0] = static_cast<hsize_t>(begin);
            chunk(origin, scratch);
        } else {
            scratch.band.resize(static_cast<size_t>(band_rows_) * row_bytes_);
            if (direct_)
                assemble(begin, scratch);
            else
                read_converted(begin, end, scratch.band.data());
        }
        scratch.held = index;
    }
    return in_chunk ? scratch.chunk.data() : scratch.band.data();
}

/// Fetches and decodes the chunk that begins at `origin`.
const std::byte* RowSource::chunk(const std::vector<hsize_t>& origin, Scratch& scratch) const
{
    uint32_t mask = 0;
    hsize_t size = 0;
    const auto row = static_cast<int64_t>(origin[0]);
    scratch.chunk.resize(chunk_bytes_);
    {
        const Lock lock;
        if (H5Dget_chunk_storage_size(dataset_.id(), origin.data(), &size) < 0)
            damaged(row, last_error());
        // A damaged index must not make us allocate without bound: filters shrink, or grow a
        // little.
        if (size > 2 * chunk_bytes_ + 4096)
            damaged(row, fmt::format("it claims {} bytes for {}", size, chunk_bytes_));
        scratch.compressed.resize(size);
        if (size > 0 && H5Dread_chunk(dataset_.id(), H5P_DEFAULT, origin.data(), &mask,
                                      scratch.compressed.data()) < 0)
            damaged(row, last_error());
    }
    if (size == 0)  // never written
        std::fill(scratch.chunk.begin(), scratch.chunk.end(), std::byte{0});
    else if (!decode(filters_, mask, scratch.compressed, scratch.chunk, scratch.work))
        damaged(row, "its bytes do not decompress");
    return scratch.chunk.data();
}

/// Puts the rows of a band together from chunks that hold parts of rows.
void RowSource::assemble(int64_t first_row, Scratch& scratch) const
{
    const size_t rank = shape_.size();
    std::vector<hsize_t> origin(rank, 0);
    origin[0] = static_cast<hsize_t>(first_row);
    // Copies the part of the chunk that lies inside the array, one run of the last dimension at a
    // time; `at` and `from` are element positions in the band and in the chunk.
    const std::function<void(size_t, int64_t, int64_t)> copy = [&](size_t d, int64_t at,
                                                                   int64_t from) {
        const auto start = d == 0 ? 0 : static_cast<int64_t>(origin[d]);
        const int64_t limit = d == 0 ? std::min(chunk_[0], rows() - first_row)
                                     : std::min(chunk_[d], shape_[d] - start);
        if (d + 1 == rank) {
            std::memcpy(scratch.band.data() + static_cast<size_t>(at + start) * element_bytes_,
                        scratch.chunk.data() + static_cast<size_t>(from) * element_bytes_,
                        static_cast<size_t>(limit) * element_bytes_);
            return;
        }
        const int64_t band_step = product(shape_, d + 1), chunk_step = product(chunk_, d + 1);
        for (int64_t i = 0; i < limit; ++i)
            copy(d + 1, at + (start + i) * band_step, from + i * chunk_step);
    };
    for (bool more = true; more;) {
        chunk(origin, scratch);
        copy(0, 0, 0);
        more = false;
        for (size_t d = rank; d-- > 1 && !more;) {
            origin[d] += static_cast<hsize_t>(chunk_[d]);
            more = static_cast<int64_t>(origin[d]) < shape_[d];
            if (!more) origin[d] = 0;
        }
    }
}

/// The library's own way, under the lock: not chunked, another byte order, or foreign filters.
void RowSource::read_converted(int64_t begin, int64_t end, std::byte* out) const
{
    const Lock lock;
    std::vector<hsize_t> start(shape_.size(), 0), count(shape_.begin(), shape_.end());
    start[0] = static_cast<hsize_t>(begin);
    count[0] = static_cast<hsize_t>(end - begin);
    const Handle space(H5Dget_space(dataset_.id()), H5Sclose);
    H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    const Handle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr),
                        H5Sclose);
    if (H5Dread(dataset_.id(), memory_type_.id(), memory.id(), space.id(), H5P_DEFAULT, out) < 0)
        damaged(begin, last_error());
}

void RowSource::damaged(int64_t row, const std::string& why) const
{
    throw UserError(
        "{}: dataset '{}' cannot be read from row {} on ({}). The file is damaged or its "
        "download incomplete; compare its size or checksum with the publisher's.",
        file_->name(), path_, row, why);
}

}  // namespace jetsmith::hdf5
