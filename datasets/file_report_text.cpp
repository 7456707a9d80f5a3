// SPDX-License-Identifier: Apache-2.0
// The file report for people and for programs.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "datasets/file_report.h"
#include "datasets/row_judge.h"

namespace jetsmith {
namespace {

constexpr size_t kShownColumns = 24;

std::string megabytes(int64_t bytes)
{
    return bytes < 100'000 ? fmt::format("{} bytes", bytes)
                           : fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string dims(const std::vector<int64_t>& shape)
{
    return shape.empty() ? "" : fmt::format("({})", fmt::join(shape, ", "));
}

/// Columns padded to the widest cell of each.
std::string aligned(const std::vector<std::vector<std::string>>& rows)
{
    std::vector<size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()), 0);
        for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line = " ";
        for (size_t c = 0; c < row.size(); ++c) line += fmt::format(" {:<{}} ", row[c], widths[c]);
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string dataset_table(const FileReport& report)
{
    std::vector<std::vector<std::string>> rows{
        {"dataset", "shape", "type", "chunks", "filters", "stored", ""}};
    for (const auto& data : report.datasets)
        rows.push_back(
            {data.name, dims(data.shape), data.type, data.chunk.empty() ? "none" : dims(data.chunk),
             data.filters.empty() ? "none" : fmt::format("{}", fmt::join(data.filters, ", ")),
             megabytes(data.stored_bytes), data.readable ? "" : "cannot be read here"});
    return aligned(rows);
}

/// All columns, or the beginning and the end of a long list.
std::string column_table(const FileReport& report)
{
    std::vector<std::vector<std::string>> rows{{"column", "type", "shape", "first row"}};
    const size_t count = report.columns.size();
    for (size_t k = 0; k < count; ++k) {
        if (count > kShownColumns && k == kShownColumns / 2) {
            k = count - kShownColumns / 2;
            rows.push_back({fmt::format("... {} more", count - kShownColumns), "", "", ""});
        }
        const auto& column = report.columns[k];
        rows.push_back({column.name, column.type, dims(column.shape), column.first});
    }
    return aligned(rows);
}

}  // namespace

std::string to_text(const FileReport& report)
{
    std::string text =
        fmt::format("{}: {}, {}, {} rows, {} columns\n", report.file, megabytes(report.file_bytes),
                    report.layout, report.rows, report.columns.size());
    if (report.frames.size() > 1)
        text += fmt::format("frames: {} (the first is shown)\n", fmt::join(report.frames, ", "));
    text += "\n" + dataset_table(report) + "\n" + column_table(report);
    if (!report.label.empty()) {
        text += fmt::format("\nlabel column '{}':", report.label);
        for (const auto& [label, rows] : report.label_counts)
            text += fmt::format("  {}: {} rows", label, rows);
        text += "\n";
    }
    if (report.bad_rows)
        text += report.bad_rows->empty()
                    ? "\nno bad rows\n"
                    : fmt::format("\n{} (data.on_bad_row: drop)\n",
                                  left_out_text(report.file, *report.bad_rows));
    if (!report.hint.empty()) text += "\nA data section that reads it:\n\n" + report.hint + "\n";
    return text;
}

nlohmann::json to_json(const FileReport& report)
{
    nlohmann::json json{{"format_version", 1},
                        {"file", report.file},
                        {"bytes", report.file_bytes},
                        {"layout", report.layout},
                        {"frames", report.frames},
                        {"rows", report.rows},
                        {"label", report.label},
                        {"hint", report.hint},
                        {"datasets", nlohmann::json::array()},
                        {"columns", nlohmann::json::array()},
                        {"label_counts", nlohmann::json::object()}};
    for (const auto& data : report.datasets)
        json["datasets"].push_back({{"name", data.name},
                                    {"type", data.type},
                                    {"shape", data.shape},
                                    {"chunk", data.chunk},
                                    {"filters", data.filters},
                                    {"stored_bytes", data.stored_bytes},
                                    {"readable", data.readable}});
    for (const auto& column : report.columns)
        json["columns"].push_back({{"name", column.name},
                                   {"type", column.type},
                                   {"shape", column.shape},
                                   {"first", column.first}});
    for (const auto& [label, rows] : report.label_counts)
        json["label_counts"][std::to_string(label)] = rows;
    if (report.bad_rows) json["bad_rows"] = *report.bad_rows;
    return json;
}

}  // namespace jetsmith
