// SPDX-License-Identifier: Apache-2.0
// The two written forms of a data card.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "datasets/data_card.h"
#include "datasets/row_judge.h"

namespace jetsmith {
namespace {

/// 1211000 -> "1,211,000".
std::string grouped(int64_t value)
{
    std::string digits = std::to_string(value);
    for (int64_t at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<size_t>(at), ",");
    return digits;
}

bool weighted(const DataCard::Class& entry)
{
    return entry.weight != static_cast<double>(entry.rows);
}

}  // namespace

std::string DataCard::text() const
{
    std::string out = "data\n";
    for (const auto& split : splits) {
        std::string classes;
        for (const auto& entry : split.classes) {
            classes += fmt::format("  {} {}", grouped(entry.rows), entry.name);
            if (weighted(entry)) classes += fmt::format(" (weight {:.6g})", entry.weight);
        }
        out += fmt::format("  {:<6} {:>11} rows {}  {:.0f} B/row\n", split.name,
                           grouped(split.rows), classes, split.bytes_per_row);
        for (const auto& [name, m] : split.collections) {
            out += fmt::format("         {} per row: {} to {}, median {}, mean {:.1f}\n", name,
                               m.smallest, m.largest, m.median, m.mean);
            if (m.empty > 0) out += fmt::format("         {} rows have no {}\n", m.empty, name);
        }
        for (const auto& [name, bad] : split.bad_values)
            out += fmt::format("         {}: {} NaN, {} infinite values\n", name, bad.nan,
                               bad.infinite);
        if (split.negative_weights > 0)
            out += fmt::format("         {} rows have a negative weight\n", split.negative_weights);
        for (const auto& bad : left_out)
            if (bad.split == split.name)
                out += fmt::format("         {}\n", left_out_text(bad.file, bad.reasons));
    }
    for (const auto& overlap : overlaps)
        if (overlap.rows > 0)
            out += fmt::format("  {} rows of {} occur in {} as well\n", grouped(overlap.rows),
                               overlap.second, overlap.first);
    out.pop_back();
    return out;
}

std::string DataCard::json() const
{
    using Json = nlohmann::ordered_json;
    Json card = {
        {"splits", Json::array()}, {"left_out", Json::array()}, {"overlaps", Json::array()}};
    for (const auto& split : splits) {
        Json entry = {{"name", split.name},
                      {"rows", split.rows},
                      {"bytes_per_row", split.bytes_per_row},
                      {"negative_weights", split.negative_weights},
                      {"classes", Json::array()},
                      {"collections", Json::object()},
                      {"bad_values", Json::object()}};
        for (const auto& c : split.classes)
            entry["classes"].push_back({{"name", c.name}, {"rows", c.rows}, {"weight", c.weight}});
        for (const auto& [name, m] : split.collections)
            entry["collections"][name] = {{"smallest", m.smallest}, {"median", m.median},
                                          {"largest", m.largest},   {"mean", m.mean},
                                          {"empty", m.empty}};
        for (const auto& [name, bad] : split.bad_values)
            entry["bad_values"][name] = {{"nan", bad.nan}, {"infinite", bad.infinite}};
        card["splits"].push_back(std::move(entry));
    }
    for (const auto& bad : left_out)
        card["left_out"].push_back(
            {{"split", bad.split}, {"file", bad.file}, {"reasons", bad.reasons}});
    for (const auto& overlap : overlaps)
        card["overlaps"].push_back(
            {{"first", overlap.first}, {"second", overlap.second}, {"rows", overlap.rows}});
    return card.dump();
}

}  // namespace jetsmith
