// SPDX-License-Identifier: Apache-2.0
#include "analysis/distance_matrix.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "analysis/distance_file.h"
#include "core/errors.h"
#include "datasets/hdf5/row_source.h"

namespace jetsmith::analysis {
namespace {

using FilePointer = std::shared_ptr<const hdf5::File>;

int64_t pairs_of(int64_t rows) { return rows * (rows - 1) / 2; }

/// The pair that lies at `place` of a condensed matrix.
std::pair<int64_t, int64_t> pair_at(int64_t place, int64_t rows)
{
    int64_t i = 0;
    for (; place >= rows - 1 - i; ++i) place -= rows - 1 - i;
    return {i, i + 1 + place};
}

/// Of a condensed file that holds all its pairs.
DistanceHeader read_header(const hdf5::File& file)
{
    auto header = read_distance_header(file.path());
    if (header.layout != DistanceLayout::condensed)
        throw UserError(
            "{}: its layout is '{}' (a condensed matrix, all pairs of the rows of one "
            "file, wanted). Give jetsmith emd one file, and no list of pairs.",
            file.name(), layout_name(header.layout));
    if (hdf5::shape(file.dataset("/emd").id()) != std::vector<int64_t>{header.count()})
        throw UserError(
            "{}: dataset 'emd' does not hold all pairs of {} rows ({} values wanted). "
            "Write the file again with jetsmith emd.",
            file.name(), header.rows(), header.count());
    return header;
}

/// Remembers what cannot be used among the distances that pass by.
class Inspector {
  public:
    void look(std::span<const float> values, int64_t first)
    {
        for (size_t i = 0; i < values.size(); ++i) {
            if (values[i] >= 0 && std::isfinite(values[i])) continue;
            nan_ += std::isnan(values[i]);
            if (bad_++ == 0) place_ = first + static_cast<int64_t>(i), value_ = values[i];
        }
    }

    void report(const std::string& file, int64_t rows) const
    {
        if (bad_ == 0) return;
        const auto [i, j] = pair_at(place_, rows);
        if (nan_ == bad_)
            throw UserError(
                "{}: the distance between rows {} and {} is NaN ({} of {} pairs have no "
                "number; one for every pair wanted). See what jetsmith emd said about "
                "them, or leave these rows out.",
                file, i, j, bad_, pairs_of(rows));
        throw UserError(
            "{}: the distance between rows {} and {} is {} ({} of {} pairs cannot be "
            "used; finite numbers of 0 or more wanted). Mend the file.",
            file, i, j, value_, bad_, pairs_of(rows));
    }

  private:
    int64_t bad_ = 0, nan_ = 0, place_ = 0;
    float value_ = 0;
};

/// Band by band, so that the doubles of the file never lie in memory as a whole.
std::vector<float> read_condensed(const FilePointer& file, int64_t rows)
{
    const hdf5::RowSource source(file, "/emd");
    const auto& fields = source.fields();
    if (fields.size() != 1 || !hdf5::is_floating(fields[0].element))
        throw UserError(
            "{}: dataset 'emd' holds no floating-point numbers (float64 wanted). Write "
            "the file again with jetsmith emd.",
            file->name());
    source.check_readable();
    std::vector<float> values(source.rows());
    hdf5::RowSource::Scratch scratch;
    Inspector inspector;
    const int64_t band = source.band_rows();
    for (int64_t begin = 0; begin < source.rows(); begin += band) {
        const int64_t end = std::min(begin + band, source.rows());
        const std::byte* bytes = source.read(begin, end, scratch);
        hdf5::load(bytes, fields[0].element, source.row_bytes(), end - begin,
                   values.data() + begin);
        inspector.look(std::span(values).subspan(begin, end - begin), begin);
    }
    inspector.report(file->name(), rows);
    return values;
}

}  // namespace

DistanceMatrix::DistanceMatrix(int64_t rows, std::vector<float> condensed)
    : rows_(rows), values_(std::move(condensed))
{
    ensure(std::ssize(values_) == pairs_of(rows_), "a condensed matrix has N (N - 1) / 2 values");
}

void DistanceMatrix::block(int64_t first, int64_t count, std::span<float> out_CN) const
{
    for (int64_t j = 0; j < first; ++j) {
        const float* above = values_.data() + place(j, first);
        float* out = out_CN.data() + j;
        for (int64_t c = 0; c < count; ++c, out += rows_) *out = above[c];
    }
    for (int64_t c = 0; c < count; ++c) {
        const auto out_N = out_CN.subspan(c * rows_, rows_);
        for (int64_t j = first; j <= first + c; ++j) out_N[j] = (*this)(first + c, j);
        std::ranges::copy(beyond(first + c), out_N.begin() + first + c + 1);
    }
}

DistanceMatrix DistanceMatrix::select(std::span<const int64_t> rows) const
{
    std::vector<float> values, whole(rows_);
    values.reserve(pairs_of(std::ssize(rows)));
    for (size_t i = 0; i < rows.size(); ++i) {
        row(rows[i], whole);
        for (size_t j = i + 1; j < rows.size(); ++j) values.push_back(whole[rows[j]]);
    }
    return {std::ssize(rows), std::move(values)};
}

DistanceFile read_distances(const std::filesystem::path& path)
{
    const auto file = hdf5::File::open(path);
    auto header = read_header(*file);
    const int64_t rows = header.rows();
    return {file->name(),
            {rows, read_condensed(file, rows)},
            std::move(header.source_row_N),
            std::move(header.settings)};
}

}  // namespace jetsmith::analysis
