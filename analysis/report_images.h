// SPDX-License-Identifier: Apache-2.0
// report_images.h5: the few images of a run that a report shows: the average of each class, and
// the jets that the tagger got most right and most wrong.
//
// Layout (format_version 1): average_<class> (C, H, W) float32 for every class; best and worst
// (n, C, H, W) float32, each with <set>_scores (n,) float64, <set>_labels (n,) and
// <set>_source_rows (n,) int64. Of a model that reconstructs images also output_<class> and
// residual_<class> (the mean of |input - output|) beside each average, and <set>_outputs; best and
// worst are then the jets reconstructed best and worst. Attributes of the file: format_version, content =
// "report_images", class_names, channel_names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace jetsmith::analysis {

/// n jets of one kind, in the order in which they are shown.
struct ShownJets {
    std::vector<float> images_NCHW;
    std::vector<float> outputs_NCHW = {};  ///< what the model made of them; may be empty
    std::vector<double> scores;        ///< (n,) of the signal class; of more than two classes, of the true one
    std::vector<int64_t> labels;       ///< (n,) true class
    std::vector<int64_t> source_rows;  ///< (n,) row in the input file

    int64_t count() const { return static_cast<int64_t>(scores.size()); }
};

struct ReportImages {
    int64_t channels = 1, height = 0, width = 0;
    std::vector<std::string> channel_names;        ///< empty, or one per channel
    std::vector<std::string> class_names;          ///< by label, all different
    std::vector<std::vector<float>> averages_CHW;  ///< one per class
    /// Means of the model's outputs and of |input - output|; empty, or one per class.
    std::vector<std::vector<float>> output_averages_CHW, residual_averages_CHW;
    ShownJets best;                                ///< decided rightly, surest first
    ShownJets worst;                               ///< decided wrongly, surest first

    /// True when the model reconstructs images: best and worst then mean the distance to them.
    bool reconstructed() const { return !output_averages_CHW.empty(); }

    /// Throws InternalError when a length does not fit.
    void check() const;
};

/// Replaces `path` atomically. Throws RunError when it cannot be written.
void write_report_images(const std::filesystem::path& path, const ReportImages& images);

/// Throws UserError when the file is something else, inconsistent, or of a newer format_version.
ReportImages read_report_images(const std::filesystem::path& path);

}  // namespace jetsmith::analysis
