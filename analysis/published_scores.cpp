// SPDX-License-Identifier: Apache-2.0
#include "analysis/published_scores.h"

#include <fnmatch.h>

#include <algorithm>

#include "core/config.h"
#include "core/errors.h"
#include "datasets/hdf5/hdf5_file.h"

namespace jetsmith::analysis {
namespace {

std::vector<std::string> matching_datasets(const hdf5::File& file, const std::string& pattern)
{
    std::vector<std::string> found, known;
    for (const auto& dataset : file.datasets()) {
        known.push_back(dataset.substr(1));
        if (::fnmatch(pattern.c_str(), known.back().c_str(), 0) == 0) found.push_back(known.back());
    }
    if (found.empty())
        throw UserError("{}: dataset '{}' was not found.{}", file.name(), pattern,
                        suggestion(pattern, known));
    return found;
}

std::string label_dataset(const hdf5::File& file, const std::string& labels)
{
    if (!labels.empty()) return labels;
    for (const auto* candidate : {"labels", "label", "is_signal_new"})
        if (file.has_dataset(std::string("/") + candidate)) return candidate;
    throw UserError("{}: no dataset of labels was found (labels, label or is_signal_new wanted, to "
                    "check that the rows are the same). Name it with --published-labels.",
                    file.name());
}

void check_reference(const Predictions& reference)
{
    const auto& files = reference.source_file_N;
    if (reference.table.source_rows_N.empty())
        throw UserError("{}: its predictions have no source rows (they are needed to find the same "
                        "jets). Evaluate the run again.",
                        reference.table.name);
    if (!files.empty() && std::any_of(files.begin(), files.end(),
                                      [&](int32_t file) { return file != files.front(); }))
        throw UserError("{}: its predictions come from several files (published scores are matched "
                        "by row of one file). Evaluate the run on that file alone.",
                        reference.table.name);
}

/// The rows of `published` that `reference` names, with the labels compared.
ScoreTable select_rows(const ScoreTable& published, const ScoreTable& reference,
                       const std::string& file)
{
    ScoreTable chosen = reference;
    chosen.name = published.name;
    chosen.classes = published.classes;
    chosen.observers.clear();
    chosen.scores_NC.clear();
    for (int64_t row = 0; row < reference.rows; ++row) {
        const int64_t source = reference.source_rows_N[row];
        if (source < 0 || source >= published.rows)
            throw UserError("{}: row {} of the evaluated file lies beyond its {} rows (the same "
                            "data set wanted). Evaluate the run on the published test file.",
                            file, source, published.rows);
        if (published.labels_N[source] != reference.labels_N[row])
            throw UserError("{}: the label of row {} is {} ('{}' has {} there; equal labels in all "
                            "rows wanted). The rows are not the same jets: evaluate the run on the "
                            "file that the scores belong to.",
                            file, source, published.labels_N[source], reference.name,
                            reference.labels_N[row]);
        const auto first = published.scores_NC.begin() + source * published.classes;
        chosen.scores_NC.insert(chosen.scores_NC.end(), first, first + published.classes);
    }
    return chosen;
}

}  // namespace

std::vector<PublishedName> parse_published(const std::vector<std::string>& texts)
{
    std::vector<PublishedName> names;
    for (const auto& text : texts) {
        const auto colon = text.rfind(':');
        if (colon == std::string::npos && names.empty())
            throw UserError("--published: '{}' names no file (FILE:NAME wanted). Write "
                            "published_scores.h5:{}.",
                            text, text);
        if (colon == std::string::npos)
            names.push_back({names.back().file, text});
        else
            names.push_back({text.substr(0, colon), text.substr(colon + 1)});
    }
    return names;
}

std::vector<ScoreTable> match_published(const Predictions& reference, const PublishedName& name,
                                        const std::string& labels)
{
    check_reference(reference);
    reference.table.check_labelled();
    if (reference.table.multi_label)
        throw UserError("{}: has several yes/no labels per row (published scores are matched by "
                        "class). Compare it with runs.",
                        reference.table.name);
    const auto file = hdf5::File::open(name.file);
    ScoreNames wanted;
    wanted.scores = matching_datasets(*file, name.dataset);
    wanted.labels = label_dataset(*file, labels);
    std::vector<ScoreTable> matched;
    for (const auto& published : read_scores(name.file, wanted)) {
        published.check();
        matched.push_back(select_rows(published, reference.table, name.file));
    }
    return matched;
}

bool same_rows(const ScoreTable& first, const ScoreTable& second)
{
    if (first.rows != second.rows || first.labels_N != second.labels_N ||
        first.targets_NL != second.targets_NL ||
        first.source_rows_N != second.source_rows_N || first.weights_N != second.weights_N)
        return false;
    for (const auto& [name, values] : first.observers) {
        const auto other = second.observers.find(name);
        if (other != second.observers.end() && other->second != values) return false;
    }
    return true;
}

}  // namespace jetsmith::analysis
