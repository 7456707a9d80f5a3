// SPDX-License-Identifier: Apache-2.0
// Points in a space of few dimensions, their distances, and files of them as `jetsmith emd` writes.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/temp_hdf5.h"

namespace jetsmith::test {

using Points = std::vector<std::vector<double>>;

/// N points, each coordinate normal, around the centre of their cluster: `clusters` of them, far
/// apart, point i in cluster i % clusters.
inline Points toy_points(int64_t rows, int64_t dimensions, uint32_t seed, int64_t clusters = 1)
{
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    Points points(rows, std::vector<double>(dimensions));
    for (int64_t i = 0; i < rows; ++i)
        for (double& x : points[i])
            x = normal(generator) + 100.0 * static_cast<double>(i % clusters);
    return points;
}

inline float euclidean(const std::vector<double>& a, const std::vector<double>& b)
{
    double sum = 0;
    for (size_t d = 0; d < a.size(); ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
    return static_cast<float>(std::sqrt(sum));
}

using PairDistance = std::function<float(int64_t i, int64_t j)>;

/// (0,1), (0,2), ... (1,2), ...
inline std::vector<float> condensed(int64_t rows, const PairDistance& distance)
{
    std::vector<float> values;
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = i + 1; j < rows; ++j) values.push_back(distance(i, j));
    return values;
}

inline std::vector<float> condensed(const Points& points)
{
    return condensed(std::ssize(points),
                     [&](int64_t i, int64_t j) { return euclidean(points[i], points[j]); });
}

/// What a file of distances holds; what is left empty is left out.
struct ToyDistances {
    int64_t rows = 0;
    std::vector<double> emd;
    std::vector<int64_t> source_rows = {};
    std::string layout = "condensed";
    bool finished = true;
    int64_t format_version = 1;
    std::string settings = R"({"ground": "jets"})";
};

inline ToyDistances toy_distances(const Points& points, int64_t first_source_row = 0)
{
    const auto values = condensed(points);
    ToyDistances file{std::ssize(points), {values.begin(), values.end()}};
    for (int64_t row = 0; row < file.rows; ++row)
        file.source_rows.push_back(first_source_row + row);
    return file;
}

inline void number_attribute(const Hdf5Writer& file, const char* name, double value)
{
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute =
        H5Acreate2(file.id(), name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value);
    H5Aclose(attribute), H5Sclose(space);
}

inline void write_distances(const std::filesystem::path& path, const ToyDistances& distances)
{
    Hdf5Writer file(path);
    file.integer("/", "format_version", distances.format_version);
    file.text("/", "content", "distances");
    file.text("/", "layout", distances.layout);
    file.integer("/", "rows", distances.rows);
    file.integer("/", "columns", distances.rows);
    file.text("/", "settings", distances.settings);
    if (distances.finished) file.integer("/", "failed", 0);
    number_attribute(file, "max_gap", 1e-7);
    file.dataset("emd", distances.emd, {distances.emd.size()});
    for (const char* name : {"source_row", "source_row_columns"})
        file.dataset(name, distances.source_rows, {distances.source_rows.size()});
}

}  // namespace jetsmith::test
