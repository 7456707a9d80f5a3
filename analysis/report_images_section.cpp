// SPDX-License-Identifier: Apache-2.0
// Average, best and worst jets as pictures.
#include <fmt/format.h>

#include <cmath>

#include "analysis/report_page.h"
#include "analysis/report_picture.h"
#include "analysis/report_sections.h"
#include "analysis/text_tables.h"

namespace jetsmith::analysis {
namespace {

constexpr double kAverageDecades = 5, kJetDecades = 4;

std::string channel_text(const ReportImages& images, int64_t channel)
{
    if (images.channels == 1) return "";
    return images.channel_names.empty() ? fmt::format(", channel {}", channel)
                                        : ", " + images.channel_names[channel];
}

/// What is averaged, one image per class, and how it is called.
struct Averaged {
    const std::vector<std::vector<float>>* images_CHW;
    std::string name;
};

/// Class by class what is averaged side by side, on one scale per channel: channels differ in
/// units.
std::string averages(const ReportImages& images)
{
    std::vector<Averaged> kinds{{&images.averages_CHW, "average "}};
    if (images.reconstructed())
        kinds = {{&images.averages_CHW, "average input, "},
                 {&images.output_averages_CHW, "average output, "},
                 {&images.residual_averages_CHW, "average |input − output|, "}};
    const size_t pixels = images.height * images.width;
    std::string html;
    for (int64_t channel = 0; channel < images.channels; ++channel) {
        const auto image = [&](const Averaged& kind, size_t label) {
            return std::span((*kind.images_CHW)[label]).subspan(channel * pixels, pixels);
        };
        std::vector<float> all;
        for (const auto& kind : kinds)
            for (size_t label = 0; label < images.class_names.size(); ++label)
                all.insert(all.end(), image(kind, label).begin(), image(kind, label).end());
        const LogScale scale = log_scale(all, kAverageDecades);
        html += images.reconstructed() ? "<div class=\"pictures thirds\">\n"
                                       : "<div class=\"pictures large\">\n";
        for (size_t label = 0; label < images.class_names.size(); ++label)
            for (const auto& kind : kinds)
                html +=
                    picture(image(kind, label), images.height, images.width, scale,
                            kind.name + images.class_names[label] + channel_text(images, channel));
        html += "</div>\n" + colour_bar(scale);
    }
    return html;
}

std::string jet_caption(const ReportImages& images, const ShownJets& shown, int64_t i)
{
    const int64_t label = shown.labels[i];
    const bool named = label >= 0 && label < static_cast<int64_t>(images.class_names.size());
    const std::string name = named ? images.class_names[label] : std::to_string(label);
    return images.reconstructed() ? fmt::format("{}, score {:.3g}, row {}", name, shown.scores[i],
                                                shown.source_rows[i])
                                  : fmt::format("{}, score {:.4f}, row {}", name, shown.scores[i],
                                                shown.source_rows[i]);
}

/// Input, output and |input - output| of one jet, side by side in one figure.
std::string triple(const ReportImages& images, std::span<const float> in_HW,
                   std::span<const float> out_HW, LogScale scale, const std::string& caption)
{
    std::vector<float> residual_HW;
    for (size_t i = 0; i < in_HW.size(); ++i) residual_HW.push_back(std::abs(in_HW[i] - out_HW[i]));
    std::string html = "<figure><div class=\"triple\">\n";
    const std::pair<std::span<const float>, const char*> parts[]{
        {in_HW, "input"}, {out_HW, "output"}, {residual_HW, "|input − output|"}};
    for (const auto& [image_HW, what] : parts)
        html +=
            fmt::format("<img class=\"pixels\" width=\"{}\" height=\"{}\" src=\"{}\" alt=\"{}\">\n",
                        images.width, images.height,
                        data_uri(png(image_HW, images.height, images.width, scale)),
                        html_text(caption + ": " + what));
    return html + "</div><figcaption>" + html_text(caption) + "</figcaption></figure>\n";
}

std::string jets(const ReportImages& images, const ShownJets& shown, const std::string& heading)
{
    if (shown.count() == 0) return "";
    const size_t pixels = images.height * images.width, stride = images.channels * pixels;
    const auto first_channel = [&](const std::vector<float>& all, int64_t i) {
        return std::span(all).subspan(i * stride, pixels);
    };
    std::vector<float> all;
    for (int64_t i = 0; i < shown.count(); ++i) {
        const auto image = first_channel(shown.images_NCHW, i);
        all.insert(all.end(), image.begin(), image.end());
    }
    const LogScale scale = log_scale(all, kJetDecades);
    const bool triples = !shown.outputs_NCHW.empty();
    std::string html = "<h3>" + html_text(heading + channel_text(images, 0)) +
                       "</h3>\n<div class=\"pictures" + (triples ? " halves" : "") + "\">\n";
    for (int64_t i = 0; i < shown.count(); ++i) {
        const auto image = first_channel(shown.images_NCHW, i);
        const std::string caption = jet_caption(images, shown, i);
        html += triples
                    ? triple(images, image, first_channel(shown.outputs_NCHW, i), scale, caption)
                    : picture(image, images.height, images.width, scale, caption);
    }
    return html + "</div>\n" + colour_bar(scale);
}

}  // namespace

std::string image_section(std::span<const ReportRun> runs)
{
    std::string html;
    for (const auto& run : runs) {
        if (!run.images || run.images->averages_CHW.empty()) continue;
        if (runs.size() > 1) html += "<h3>" + html_text(run.name) + "</h3>\n";
        html += averages(*run.images);
        const bool made = run.images->reconstructed();
        const char* const parts = ": input, output and |input − output|";
        html += jets(*run.images, run.images->best,
                     made ? std::string("Best reconstructed") + parts : "Surest right decisions");
        html += jets(*run.images, run.images->worst,
                     made ? std::string("Worst reconstructed") + parts : "Surest wrong decisions");
    }
    return section("Images", html);
}

}  // namespace jetsmith::analysis
