// SPDX-License-Identifier: Apache-2.0
#include "datasets/row_labels.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>

#include "datasets/store_columns.h"

namespace jetsmith {
namespace {

std::string place_of(const RowLabel& label) { return "data.labels." + label.name; }

}  // namespace

std::vector<RowLabel> read_row_labels(Config& config)
{
    const std::string meaning =
        "several yes/no labels per row instead of one class: a list of columns of 0 and 1, or a "
        "map {name: expression}";
    std::vector<std::pair<std::string, std::string>> texts;
    if (config.is_map("labels")) {
        config.read("labels", texts, meaning);
    } else {
        std::vector<std::string> columns;
        config.read("labels", columns, meaning);
        for (const auto& column : columns) texts.emplace_back(column, column);
    }
    std::vector<RowLabel> labels;
    for (const auto& [name, text] : texts) {
        const auto same = [&](const RowLabel& label) { return label.name == name; };
        if (std::any_of(labels.begin(), labels.end(), same))
            config.fail("labels", "names '" + name + "' twice. Give every label its own name");
        labels.push_back(
            {name, std::make_shared<const Expression>(text, config.place("labels") + "." + name)});
    }
    return labels;
}

std::vector<std::string> names_of(const std::vector<RowLabel>& labels)
{
    std::vector<std::string> names;
    for (const auto& label : labels) names.push_back(label.name);
    return names;
}

bool can_label(const EventStore& store, const std::vector<RowLabel>& labels)
{
    return std::all_of(labels.begin(), labels.end(), [&](const RowLabel& label) {
        return can_evaluate(*label.expression, store);
    });
}

at::Tensor row_targets(const EventStore& store, const std::vector<RowLabel>& labels,
                       RowFaults& faults)
{
    const size_t count = labels.size();
    at::Tensor targets_BL = at::empty({store.rows, std::ssize(labels)}, at::kFloat);
    auto* targets = targets_BL.mutable_data_ptr<float>();
    const auto* source_row = store.source_rows_B.const_data_ptr<int64_t>();
    for (size_t l = 0; l < count; ++l) {
        const auto& text = labels[l].expression->text();
        const auto values = evaluate(*labels[l].expression, store, place_of(labels[l]));
        for (size_t row = 0; row < values.size(); ++row) {
            if (values[row] != 0 && values[row] != 1)
                faults.try_emplace(source_row[row],
                                   neither_yes_nor_no(labels[l].name, text, values[row]));
            targets[row * count + l] = static_cast<float>(values[row]);
        }
    }
    return targets_BL;
}

}  // namespace jetsmith
