// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_images.h"

#include <span>

#include "core/atomic_file.h"
#include "core/errors.h"
#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/attributes.h"
#include "datasets/hdf5/content_check.h"

namespace jetsmith::analysis {
namespace {

constexpr int64_t kFormatVersion = 1;

using FilePointer = std::shared_ptr<const hdf5::File>;
using Shape = std::vector<int64_t>;

/// Slashes would make groups.
std::string class_dataset(const std::string& what, std::string class_name)
{
    for (char& c : class_name)
        if (c == '/') c = '|';
    return what + "_" + class_name;
}

bool fits(const ReportImages& images, const ShownJets& jets)
{
    const size_t pixels = images.channels * images.height * images.width, n = jets.scores.size();
    return jets.images_NCHW.size() == n * pixels && jets.labels.size() == n &&
           (jets.outputs_NCHW.empty() || jets.outputs_NCHW.size() == n * pixels) &&
           jets.source_rows.size() == n;
}

void write_jets(hdf5::ArrayWriter& writer, const std::string& name, const ReportImages& images,
                const ShownJets& jets)
{
    const int64_t n = jets.count();
    if (n == 0) return;
    writer.array<float>(name, {n, images.channels, images.height, images.width}, jets.images_NCHW);
    if (!jets.outputs_NCHW.empty())
        writer.array<float>(name + "_outputs", {n, images.channels, images.height, images.width},
                            jets.outputs_NCHW);
    writer.column<double>(name + "_scores", jets.scores);
    writer.column<int64_t>(name + "_labels", jets.labels);
    writer.column<int64_t>(name + "_source_rows", jets.source_rows);
}

void write_class(hdf5::ArrayWriter& writer, const ReportImages& images, size_t label)
{
    const std::string& name = images.class_names[label];
    const Shape shape{images.channels, images.height, images.width};
    writer.array<float>(class_dataset("average", name), shape, images.averages_CHW[label]);
    if (!images.reconstructed()) return;
    writer.array<float>(class_dataset("output", name), shape, images.output_averages_CHW[label]);
    writer.array<float>(class_dataset("residual", name), shape,
                        images.residual_averages_CHW[label]);
}

template <typename T>
std::vector<T> read_shaped(const FilePointer& file, const std::string& name, const Shape& wanted)
{
    auto array = hdf5::read_array<T>(file, name);
    if (array.shape != wanted)
        throw UserError(
            "{}: dataset '{}' does not have the shape of the other images (damaged, or "
            "written by another program). Evaluate the run again.",
            file->name(), name);
    return std::move(array.values);
}

std::vector<float> read_images(const FilePointer& file, const std::string& name,
                               const Shape& wanted)
{
    const auto values = read_shaped<double>(file, name, wanted);
    return {values.begin(), values.end()};
}

ShownJets read_jets(const FilePointer& file, const std::string& name, const ReportImages& images)
{
    if (!file->has_dataset("/" + name)) return {};
    ShownJets jets;
    jets.scores = hdf5::read_array<double>(file, name + "_scores").values;
    const int64_t n = jets.count();
    jets.labels = read_shaped<int64_t>(file, name + "_labels", {n});
    jets.source_rows = read_shaped<int64_t>(file, name + "_source_rows", {n});
    const Shape shape{n, images.channels, images.height, images.width};
    jets.images_NCHW = read_images(file, name, shape);
    if (file->has_dataset("/" + name + "_outputs"))
        jets.outputs_NCHW = read_images(file, name + "_outputs", shape);
    return jets;
}

/// The shape of the first average is that of all images.
void read_averages(const FilePointer& file, ReportImages& images)
{
    for (const auto& name : images.class_names) {
        const std::string dataset = class_dataset("average", name);
        if (images.averages_CHW.empty()) {
            const auto shape = hdf5::shape(file->dataset("/" + dataset).id());
            if (shape.size() != 3)
                throw UserError(
                    "{}: dataset '{}' has {} dimensions (3 wanted: channel, row, "
                    "column). Evaluate the run again.",
                    file->name(), dataset, shape.size());
            images.channels = shape[0], images.height = shape[1], images.width = shape[2];
        }
        images.averages_CHW.push_back(
            read_images(file, dataset, {images.channels, images.height, images.width}));
        if (!file->has_dataset("/" + class_dataset("output", name))) continue;
        const Shape shape{images.channels, images.height, images.width};
        images.output_averages_CHW.push_back(
            read_images(file, class_dataset("output", name), shape));
        images.residual_averages_CHW.push_back(
            read_images(file, class_dataset("residual", name), shape));
    }
}

}  // namespace

void ReportImages::check() const
{
    const size_t pixels = channels * height * width;
    ensure(averages_CHW.size() == class_names.size(), "one average image per class is wanted");
    for (const auto* outputs : {&output_averages_CHW, &residual_averages_CHW})
        ensure(outputs->empty() || outputs->size() == class_names.size(),
               "one average output and residual per class is wanted");
    for (const auto* averages : {&averages_CHW, &output_averages_CHW, &residual_averages_CHW})
        for (const auto& average : *averages)
            ensure(average.size() == pixels, "an average image does not have C x H x W values");
    ensure(channel_names.empty() || static_cast<int64_t>(channel_names.size()) == channels,
           "one name per channel is wanted");
    ensure(fits(*this, best) && fits(*this, worst), "images, scores, labels and rows differ");
}

void write_report_images(const std::filesystem::path& path, const ReportImages& images)
{
    images.check();
    write_atomically(path, [&](const std::filesystem::path& temporary) {
        hdf5::ArrayWriter writer(temporary);
        hdf5::write_content(writer, "report_images", kFormatVersion);
        writer.texts("class_names", images.class_names);
        writer.texts("channel_names", images.channel_names);
        for (size_t label = 0; label < images.class_names.size(); ++label)
            write_class(writer, images, label);
        write_jets(writer, "best", images, images.best);
        write_jets(writer, "worst", images, images.worst);
        writer.close();
    });
}

ReportImages read_report_images(const std::filesystem::path& path)
{
    const auto file = hdf5::File::open(path);
    hdf5::check_content(
        *file, {"report_images", kFormatVersion, "images of a run", "Evaluate the run again."});
    ReportImages images;
    images.class_names = hdf5::read_texts(*file, "/", "class_names");
    images.channel_names = hdf5::read_texts(*file, "/", "channel_names");
    read_averages(file, images);
    images.best = read_jets(file, "best", images);
    images.worst = read_jets(file, "worst", images);
    return images;
}

}  // namespace jetsmith::analysis
