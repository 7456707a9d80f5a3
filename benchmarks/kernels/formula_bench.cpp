// SPDX-License-Identifier: Apache-2.0
// Features of shuffled rows, standardised: the kernel, and the same by torch operations on columns
// and offsets. Correctness first. Prints one JSON line.
//
//   formula_bench [--rows N] [--batch N] [--features N]
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <vector>

#include "core/errors.h"
#include "core/parallel.h"
#include "kernels/formula/formula.h"

namespace jetsmith {
namespace {

/// A collection of 0 to 5 objects per row with one column for every feature but the last third,
/// which are columns of the row.
struct Columns {
    at::Tensor offsets;
    std::vector<at::Tensor> of_objects, of_rows;
    at::Tensor mean, inverse;

    Columns(int64_t rows, int64_t features)
    {
        offsets = at::cat({at::zeros({1}, at::kLong),
                           at::randint(0, 6, {rows}, at::kLong).cumsum(0)});
        const int64_t scalars = features / 3;
        for (int64_t f = 0; f < features - scalars; ++f)
            of_objects.push_back(at::rand({offsets[rows].item<int64_t>()}).add(1));
        for (int64_t f = 0; f < scalars; ++f) of_rows.push_back(at::rand({rows}).add(1));
        mean = at::rand({features}, at::kDouble);
        inverse = at::rand({features}, at::kDouble).add(0.5);
    }

    /// log(column of object f % 3), or log(column).
    std::vector<RowProgram> programs() const
    {
        const std::vector<Instruction> log{{Operation::name, 0, 0}, {Operation::log, -1, 0}};
        std::vector<RowProgram> all;
        for (size_t f = 0; f < of_objects.size(); ++f)
            all.push_back({log,
                           {{.of = RowColumn::Of::object,
                             .values = of_objects[f],
                             .offsets = offsets,
                             .object = static_cast<int64_t>(f % 3)}}});
        for (const auto& column : of_rows) all.push_back({log, {{.values = column}}});
        return all;
    }

    at::Tensor by_torch(const at::Tensor& rows) const
    {
        const auto first = offsets.index_select(0, rows);
        const auto last = offsets.index_select(0, rows.add(1));
        std::vector<at::Tensor> all;
        const auto add = [&](const at::Tensor& value) {
            const auto f = static_cast<int64_t>(all.size());
            all.push_back(value.log().sub(mean[f].item<double>()).mul(inverse[f].item<double>()));
        };
        for (size_t f = 0; f < of_objects.size(); ++f) {
            const auto place = first.add(static_cast<int64_t>(f % 3));
            const auto there = place.lt(last);
            add(of_objects[f].index_select(0, place.where(there, at::zeros({}, at::kLong))));
            all.back() = all.back().where(there, at::zeros({}));
        }
        for (const auto& column : of_rows) add(column.index_select(0, rows));
        return at::stack(all, 1);
    }
};

struct Arguments {
    int64_t rows = 200000, batch = 256, features = 48, repeats = 2000;
};

/// Microseconds per batch: median of ten times.
template <typename F>
double time(const Arguments& a, const at::Tensor& order, const F& f)
{
    std::vector<double> all;
    for (int round = 0; round < 10; ++round) {
        const auto start = std::chrono::steady_clock::now();
        const int64_t count = a.repeats / 10;
        for (int64_t i = 0; i < count; ++i)
            f(order.narrow(0, i * a.batch % (a.rows - a.batch), a.batch));
        const std::chrono::duration<double, std::micro> elapsed =
            std::chrono::steady_clock::now() - start;
        all.push_back(elapsed.count() / static_cast<double>(count));
    }
    std::sort(all.begin(), all.end());
    return all[all.size() / 2];
}

void run(const Arguments& a)
{
    at::set_num_threads(thread_count());
    at::manual_seed(1);
    const Columns columns(a.rows, a.features);
    const kernels::Formulas formulas(columns.programs());
    const kernels::FormulaScale scale{columns.mean, columns.inverse, 0};
    const auto order = at::randperm(a.rows, at::kLong);
    const auto some = order.narrow(0, 0, 4096);
    const double worst =
        formulas.run(some, scale).sub(columns.by_torch(some)).abs().max().item<double>();
    if (!(worst < 1e-5)) throw InternalError(fmt::format("features differ by {}", worst));
    const double kernel = time(a, order, [&](const at::Tensor& r) { formulas.run(r, scale); });
    const double torch = time(a, order, [&](const at::Tensor& r) { columns.by_torch(r); });
    fmt::print("{{\"benchmark\": \"formula\", \"threads\": {}, \"rows\": {}, \"batch\": {}, "
               "\"features\": {}, \"worst_difference\": {:.2g}, \"kernel_us\": {:.1f}, "
               "\"torch_us\": {:.1f}, \"ratio\": {:.2f}}}\n",
               thread_count(), a.rows, a.batch, a.features, worst, kernel, torch, torch / kernel);
}

}  // namespace
}  // namespace jetsmith

int main(int argc, char** argv)
{
    jetsmith::Arguments arguments;
    CLI::App app("features per second of formulas");
    app.add_option("--rows", arguments.rows, "rows of the store");
    app.add_option("--batch", arguments.batch, "rows per call");
    app.add_option("--features", arguments.features, "features per row");
    app.add_option("--repeats", arguments.repeats, "calls");
    CLI11_PARSE(app, argc, argv);
    try {
        jetsmith::run(arguments);
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "formula_bench: {}\n", error.what());
        return 1;
    }
}
