// SPDX-License-Identifier: Apache-2.0
#include "inputs/image_file.h"

#include <ATen/ops/arange.h>

#include <algorithm>

#include "core/atomic_file.h"
#include "core/errors.h"
#include "core/file_hashes.h"
#include "core/progress.h"
#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/content_check.h"

namespace jetsmith::inputs {
namespace {

constexpr int64_t kBatch = 2048;
constexpr int64_t kFormatVersion = 1;

template <typename T>
std::span<const T> values(const at::Tensor& tensor)
{
    return {tensor.const_data_ptr<T>(), static_cast<size_t>(tensor.numel())};
}

void write_batches(const EventStore& store, const Input& input, hdf5::ArrayWriter& file)
{
    Progress progress("pixelate", store.rows, store.row_noun);
    for (int64_t begin = 0; begin < store.rows; begin += kBatch) {
        const int64_t end = std::min(begin + kBatch, store.rows);
        const auto batch =
            input.make(store, at::arange(begin, end, at::kLong), std::nullopt, at::kFloat);
        const at::Tensor images = batch.images_BCHW.contiguous();
        file.rows("images", begin, values<float>(images));
        progress.update(end);
    }
}

}  // namespace

void write_images(const EventStore& store, const Input& input, const std::string& config,
                  const std::filesystem::path& path)
{
    const auto shape = input.shape(store);
    if (shape.channels == 0)
        throw UserError(
            "inputs.type: this input makes no images (images are wanted). Choose one that does; "
            "jetsmith list inputs shows them.");
    FileHashes hashes;
    hashes.start({store.files.begin(), store.files.end()});
    write_atomically(path, [&](const std::filesystem::path& temporary) {
        hdf5::ArrayWriter file(temporary);
        hdf5::write_content(file, "images", kFormatVersion);
        file.text("config", config);
        file.texts("class_names", store.class_names);
        file.texts("files", store.files);
        std::vector<std::string> of_files;
        for (const auto& name : store.files) of_files.push_back(hashes.of(name));
        file.texts("source_hashes", of_files);
        file.column("source_row", values<int64_t>(store.source_rows_B));
        file.column("source_file", values<int32_t>(store.source_files_B));
        if (store.labels_B.defined()) file.column("labels", values<int64_t>(store.labels_B));
        file.create<float>("images", {store.rows, shape.channels, shape.height, shape.width});
        write_batches(store, input, file);
        file.close();
    });
}

}  // namespace jetsmith::inputs
