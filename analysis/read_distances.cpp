// SPDX-License-Identifier: Apache-2.0
#include "analysis/read_distances.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/condensed_source.h"
#include "analysis/distance_matrix.h"
#include "analysis/streamed_distances.h"
#include "core/errors.h"
#include "core/memory_size.h"
#include "inputs/stored_emd_events.h"

namespace jetsmith::analysis {
namespace {

/// Remembers what cannot be used among the distances that pass by, and the largest.
class Inspector {
  public:
    void look(int64_t i, int64_t j, std::span<const float> values)
    {
        for (int64_t t = 0; t < std::ssize(values); ++t) {
            largest_ = std::max(largest_, values[t]);
            if (values[t] >= 0 && std::isfinite(values[t])) continue;
            nan_ += std::isnan(values[t]);
            if (bad_++ == 0) i_ = i, j_ = j + t, value_ = values[t];
        }
    }

    float largest() const { return largest_; }

    void report(const CondensedSource& source) const
    {
        if (bad_ == 0) return;
        if (nan_ == bad_)
            throw UserError(
                "{}: the distance between rows {} and {} is NaN ({} of {} pairs have no "
                "number; one for every pair wanted). See what jetsmith emd said about "
                "them, or leave these rows out.",
                source.name(), i_, j_, bad_, source.header().count());
        throw UserError(
            "{}: the distance between rows {} and {} is {} ({} of {} pairs cannot be "
            "used; finite numbers of 0 or more wanted). Mend the file.",
            source.name(), i_, j_, value_, bad_, source.header().count());
    }

  private:
    int64_t bad_ = 0, nan_ = 0, i_ = 0, j_ = 0;
    float value_ = 0, largest_ = 0;
};

/// One for each row, where the file has any.
std::optional<kernels::EmdEvents> read_events(const std::filesystem::path& path, int64_t rows)
{
    const auto file = hdf5::File::open(path);
    auto events = inputs::read_emd_events(file, "event");
    if (events && events->size() != rows)
        throw UserError(
            "{}: has {} events ('event_offsets'; one for each of its {} rows wanted). Write the "
            "file again with jetsmith emd.",
            file->name(), events->size(), rows);
    return events;
}

}  // namespace

bool DistanceFile::has_room_for(int64_t rows) const
{
    const int64_t held = in_memory() ? DistanceMatrix::bytes(all->rows()) : 0;
    return DistanceMatrix::bytes(rows) <= memory - held;
}

void DistanceFile::check_room(int64_t bytes, const std::string& what) const
{
    if (in_memory() || bytes <= memory) return;
    throw UserError(
        "--memory: {} do not suffice ({} take {}). Raise it to that, or ask for less of them.",
        bytes_text(memory), what, bytes_text(bytes));
}

DistanceFile read_distances(const std::filesystem::path& path, int64_t memory)
{
    auto source = std::make_unique<const CondensedSource>(path);
    const int64_t rows = source->rows();
    const bool fits = DistanceMatrix::bytes(rows) <= memory;
    std::vector<float> values;
    if (fits) values.reserve(source->header().count());
    Inspector inspector;
    source->read(0, rows - 1, [&](int64_t i, int64_t j, std::span<const float> piece) {
        inspector.look(i, j, piece);
        if (fits) values.insert(values.end(), piece.begin(), piece.end());
    });
    inspector.report(*source);
    DistanceFile file{source->name(),
                      nullptr,
                      source->header().source_row_N,
                      source->header().settings,
                      memory,
                      read_events(path, rows)};
    if (fits)
        file.all = std::make_shared<const DistanceMatrix>(rows, std::move(values));
    else
        file.all =
            std::make_shared<const StreamedDistances>(std::move(source), inspector.largest());
    return file;
}

}  // namespace jetsmith::analysis
