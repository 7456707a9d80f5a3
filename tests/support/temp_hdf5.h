// SPDX-License-Identifier: Apache-2.0
// Writes small HDF5 files the way pandas, PyTables and h5py do, with the C library alone.
#pragma once

#include <blosc.h>
#include <hdf5.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace jetsmith::test {

template <typename T>
hid_t hdf5_type()
{
    if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
    if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
    if constexpr (std::is_same_v<T, int64_t>) return H5T_NATIVE_INT64;
    if constexpr (std::is_same_v<T, int32_t>) return H5T_NATIVE_INT32;
    if constexpr (std::is_same_v<T, int8_t>) return H5T_NATIVE_INT8;
    if constexpr (std::is_same_v<T, uint8_t>) return H5T_NATIVE_UINT8;
}

/// How a dataset is stored.
struct Storage {
    std::vector<hsize_t> chunk;  ///< empty: contiguous
    bool shuffle = false;
    bool checksum = false;
    int deflate = -1;        ///< level
    std::string blosc{};     ///< codec, e.g. "blosclz"
    int foreign_filter = 0;  ///< id of a filter that nobody has
};

class Hdf5Writer {
  public:
    /// `access`: a file access property list, say for the newest format of the file.
    explicit Hdf5Writer(const std::filesystem::path& path, hid_t access = H5P_DEFAULT)
        : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access))
    {
    }
    ~Hdf5Writer() { H5Fclose(file_); }
    Hdf5Writer(const Hdf5Writer&) = delete;
    Hdf5Writer& operator=(const Hdf5Writer&) = delete;

    void group(const std::string& name)
    {
        H5Gclose(H5Gcreate2(file_, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    }

    template <typename T>
    void dataset(const std::string& name, const std::vector<T>& values, std::vector<hsize_t> dims,
                 const Storage& storage = {})
    {
        raw(name, hdf5_type<T>(), values.data(), std::move(dims), storage);
    }

    /// Values of `file_type` as they lie in memory; blosc and foreign filters store chunks directly
    /// and need the first dimension alone to be chunked.
    void raw(const std::string& name, hid_t type, const void* values, std::vector<hsize_t> dims,
             const Storage& storage = {})
    {
        // PyTables leaves the first dimension unlimited, with chunks that may exceed the rows.
        std::vector<hsize_t> most = dims;
        if (!storage.chunk.empty()) most[0] = H5S_UNLIMITED;
        const hid_t space =
            H5Screate_simple(static_cast<int>(dims.size()), dims.data(), most.data());
        // The library refuses to create datasets with a filter that can only decode.
        if (!storage.blosc.empty()) H5Zunregister(32001);
        const hid_t plist = properties(type, storage);
        const hid_t links = H5Pcreate(H5P_LINK_CREATE);
        H5Pset_create_intermediate_group(links, 1);
        const hid_t data = H5Dcreate2(file_, name.c_str(), type, space, links, plist, H5P_DEFAULT);
        if (storage.blosc.empty() && storage.foreign_filter == 0)
            H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
        else
            write_chunks(data, H5Tget_size(type), values, dims, storage);
        H5Dclose(data);
        H5Pclose(links);
        H5Pclose(plist);
        H5Sclose(space);
    }

    void text(const std::string& object, const char* name, const std::string& value)
    {
        const hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, std::max<size_t>(1, value.size()));
        // PyTables stores an empty text as an attribute without a value.
        const hid_t space = H5Screate(value.empty() ? H5S_NULL : H5S_SCALAR);
        attribute(object, name, type, space, value.data());
        H5Tclose(type);
    }

    void integer(const std::string& object, const char* name, int64_t value)
    {
        attribute(object, name, H5T_NATIVE_INT64, H5Screate(H5S_SCALAR), &value);
    }

    /// Labels of equal length, padded with zeros.
    void labels(const std::string& name, const std::vector<std::string>& names)
    {
        size_t longest = 1;
        for (const auto& label : names) longest = std::max(longest, label.size());
        std::vector<char> cells(longest * names.size(), 0);
        for (size_t i = 0; i < names.size(); ++i)
            std::memcpy(cells.data() + i * longest, names[i].data(), names[i].size());
        const hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, longest);
        H5Tset_strpad(type, H5T_STR_NULLPAD);
        raw(name, type, cells.data(), {names.size()});
        H5Tclose(type);
    }

    hid_t id() const { return file_; }

  private:
    static hid_t properties(hid_t type, const Storage& storage)
    {
        const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
        if (storage.chunk.empty()) return plist;
        H5Pset_chunk(plist, static_cast<int>(storage.chunk.size()), storage.chunk.data());
        if (storage.shuffle) H5Pset_shuffle(plist);
        if (storage.deflate >= 0) H5Pset_deflate(plist, static_cast<unsigned>(storage.deflate));
        if (storage.checksum) H5Pset_fletcher32(plist);
        size_t bytes = H5Tget_size(type);
        for (const hsize_t n : storage.chunk) bytes *= n;
        const unsigned values[] = {2, 2, 1, static_cast<unsigned>(bytes), 5, 1};
        if (!storage.blosc.empty()) H5Pset_filter(plist, 32001, H5Z_FLAG_OPTIONAL, 6, values);
        if (storage.foreign_filter)
            H5Pset_filter(plist, storage.foreign_filter, H5Z_FLAG_OPTIONAL, 0, nullptr);
        return plist;
    }

    static void write_chunks(hid_t data, size_t element, const void* values,
                             const std::vector<hsize_t>& dims, const Storage& storage)
    {
        size_t row = element;
        for (size_t d = 1; d < dims.size(); ++d) row *= dims[d];
        const size_t chunk_bytes = row * storage.chunk[0];
        for (hsize_t first = 0; first < dims[0]; first += storage.chunk[0]) {
            std::vector<char> chunk(chunk_bytes, 0), packed(chunk_bytes + BLOSC_MAX_OVERHEAD);
            std::memcpy(chunk.data(), static_cast<const char*>(values) + first * row,
                        std::min(storage.chunk[0], dims[0] - first) * row);
            size_t size = chunk_bytes;
            if (!storage.blosc.empty())
                size = static_cast<size_t>(
                    blosc_compress_ctx(5, BLOSC_SHUFFLE, element, chunk_bytes, chunk.data(),
                                       packed.data(), packed.size(), storage.blosc.c_str(), 0, 1));
            else
                packed = chunk;
            std::vector<hsize_t> origin(dims.size(), 0);
            origin[0] = first;
            H5Dwrite_chunk(data, H5P_DEFAULT, 0, origin.data(), size, packed.data());
        }
    }

    void attribute(const std::string& object, const char* name, hid_t type, hid_t space,
                   const void* value)
    {
        const hid_t attr = H5Acreate_by_name(file_, object.c_str(), name, type, space, H5P_DEFAULT,
                                             H5P_DEFAULT, H5P_DEFAULT);
        H5Awrite(attr, type, value);
        H5Aclose(attr);
        H5Sclose(space);
    }

    hid_t file_;
};

/// A list of names as Python's pickle writes it with protocol 0.
inline std::string pickled(const std::vector<std::string>& names)
{
    std::string text = "(lp0\n";
    int memo = 1;
    for (const auto& name : names) text += "V" + name + "\np" + std::to_string(memo++) + "\na";
    return text + ".";
}

/// A pandas table `key`: float32 columns first, then int64 columns, row by row in `values`.
struct PandasTable {
    std::string key = "table";
    std::vector<std::string> floats, ints;
    std::vector<std::vector<double>> rows;  ///< floats, then ints
    bool readable_names = true;

    void write(Hdf5Writer& file, const Storage& storage) const
    {
        const hsize_t f = floats.size(), n = ints.size();
        const size_t record = 8 + 4 * f + 8 * n;
        const hid_t type = H5Tcreate(H5T_COMPOUND, record);
        const hid_t block0 = H5Tarray_create2(H5T_NATIVE_FLOAT, 1, &f);
        const hid_t block1 = H5Tarray_create2(H5T_NATIVE_INT64, 1, &n);
        H5Tinsert(type, "index", 0, H5T_NATIVE_INT64);
        H5Tinsert(type, "values_block_0", 8, block0);
        H5Tinsert(type, "values_block_1", 8 + 4 * f, block1);
        std::vector<char> bytes(record * rows.size());
        for (size_t r = 0; r < rows.size(); ++r) {
            char* at = bytes.data() + r * record;
            const int64_t index = 1000 - static_cast<int64_t>(r);
            std::memcpy(at, &index, 8);
            for (size_t c = 0; c < f; ++c) {
                const auto value = static_cast<float>(rows[r][c]);
                std::memcpy(at + 8 + 4 * c, &value, 4);
            }
            for (size_t c = 0; c < n; ++c) {
                const auto value = static_cast<int64_t>(rows[r][f + c]);
                std::memcpy(at + 8 + 4 * f + 8 * c, &value, 8);
            }
        }
        file.group(key);
        const std::string table = key + "/table";
        file.raw(table, type, bytes.data(), {rows.size()}, storage);
        file.text(key, "CLASS", "GROUP");
        file.text(key, "TITLE", "");
        file.text(key, "pandas_type", "frame_table");
        file.text(key, "table_type", "appendable_frame");
        file.text(table, "CLASS", "TABLE");
        file.text(table, "values_block_0_kind", readable_names ? pickled(floats) : "N.");
        file.text(table, "values_block_1_kind", readable_names ? pickled(ints) : "N.");
        H5Tclose(block0);
        H5Tclose(block1);
        H5Tclose(type);
    }
};

/// The beginning of a pandas fixed frame; add blocks with block().
inline void pandas_fixed(Hdf5Writer& file, const std::string& key, int64_t blocks,
                         const std::vector<std::string>& axis)
{
    file.group(key);
    file.text(key, "CLASS", "GROUP");
    file.text(key, "TITLE", "");
    file.text(key, "pandas_type", "frame");
    file.integer(key, "nblocks", blocks);
    file.labels(key + "/axis0", axis);
}

}  // namespace jetsmith::test
