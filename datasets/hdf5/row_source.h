// SPDX-License-Identifier: Apache-2.0
// Rows of one dataset as bytes. Its first dimension counts the rows; everything else lies side by
// side within a row. Chunks are fetched one after the other but decompressed by whoever asks, so
// that many threads read one file together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "datasets/hdf5/hdf5_file.h"
#include "datasets/hdf5/hdf5_filters.h"
#include "datasets/hdf5/hdf5_type.h"

namespace jetsmith::hdf5 {

class RowSource {
  public:
    /// Buffers of one thread, and the band that they hold.
    struct Scratch {
        std::vector<std::byte> compressed, chunk, work, band, rows;
        int64_t held = -1;
    };

    /// Throws UserError when the dataset is absent or a scalar.
    RowSource(std::shared_ptr<const File> file, std::string path);

    const std::string& path() const { return path_; }
    const File& file() const { return *file_; }
    int64_t rows() const { return shape_.front(); }
    const std::vector<int64_t>& dims() const { return shape_; }
    size_t row_bytes() const { return row_bytes_; }
    const std::vector<Field>& fields() const { return fields_; }
    const Pipeline& filters() const { return filters_; }
    const std::vector<int64_t>& chunk_dims() const { return chunk_; }  ///< empty: not chunked

    /// True when the HDF5 library only fetches bytes, and jetsmith undoes the filters.
    bool decoded_here() const { return direct_; }

    /// Bytes on disk.
    int64_t stored_bytes() const;

    /// Rows that are fetched together: those of one chunk, or about a megabyte.
    int64_t band_rows() const { return band_rows_; }

    /// Throws UserError when a filter is missing; call it once before reading.
    void check_readable() const;

    /// Bytes of rows [begin, end), row_bytes() each, valid until the next call with this scratch.
    /// Throws UserError with file and dataset for damaged or truncated chunks.
    const std::byte* read(int64_t begin, int64_t end, Scratch& scratch) const;

  private:
    const std::byte* band(int64_t index, Scratch& scratch) const;
    const std::byte* chunk(const std::vector<hsize_t>& origin, Scratch& scratch) const;
    void assemble(int64_t first_row, Scratch& scratch) const;
    void read_converted(int64_t begin, int64_t end, std::byte* out) const;
    [[noreturn]] void damaged(int64_t row, const std::string& why) const;

    std::shared_ptr<const File> file_;
    std::string path_;
    Handle dataset_, memory_type_;
    std::vector<int64_t> shape_, chunk_;
    std::vector<Field> fields_;
    Pipeline filters_;
    size_t element_bytes_ = 0, row_bytes_ = 0, chunk_bytes_ = 0;
    int64_t band_rows_ = 1;
    bool direct_ = false;      ///< chunks are fetched as stored and decoded by us
    bool whole_rows_ = false;  ///< a chunk spans all dimensions but the first
};

}  // namespace jetsmith::hdf5
