// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/claims.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetsmith::hdf5 {
namespace {

constexpr int64_t kMostBytes = int64_t{1} << 60;
constexpr int64_t kMostChunkBytes = (int64_t{1} << 32) - 1;  // the file format has no more
constexpr int64_t kFreeBytes = int64_t{64} << 20;
constexpr int64_t kUnwrittenRatio = 8;

/// Bytes of an array; -1 when they are more than `most`, or an extent is below `least`. Extents of
/// 0 do not hide the size of the others.
int64_t array_bytes(const std::vector<int64_t>& shape, size_t element, int64_t least, int64_t most)
{
    auto bytes = static_cast<int64_t>(std::max<size_t>(element, 1));
    for (const int64_t extent : shape)
        if (extent < least || __builtin_mul_overflow(bytes, std::max<int64_t>(extent, 1), &bytes) ||
            bytes > most)
            return -1;
    return bytes;
}

bool lies_within(const Field& field, size_t element_bytes)
{
    const int64_t bytes = array_bytes(field.shape, element_size(field.element), 0,
                                      static_cast<int64_t>(element_bytes));
    return bytes >= 0 && field.offset <= element_bytes &&
           static_cast<size_t>(bytes) <= element_bytes - field.offset;
}

/// True when the members of records, and the elements of arrays, lie within them. The library
/// converts records without looking, and reads beyond its buffer where they do not.
bool is_consistent(hid_t type)
{
    const size_t size = H5Tget_size(type);
    if (H5Tget_class(type) == H5T_ARRAY) {
        const Handle base(H5Tget_super(type), H5Tclose);
        std::vector<hsize_t> dims(H5S_MAX_RANK);
        const int rank = H5Tget_array_dims2(type, dims.data());
        const std::vector<int64_t> shape(dims.begin(), dims.begin() + std::max(rank, 0));
        const int64_t bytes = array_bytes(shape, H5Tget_size(base.id()), 1, kMostChunkBytes);
        return static_cast<int64_t>(size) == bytes && is_consistent(base.id());
    }
    if (H5Tget_class(type) != H5T_COMPOUND) return size > 0;
    for (int i = 0; i < H5Tget_nmembers(type); ++i) {
        const auto k = static_cast<unsigned>(i);
        const Handle member(H5Tget_member_type(type, k), H5Tclose);
        const size_t offset = H5Tget_member_offset(type, k), bytes = H5Tget_size(member.id());
        if (offset > size || bytes > size - offset || !is_consistent(member.id())) return false;
    }
    return true;
}

/// Bytes of values that lie in the file, however well they are compressed.
int64_t written_bytes(hid_t dataset, const Claims& claims)
{
    if (claims.chunk.empty()) return static_cast<int64_t>(H5Dget_storage_size(dataset));
    const Handle space(H5Dget_space(dataset), H5Sclose);
    hsize_t count = 0;
    if (H5Dget_num_chunks(dataset, space.id(), &count) < 0) return 0;
    const int64_t chunk = array_bytes(claims.chunk, claims.element_bytes, 1, kMostChunkBytes);
    int64_t bytes = 0;
    const bool too_many = __builtin_mul_overflow(static_cast<int64_t>(count), chunk, &bytes);
    return too_many ? kMostBytes : bytes;
}

int64_t file_bytes(hid_t dataset)
{
    const Handle file(H5Iget_file_id(dataset), H5Fclose);
    hsize_t bytes = 0;
    return H5Fget_filesize(file.id(), &bytes) < 0 ? 0 : static_cast<int64_t>(bytes);
}

}  // namespace

std::string impossible(hid_t dataset, const Claims& claims)
{
    const Lock lock;
    const int64_t all = array_bytes(claims.shape, claims.element_bytes, 0, kMostBytes);
    if (all < 0) return fmt::format("impossible shape ({})", fmt::join(claims.shape, ", "));
    const bool ranks_differ = claims.chunk.size() != claims.shape.size();
    if (!claims.chunk.empty() &&
        (ranks_differ || array_bytes(claims.chunk, claims.element_bytes, 1, kMostChunkBytes) < 0))
        return fmt::format("impossible chunks ({})", fmt::join(claims.chunk, ", "));
    const Handle type(H5Dget_type(dataset), H5Tclose);
    if (!is_consistent(type.id())) return "its type has members outside of itself";
    if (claims.element_bytes == 0) return "its type has no size";
    for (const Field& field : claims.fields)
        if (!lies_within(field, claims.element_bytes))
            return fmt::format("field '{}' does not fit into its record", field.name);
    if (all <= kFreeBytes || claims.shape.front() == 0) return "";
    const int64_t written = std::min(written_bytes(dataset, claims), kMostBytes);
    const int64_t there = std::max(written, file_bytes(dataset));
    if ((all - written - kFreeBytes) / kUnwrittenRatio > there)
        return fmt::format("it claims {} bytes of values, {} are there", all, written);
    return "";
}

}  // namespace jetsmith::hdf5
