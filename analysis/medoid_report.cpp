// SPDX-License-Identifier: Apache-2.0
#include "analysis/medoid_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/distance_figures.h"
#include "analysis/distance_settings.h"
#include "analysis/report_page.h"
#include "analysis/report_picture.h"
#include "analysis/text_tables.h"
#include "core/atomic_file.h"
#include "core/errors.h"
#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/attributes.h"
#include "datasets/hdf5/row_source.h"

namespace jetsmith::analysis {
namespace {

constexpr double kDecades = 4;  // of pixel values

std::string table_section(const MedoidResult& result, const DistanceFile& distances)
{
    const auto text = medoid_table(result, distances);
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : text.rows)
        std::ranges::transform(row, std::back_inserter(rows.emplace_back()), html_text);
    std::string html = table(text.header, rows);
    for (const auto& note : text.notes) html += "<p>" + html_text(note) + "</p>\n";
    return section("Medoids", html);
}

std::string figure_section(const MedoidResult& result, const DistanceFile& distances)
{
    std::string html;
    for (const auto& figures :
         {pair_figures(distances, result.classes), dimension_figures(distances, result.classes)})
        for (const auto& one : figures) html += figure(draw(one.figure), one.caption, one.caption);
    return section("Distances", grid(html));
}

/// Images (C, H, W) by row of the file that the distances were made of.
class ImageFile {
  public:
    ImageFile(const std::filesystem::path& path, const DistanceFile& distances)
        : file_(hdf5::File::open(path)), source_(file_, "/images")
    {
        const auto& fields = source_.fields();
        rows_ = hdf5::read_array<int64_t>(file_, "source_row").values;
        if (source_.dims().size() != 4 || std::ssize(rows_) != source_.rows() ||
            fields.size() != 1 || fields[0].element != hdf5::Element::f32)
            throw UserError(
                "{}: holds no images of jetsmith (datasets 'images' (N, C, H, W) and "
                "'source_row' (N) wanted). Write the file with jetsmith pixelate.",
                file_->name());
        source_.check_readable();
        find_file(DistanceSettings::of_text(distances.settings));
    }

    int64_t height() const { return source_.dims()[2]; }
    int64_t width() const { return source_.dims()[3]; }

    std::vector<float> first_channel(int64_t source_row) const
    {
        const auto found = std::ranges::find(rows_, source_row);
        if (found == rows_.end())
            throw UserError(
                "{}: has no image of row {} ({} rows seen; those of all medoids wanted). "
                "Give jetsmith pixelate the same rows as jetsmith emd.",
                file_->name(), source_row, std::ssize(rows_) - std::ranges::count(rows_, -1));
        hdf5::RowSource::Scratch scratch;
        const int64_t row = found - rows_.begin();
        std::vector<float> image_HW(height() * width());
        hdf5::load(source_.read(row, row + 1, scratch), hdf5::Element::f32, sizeof(float),
                   image_HW.size(), image_HW.data());
        return image_HW;
    }

  private:
    /// Leaves the rows of that file alone. All, where nothing is known of it.
    void find_file(const DistanceSettings& wanted)
    {
        if (wanted.input_sha256.empty()) return;
        const auto hashes = hdf5::read_texts(*file_, "/", "source_hashes");
        const auto file = std::ranges::find(hashes, wanted.input_sha256) - hashes.begin();
        if (file == std::ssize(hashes))
            throw UserError(
                "{}: holds no images of {} (seen: {}; a file with its SHA-256 wanted). Give "
                "jetsmith pixelate the file that the distances were made of.",
                file_->name(), wanted.input,
                hashes.empty()
                    ? "images that do not say of which files they are"
                    : fmt::format("images of {}",
                                  fmt::join(hdf5::read_texts(*file_, "/", "files"), ", ")));
        const auto files = hdf5::read_array<int64_t>(file_, "source_file").values;
        for (size_t row = 0; row < rows_.size() && row < files.size(); ++row)
            if (files[row] != file) rows_[row] = -1;
    }

    std::shared_ptr<const hdf5::File> file_;
    hdf5::RowSource source_;
    std::vector<int64_t> rows_;  ///< of their file; -1: of another file
};

std::string class_pictures(const ClassMedoids& found, const DistanceFile& distances,
                           const ImageFile& file)
{
    const auto sizes = found.medoids.sizes_K();
    std::vector<std::vector<float>> images;
    std::vector<float> all;
    for (size_t m = 0; m < sizes.size(); ++m) {
        const int64_t row = found.row(static_cast<int64_t>(m));
        images.push_back(file.first_channel(distances.source_rows_N[row]));
        all.insert(all.end(), images.back().begin(), images.back().end());
    }
    const LogScale scale = log_scale(all, kDecades);
    std::string html = "<h3>" + html_text(found.of.name) + "</h3>\n<div class=\"pictures\">\n";
    for (size_t m = 0; m < sizes.size(); ++m) {
        const int64_t row = found.row(static_cast<int64_t>(m));
        html += picture(
            images[m], file.height(), file.width(), scale,
            fmt::format("row {}, for {} events", distances.source_rows_N[row], grouped(sizes[m])));
    }
    return html + "</div>\n" + colour_bar(scale);
}

std::string picture_section(const MedoidResult& result, const DistanceFile& distances,
                            const std::filesystem::path& images)
{
    if (images.empty()) return "";
    const ImageFile file(images, distances);
    std::string html;
    for (const auto& found : result.by_class) html += class_pictures(found, distances, file);
    return section("Images of the medoids", html);
}

}  // namespace

void write_medoid_report(const std::filesystem::path& path, const MedoidResult& result,
                         const DistanceFile& distances, const std::filesystem::path& images)
{
    const std::string title = "Medoids of " + distances.name;
    write_atomically(path, page(title, "<header>\n<h1>" + html_text(title) + "</h1>\n</header>\n" +
                                           table_section(result, distances) +
                                           picture_section(result, distances, images) +
                                           figure_section(result, distances)));
}

}  // namespace jetsmith::analysis
