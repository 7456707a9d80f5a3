// SPDX-License-Identifier: Apache-2.0
// Average, best and worst jets as pictures.
#include <fmt/format.h>

#include "analysis/report_page.h"
#include "analysis/report_picture.h"
#include "analysis/report_sections.h"
#include "analysis/text_tables.h"

namespace jetsmith::analysis {
namespace {

constexpr double kAverageDecades = 5, kJetDecades = 4;

std::string picture(const ReportImages& images, std::span<const float> image_HW, LogScale scale,
                    const std::string& caption)
{
    const std::string source = data_uri(png(image_HW, images.height, images.width, scale));
    return fmt::format(
        "<figure><img class=\"pixels\" width=\"{}\" height=\"{}\" src=\"{}\" "
        "alt=\"{}\"><figcaption>{}</figcaption></figure>\n",
        images.width, images.height, source, html_text(caption), html_text(caption));
}

std::string colour_bar(LogScale scale)
{
    return fmt::format(
        "<div class=\"scale\" style=\"background:{}\"></div><div class=\"ends\">"
        "<span>{:.2g}</span><span>pixel value, log scale</span><span>{:.2g}</span>"
        "</div>\n",
        css_gradient(), scale.low, scale.high);
}

std::string channel_text(const ReportImages& images, int64_t channel)
{
    if (images.channels == 1) return "";
    return images.channel_names.empty() ? fmt::format(", channel {}", channel)
                                        : ", " + images.channel_names[channel];
}

std::string averages(const ReportImages& images)
{
    const size_t pixels = images.height * images.width;
    std::string html;
    for (int64_t channel = 0; channel < images.channels; ++channel) {
        std::vector<float> all;  // of one channel: channels differ in their units
        for (const auto& average : images.averages_CHW)
            all.insert(all.end(), average.begin() + channel * pixels,
                       average.begin() + (channel + 1) * pixels);
        const LogScale scale = log_scale(all, kAverageDecades);
        html += "<div class=\"pictures large\">\n";
        for (size_t label = 0; label < images.class_names.size(); ++label)
            html += picture(images, std::span(all).subspan(label * pixels, pixels), scale,
                            "average " + images.class_names[label] + channel_text(images, channel));
        html += "</div>\n" + colour_bar(scale);
    }
    return html;
}

std::string jets(const ReportImages& images, const ShownJets& shown, const std::string& heading)
{
    if (shown.count() == 0) return "";
    const size_t pixels = images.height * images.width, stride = images.channels * pixels;
    const auto image = [&](int64_t i) {
        return std::span(shown.images_NCHW).subspan(i * stride, pixels);
    };
    std::vector<float> all;
    for (int64_t i = 0; i < shown.count(); ++i)
        all.insert(all.end(), image(i).begin(), image(i).end());
    const LogScale scale = log_scale(all, kJetDecades);
    std::string html =
        "<h3>" + html_text(heading + channel_text(images, 0)) + "</h3>\n<div class=\"pictures\">\n";
    for (int64_t i = 0; i < shown.count(); ++i) {
        const int64_t label = shown.labels[i];
        const bool named = label >= 0 && label < static_cast<int64_t>(images.class_names.size());
        html += picture(images, image(i), scale,
                        fmt::format("{}, score {:.4f}, row {}",
                                    named ? images.class_names[label] : std::to_string(label),
                                    shown.scores[i], shown.source_rows[i]));
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
        html += jets(*run.images, run.images->best, "Surest right decisions");
        html += jets(*run.images, run.images->worst, "Surest wrong decisions");
    }
    return section("Images", html);
}

}  // namespace jetsmith::analysis
