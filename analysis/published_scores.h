// SPDX-License-Identifier: Apache-2.0
// Scores that others published for the rows of a data set, put beside our own on the same jets.
#pragma once

#include <string>
#include <vector>

#include "analysis/predictions.h"

namespace jetsmith::analysis {

/// What the user asks for: FILE:NAME, where NAME may hold * to mean several runs of one tagger.
struct PublishedName {
    std::string file;
    std::string dataset;
};

/// "FILE:NAME", or "NAME" for the file of the entry before. Throws UserError when there is none.
std::vector<PublishedName> parse_published(const std::vector<std::string>& texts);

/// The published scores of exactly the rows of `reference`, in its order, matched by source row;
/// one table per dataset that the name matches. Labels of the file are compared row by row.
/// `labels`: their dataset; empty for the first of labels, label, is_signal_new that exists.
/// Throws UserError when a label differs in any row, when rows of several files or without source
/// rows are to be matched, when a row lies beyond the file, and when nothing matches the name.
std::vector<ScoreTable> match_published(const Predictions& reference, const PublishedName& name,
                                        const std::string& labels);

/// True when both tables hold the same rows in the same order, so that their difference can be
/// paired: equal source rows, labels, weights, and values of the observers that both have.
bool same_rows(const ScoreTable& first, const ScoreTable& second);

}  // namespace jetsmith::analysis
