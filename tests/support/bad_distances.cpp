// SPDX-License-Identifier: Apache-2.0
#include "tests/support/bad_distances.h"

#include <limits>

#include "tests/support/toy_distances.h"

namespace jetsmith::test {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kRows = 40, kFirstSourceRow = 100;

using Fault = std::function<void(const fs::path&)>;

Fault changed(const std::function<void(ToyDistances&)>& change)
{
    return [change](const fs::path& path) {
        auto distances = toy_distances(toy_points(kRows, 2, 6), kFirstSourceRow);
        change(distances);
        write_distances(path, distances);
    };
}

}  // namespace

void write_good_distances(const fs::path& path)
{
    changed([](ToyDistances&) {})(path);
}

const std::map<std::string, Fault>& distance_faults()
{
    static const std::map<std::string, Fault> all{
        {"two pairs without a distance", changed([](ToyDistances& d) {
             d.emd[16] = d.emd.back() = std::numeric_limits<double>::quiet_NaN();  // (0, 17)
         })},
        {"a negative distance", changed([](ToyDistances& d) { d.emd[16] = -1; })},
        {"a rectangle of distances", changed([](ToyDistances& d) { d.layout = "rectangular"; })},
        {"distances without their number of failures",
         changed([](ToyDistances& d) { d.finished = false; })},
        {"one distance less", changed([](ToyDistances& d) { d.emd.pop_back(); })},
        {"distances of a later program", changed([](ToyDistances& d) { d.format_version = 99; })},
    };
    return all;
}

}  // namespace jetsmith::test
