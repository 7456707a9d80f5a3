// SPDX-License-Identifier: Apache-2.0
#include "kernels/pixelate/pixelate.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "core/cuda_plugin.h"
#include "core/errors.h"
#include "core/parallel.h"
#include "kernels/pixelate/pixelate_cpu.h"
#include "kernels/ragged.h"

namespace jetsmith::kernels {
namespace {

/// Outputs above this many bytes would only push other things out of the caches.
constexpr int64_t kStreamAbove = int64_t{16} << 20;

/// Images in one piece of work of a thread.
constexpr int64_t kGrain = 64;

using LaunchPixelate = const char*(const PixelateArguments*, void* stream);

void check_images(const at::Tensor& images, int64_t count, const PixelateOptions& o)
{
    const auto channels = static_cast<int64_t>(o.channels.size());
    ensure(images.scalar_type() == at::kFloat || images.scalar_type() == at::kBFloat16,
           "images are float32 or bfloat16");
    ensure(images.dim() == 4 && images.size(0) == count && images.size(1) == channels &&
               images.size(2) == o.height && images.size(3) == o.width &&
               images.is_contiguous(at::MemoryFormat::ChannelsLast),
           "images must be channels-last (B, C, H, W) of the rows and options");
}

void fill_options(const PixelateOptions& o, PixelateArguments& a)
{
    ensure(!o.channels.empty() && o.channels.size() <= kPixelChannels, "1 to 3 channels");
    ensure(o.height > 0 && o.width > 0 && o.eta_width > 0 && o.phi_width > 0, "an empty window");
    a.height = static_cast<int32_t>(o.height);
    a.width = static_cast<int32_t>(o.width);
    a.channels = static_cast<int32_t>(o.channels.size());
    std::copy(o.channels.begin(), o.channels.end(), a.channel);
    a.eta_width = o.eta_width;
    a.phi_width = o.phi_width;
    a.centre = o.centre;
    a.rotate = o.rotate;
    a.flip = o.flip;
    a.normalise = o.normalise;
    a.transform = o.transform;
    a.log_scale = static_cast<float>(o.log_scale);
}

void fill_table(const PixelTable& table, int64_t cells, const at::Device& device,
                PixelateArguments& a)
{
    if (!table.defined()) return;
    for (const auto* part : {&table.mean, &table.inverse})
        ensure(part->dim() == 1 && part->size(0) == cells + kPixelTablePadding &&
                   part->device() == device && part->scalar_type() == at::kFloat,
               "the pixel table is of another image size or device");
    a.mean = table.mean.const_data_ptr<float>();
    a.inverse = table.inverse.const_data_ptr<float>();
}

void fill_augment(const PixelAugment& augment, const at::Tensor& random_rows,
                  const at::Device& device, PixelateArguments& a)
{
    ensure(random_rows.dim() == 1 && random_rows.size(0) == a.jets &&
               random_rows.scalar_type() == at::kLong && random_rows.device() == device,
           "random rows must be int64 (B)");
    a.augment = true;
    a.random_flips = augment.flips;
    a.random_rotation = augment.rotation;
    a.random_shift = augment.shift;
    a.seed = augment.seed;
    a.epoch = augment.epoch;
    a.random_rows = random_rows.const_data_ptr<int64_t>();
    if (!augment.device_epoch.defined()) return;
    ensure(augment.device_epoch.device() == device, "device_epoch must be on the device");
    a.device_epoch = augment.device_epoch.const_data_ptr<int64_t>();
}

void run_on_cpu(const PixelateArguments& a)
{
    const auto [least, most] = std::minmax_element(a.rows, a.rows + a.jets);
    ensure(*least >= 0 && *most < a.store_jets, "a row lies outside the store");
    const int64_t bytes = a.jets * a.height * a.width * a.channels * (a.bfloat16 ? 2 : 4);
    parallel_for(a.jets, kGrain, [&](int64_t begin, int64_t end) {
        pixelate_rows(a, begin, end, /*stream=*/bytes > kStreamAbove);
    });
}

void run_on_cuda(const PixelateArguments& a)
{
    static auto* launch = cuda_kernel<LaunchPixelate>("jetsmith_launch_pixelate");
    if (const char* problem = launch(&a, cuda_plugin()->stream()))
        throw UserError(
            "pixelation on the GPU failed ({}; an image of {} x {} pixels x {} "
            "channels). Choose fewer pixels, or device: cpu.",
            problem, a.height, a.width, a.channels);
}

}  // namespace

PixelTable PixelTable::to(const at::Device& device) const
{
    return {mean.to(device), inverse.to(device)};
}

PixelTable pixel_table(const at::Tensor& mean_CHW, const at::Tensor& deviation_CHW, double bias)
{
    ensure(mean_CHW.dim() == 3 && mean_CHW.sizes() == deviation_CHW.sizes(),
           "tables are (C, H, W)");
    const at::Tensor scale = deviation_CHW.to(at::kDouble).add(bias);
    if (!scale.gt(0.0).all().item<bool>())
        throw UserError(
            "standardisation divides by 0 (a pixel never varies in the training data "
            "and bias is {}). Set inputs.standardise.bias above 0, e.g. 0.02.",
            bias);
    const auto flat = [&](const at::Tensor& values_CHW) {
        auto padded = at::zeros({values_CHW.numel() + kPixelTablePadding}, at::kFloat);
        padded.narrow(0, 0, values_CHW.numel()).copy_(values_CHW.permute({1, 2, 0}).reshape({-1}));
        return padded;
    };
    return {flat(mean_CHW), flat(scale.reciprocal())};
}

at::Tensor pixelate(const at::Tensor& momenta_T4, const at::Tensor& offsets_B1,
                    const at::Tensor& rows_B, const PixelateOptions& options,
                    const PixelateExtras& extras, at::ScalarType dtype)
{
    const auto channels = static_cast<int64_t>(options.channels.size());
    auto images = at::empty({rows_B.size(0), channels, options.height, options.width},
                            momenta_T4.options().dtype(dtype), at::MemoryFormat::ChannelsLast);
    pixelate_into(images, momenta_T4, offsets_B1, rows_B, options, extras);
    return images;
}

void pixelate_into(const at::Tensor& images_BCHW, const at::Tensor& momenta_T4,
                   const at::Tensor& offsets_B1, const at::Tensor& rows_B,
                   const PixelateOptions& options, const PixelateExtras& extras)
{
    check_jets(momenta_T4, offsets_B1, rows_B);
    check_images(images_BCHW, rows_B.size(0), options);
    const auto device = momenta_T4.device();
    ensure(images_BCHW.device() == device, "images must be on the device of the constituents");
    if (rows_B.size(0) == 0) return;

    const auto rows = rows_B.contiguous();
    PixelateArguments a{};
    a.momenta = momenta_T4.const_data_ptr<float>();
    a.offsets = offsets_B1.const_data_ptr<int64_t>();
    a.constituents = momenta_T4.size(0);
    a.store_jets = offsets_B1.size(0) - 1;
    a.rows = rows.const_data_ptr<int64_t>();
    a.jets = rows.size(0);
    a.images = images_BCHW.mutable_data_ptr();
    a.bfloat16 = images_BCHW.scalar_type() == at::kBFloat16;
    fill_options(options, a);
    fill_table(extras.table, options.cells(), device, a);
    at::Tensor random_rows;
    if (extras.augment) {
        random_rows = extras.augment->random_rows_B.contiguous();
        fill_augment(*extras.augment, random_rows, device, a);
    }
    device.is_cuda() ? run_on_cuda(a) : run_on_cpu(a);
}

}  // namespace jetsmith::kernels
