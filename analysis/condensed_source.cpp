// SPDX-License-Identifier: Apache-2.0
#include "analysis/condensed_source.h"

#include <algorithm>
#include <vector>

#include "core/errors.h"
#include "core/progress.h"

namespace jetsmith::analysis {
namespace {

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

hdf5::Element element_of(const hdf5::RowSource& source)
{
    const auto& fields = source.fields();
    if (fields.size() != 1 || !hdf5::is_floating(fields[0].element))
        throw UserError(
            "{}: dataset 'emd' holds no floating-point numbers (float64 wanted). Write "
            "the file again with jetsmith emd.",
            source.file().name());
    return fields[0].element;
}

}  // namespace

CondensedSource::CondensedSource(const std::filesystem::path& path)
    : header_(read_header(*hdf5::File::open(path))),
      source_(hdf5::File::open(path), "/emd"),
      element_(element_of(source_))
{
    source_.check_readable();
}

void CondensedSource::read(int64_t first, int64_t behind, const Distances::Take& take) const
{
    const int64_t band = source_.band_rows(), start = condensed_place(first, first + 1, rows()),
                  end = condensed_place(behind, behind + 1, rows());
    std::vector<float> values(std::min(band, end - start));
    Progress progress("reading", end - start, "distances");
    int64_t i = first, j = first + 1;
    for (int64_t at = start; at < end; progress.update(at - start)) {
        const int64_t next = std::min(end, (at / band + 1) * band);
        const std::byte* bytes = source_.read(at, next, scratch_);
        hdf5::load(bytes, element_, source_.row_bytes(), next - at, values.data());
        for (auto piece = std::span<const float>(values).first(next - at); !piece.empty();) {
            const auto of_row = piece.first(std::min(std::ssize(piece), rows() - j));
            take(i, j, of_row);
            piece = piece.subspan(of_row.size());
            j += std::ssize(of_row);
            if (j == rows()) ++i, j = i + 1;
        }
        at = next;
    }
}

}  // namespace jetsmith::analysis
