// SPDX-License-Identifier: Apache-2.0
// Whole arrays of numbers by name: what jetsmith writes itself (predictions, images) and what is
// small enough to be read at once (scores, labels).
#pragma once

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/hdf5/hdf5_file.h"
#include "datasets/hdf5/hdf5_handle.h"

namespace jetsmith::hdf5 {

template <typename T>
struct Array {
    std::vector<int64_t> shape;  ///< never empty
    std::vector<T> values;       ///< row-major
};

/// A dataset of numbers of any width, converted to T (double or int64_t). Throws UserError when it
/// is absent, a scalar, a table or text, when it cannot be decoded, and for T = int64_t when a
/// value is no integer.
template <typename T>
Array<T> read_array(const std::shared_ptr<const File>& file, const std::string& path);

/// Extents of such a dataset. Throws UserError as read_array does, without reading it.
std::vector<int64_t> array_shape(const std::shared_ptr<const File>& file, const std::string& path);

/// Its rows [begin, end) alone, row-major. Throws UserError as read_array does.
template <typename T>
std::vector<T> read_rows(const std::shared_ptr<const File>& file, const std::string& path,
                         int64_t begin, int64_t end);

/// Writes a new file. Datasets of more than a few thousand values are compressed (shuffle and
/// deflate, which every HDF5 library reads). All functions throw RunError when the disk is full.
class ArrayWriter {
  public:
    explicit ArrayWriter(const std::filesystem::path& path);

    /// T: float, double, uint8_t, int32_t or int64_t. `path` may name groups: "observers/jet_pt".
    template <typename T>
    void array(const std::string& path, const std::vector<int64_t>& shape,
               std::span<const T> values);

    /// The same with one dimension.
    template <typename T>
    void column(const std::string& path, std::span<const T> values)
    {
        array<T>(path, {std::ssize(values)}, values);
    }

    /// A dataset for more values than fit into memory: made first, then filled by rows. packed:
    /// compressed as above; else the values lie in the file as they are.
    template <typename T>
    void create(const std::string& path, const std::vector<int64_t>& shape, bool packed = true);

    /// Rows [first, ...) of a dataset made by create<T>(); whole rows.
    template <typename T>
    void rows(const std::string& path, int64_t first, std::span<const T> values);

    /// Attributes of the root group or, when named, of a dataset.
    void text(const char* name, const std::string& value, const std::string& object = "/");
    void texts(const char* name, const std::vector<std::string>& values,
               const std::string& object = "/");
    void integer(const char* name, int64_t value, const std::string& object = "/");
    void number(const char* name, double value, const std::string& object = "/");

    /// Writes everything out. Must be called: the destructor cannot report a full disk.
    void close();

  private:
    void array(const std::string& path, const std::vector<int64_t>& shape, hid_t type,
               const void* values);
    Handle create(const std::string& path, const std::vector<int64_t>& shape, hid_t type,
                  bool packed);
    void rows(const std::string& path, int64_t first, hid_t type, size_t values_count,
              const void* values);
    void attribute(const char* name, const std::string& object, hid_t type, const void* value);
    [[noreturn]] void failed(const std::string& what) const;

    std::filesystem::path path_;
    Handle file_;
};

}  // namespace jetsmith::hdf5
