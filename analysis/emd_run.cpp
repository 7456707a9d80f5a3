// SPDX-License-Identifier: Apache-2.0
#include "analysis/emd_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "core/errors.h"
#include "core/progress.h"
#include "core/stop_signal.h"

namespace jetsmith::analysis {
namespace {

namespace fs = std::filesystem;

// Tiles grow until one takes half a second: little is lost to a kill, little time to the disk.
constexpr int64_t kFirstTile = 1 << 10, kLargestTile = 1 << 22;
constexpr double kEnoughSeconds = 0.5;

double seconds_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What gaps are divided by: the total weight of each event, 1 where weights are fractions.
std::vector<double> gap_units(const kernels::EmdEvents& events, const kernels::EmdOptions& options)
{
    if (!options.norm && options.ground == kernels::EmdGround::jets) return events.totals();
    return std::vector<double>(static_cast<size_t>(events.size()), 1.0);
}

class Computation {
  public:
    Computation(const EmdTask& task, DistanceTiles& tiles)
        : task_(task),
          tiles_(tiles),
          units_N_(gap_units(task.first.events, task.options)),
          units_M_(gap_units(task.second.events, task.options))
    {
    }

    void run(EmdOutcome& outcome)
    {
        const int64_t total = task_.order.count(), before = tiles_.summary().done;
        const auto start = std::chrono::steady_clock::now();
        Progress progress("emd", total - before, "pairs");
        int64_t tile = kFirstTile;
        while (tiles_.summary().done < total) {
            stop_if_asked(total);
            const auto begin = std::chrono::steady_clock::now();
            add_tile(std::min(tile, total - tiles_.summary().done));
            if (seconds_since(begin) < kEnoughSeconds) tile = std::min(2 * tile, kLargestTile);
            progress.update(tiles_.summary().done - before);
        }
        outcome.computed = total - before;
        outcome.seconds = seconds_since(start);
    }

  private:
    void stop_if_asked(int64_t total) const
    {
        if (const int signal = stop_signal())
            throw Stopped(signal,
                          fmt::format("stopped by {}: {} of {} pairs are done. The same command "
                                      "goes on from there.",
                                      signal_name(signal), tiles_.summary().done, total));
    }

    void add_tile(int64_t count)
    {
        const int64_t begin = tiles_.summary().done;
        const at::Tensor pairs_K2 = task_.order.range(begin, begin + count);
        const auto result = task_.measure(pairs_K2.to(task_.first.events.offsets_N1.device()));
        const at::Tensor values = result.values_K.cpu();
        tiles_.append({values.const_data_ptr<double>(), static_cast<size_t>(count)},
                      summary_with(result, pairs_K2));
    }

    DistanceSummary summary_with(const kernels::EmdResult& result, const at::Tensor& pairs_K2) const
    {
        const at::Tensor gaps = result.gaps_K.cpu(), statuses = result.status_K.cpu();
        const auto* gap = gaps.const_data_ptr<double>();
        const auto* status = statuses.const_data_ptr<int8_t>();
        const auto* pair = pairs_K2.const_data_ptr<int64_t>();
        DistanceSummary all = tiles_.summary();
        for (int64_t k = 0; k < gaps.size(0); ++k, ++all.done, pair += 2) {
            if (status[k] == static_cast<int8_t>(kernels::EmdStatus::ok)) {
                const double unit = std::max(units_N_[static_cast<size_t>(pair[0])],
                                             units_M_[static_cast<size_t>(pair[1])]);
                all.max_gap = std::max(all.max_gap, gap[k] / unit);
            } else if (all.failed++ == 0) {
                all.first_failed = all.done;
                all.status = status[k];
            }
        }
        return all;
    }

    const EmdTask& task_;
    DistanceTiles& tiles_;
    std::vector<double> units_N_, units_M_;
};

/// What a finished file says, when it was made with these settings.
DistanceSummary finished_before(const EmdTask& task, const fs::path& out)
{
    const DistanceHeader header = read_distance_header(out);
    const auto there = nlohmann::ordered_json::parse(header.settings, nullptr, false);
    const std::string difference = settings_difference(there, task.settings);
    if (!difference.empty())
        throw UserError(
            "{}: holds distances with other settings ({}; the same, or a new file, wanted). "
            "Choose another --out, or remove it.",
            out.string(), difference);
    return {header.count(), header.max_gap, header.failed};
}

void write_file(const EmdTask& task, DistanceTiles& tiles, const fs::path& out)
{
    DistanceHeader header;
    header.layout = task.layout;
    header.source_row_N = task.first.source_rows;
    header.source_row_M = task.second.source_rows;
    header.pairs_K2 = task.pairs_K2;
    header.settings = tiles.settings().dump();
    header.max_gap = tiles.summary().max_gap;
    header.failed = tiles.summary().failed;
    if (task.layout == DistanceLayout::condensed) header.events = task.first.events.to(at::kCPU);
    if (task.isotropy.wanted()) {
        header.labels_N = task.first.labels_N;
        header.class_names = task.first.class_names;
    }
    tiles.finish(out, [&](const fs::path& path) {
        write_distances(path, header, [&](int64_t first, std::span<double> values) {
            tiles.read(first, values);
        });
    });
}

}  // namespace

EmdOutcome run_emd(const EmdTask& task, const fs::path& out)
{
    EmdOutcome outcome;
    const fs::path folder = out.string() + ".unfinished";
    if (!fs::exists(out)) {
        DistanceTiles tiles(folder, task.settings);
        if (!fs::exists(out)) {  // nor did whoever had the folder before finish it
            const StopSignals listening;
            Computation(task, tiles).run(outcome);
            outcome.summary = tiles.summary();
            write_file(task, tiles, out);
            return outcome;
        }
    }
    outcome.summary = finished_before(task, out);
    DistanceTiles::remove(folder);  // whoever wrote it was killed before he could
    return outcome;
}

}  // namespace jetsmith::analysis
