// SPDX-License-Identifier: Apache-2.0
// The figures of a report, from what run folders hold. Every function leaves out what cannot be
// drawn from the files there.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/plot.h"
#include "analysis/report_run.h"

namespace jetsmith::analysis {

struct ReportFigure {
    std::string file;     ///< stem of the SVG file: "roc", "scores_top"
    std::string caption;  ///< plain text: what is drawn and what the errors are
    Figure figure;
};

/// 1/eps_B against eps_S; one figure per question ("top against the rest"), one line per run, and
/// for several runs the ratio to the first.
std::vector<ReportFigure> roc_figures(std::span<const ReportRun> runs);

/// The scores of one run by true class, normalised per class, with under- and overflow bins.
std::vector<ReportFigure> score_figures(const ReportRun& run);

/// Of an anomaly score: rows of each class in the first two latent dimensions; and the mass spectrum
/// of the background, whole and above cuts on the score that keep 50, 10 and 1 % of it.
std::vector<ReportFigure> latent_figures(const ReportRun& run);
std::vector<ReportFigure> sculpting_figures(const ReportRun& run);

/// Loss, validation metric and learning rate by epoch.
std::vector<ReportFigure> history_figures(std::span<const ReportRun> runs);

/// Rejection at fixed signal efficiency (held in each bin by a threshold of its own) against every
/// observer: jet pt, mass, ...
std::vector<ReportFigure> rejection_figures(std::span<const ReportRun> runs);

/// A name that is safe as part of a file name.
std::string file_stem(const std::string& text);

}  // namespace jetsmith::analysis
