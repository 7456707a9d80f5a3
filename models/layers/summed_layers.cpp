// SPDX-License-Identifier: Apache-2.0
#include "models/layers/summed_layers.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "core/torch_threads.h"
#include "kernels/rectified_tile/rectified_tile.h"
#include "kernels/segment_sum/segment_sum.h"
#include "models/layers/tile_products.h"

namespace jetsmith::layers {
namespace {

using kernels::ObjectRange;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Objects of a tile, in multiples of kStep (few shapes, so that oneDNN keeps the code of all of
/// them); objects that are worth a thread.
constexpr int64_t kTile = kTileRows, kStep = 256, kLeast = 256;

/// No autograd and no autocast inside: both are done by hand here, in every thread.
struct PlainScope {
    at::AutoDispatchBelowADInplaceOrView below_autograd;
    c10::impl::ExcludeDispatchKeyGuard no_autocast{c10::DispatchKey::AutocastCPU};
};

/// What one thread does: whole rows of the batch, and its part of the padded buffers.
struct Share {
    int64_t first_row, first_object, objects, padded, begin;
};

std::vector<Share> shares(const at::Tensor& offsets_B1)
{
    const auto* offset = offsets_B1.const_data_ptr<int64_t>();
    const int64_t rows = offsets_B1.size(0) - 1, total = offset[rows];
    const int64_t threads =
        std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), total / kLeast));
    std::vector<Share> all;
    int64_t row = 0, begin = 0;
    for (int64_t k = 1; k <= threads; ++k) {
        const int64_t next =
            std::lower_bound(offset + row, offset + rows, total * k / threads) - offset;
        const int64_t objects = offset[next] - offset[row];
        const int64_t padded = (objects + kStep - 1) / kStep * kStep;
        all.push_back({row, offset[row], objects, padded, begin});
        row = next, begin += padded;
    }
    return all;
}

/// Rows of the buffers: whole tiles, so that a batch finds those of the one before, of nearly the
/// same size, free again; else the heap grows with every new largest one.
int64_t padded_size(const std::vector<Share>& all)
{
    return (all.back().begin + all.back().padded + kTile - 1) / kTile * kTile;
}

/// Calls tile(begin in the buffers, rows of the buffers, range of objects) for a share.
template <class Tile>
void for_each_tile(const Share& share, const at::Tensor& offsets_B1, const at::Tensor& weights_T,
                   const Tile& tile)
{
    const float* weights = weights_T.defined() ? weights_T.const_data_ptr<float>() : nullptr;
    for (int64_t at = 0; at < share.padded; at += kTile) {
        const int64_t rows = std::min(kTile, share.padded - at);
        tile(share.begin + at, rows,
             ObjectRange{share.first_object + at, std::min(rows, share.objects - at),
                         share.first_row, offsets_B1.const_data_ptr<int64_t>(), weights});
    }
}

template <class Work>
void for_each_share(const std::vector<Share>& all, const Work& work)
{
    on_torch_threads(static_cast<int64_t>(all.size()), [&](int64_t k) {
        const PlainScope scope;
        work(static_cast<size_t>(k));
    });
}

/// Weights, rounded to the type of the computation, as products take them; the first layer and all
/// biases in float32.
struct Layers {
    at::Tensor first_FL;              ///< weight of the first layer, transposed
    std::vector<at::Tensor> weights;  ///< of the others, behind an undefined one
    std::vector<at::Tensor> biases;

    Layers(at::TensorList parameters, at::ScalarType type)
        : first_FL(parameters[0].t().contiguous())
    {
        for (size_t i = 0; i < parameters.size(); i += 2) {
            weights.push_back(i == 0 ? at::Tensor()
                                     : parameters[i].to(type).to(product_type(type)));
            biases.push_back(parameters[i + 1].contiguous());
        }
    }
    size_t count() const { return weights.size(); }

    /// Layer l of one tile: out = max(x W^T + b, 0).
    void apply(size_t l, const at::Tensor& x, at::Tensor out) const
    {
        if (l == 0) {
            kernels::narrow_layer(x, first_FL, biases[0], out);
        } else {
            multiply(operand(x), weights[l].t(), out);
            kernels::rectify_with_bias(out, biases[l]);
        }
    }
};

/// The features of each share, one behind the other, padded with zeros.
at::Tensor padded_features(const at::Tensor& x_TF, const std::vector<Share>& all)
{
    auto padded = at::zeros({padded_size(all), x_TF.size(1)}, x_TF.options());
    for (const auto& s : all)
        padded.narrow(0, s.begin, s.objects).copy_(x_TF.narrow(0, s.first_object, s.objects));
    return padded;
}

class SummedLayers : public torch::autograd::Function<SummedLayers> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x_TF,
                              const at::Tensor& offsets_B1, const std::optional<at::Tensor>& w,
                              bool keep, at::TensorList parameters)
    {
        const auto type = at::autocast::is_autocast_enabled(at::kCPU)
                              ? at::autocast::get_autocast_dtype(at::kCPU)
                              : at::kFloat;
        const PlainScope scope;  // hides autocast from here on
        const at::Tensor weights_T = w.value_or(at::Tensor());
        const Layers layers(parameters, type);
        const auto all = shares(offsets_B1);
        const auto x = padded_features(x_TF, all);
        std::vector<at::Tensor> outputs;
        if (keep)
            for (const auto& bias : layers.biases)
                outputs.push_back(
                    output_memory().take(x.size(0), bias.size(0), x.options().dtype(type)));
        const auto sums_BL =
            at::zeros({offsets_B1.size(0) - 1, layers.biases.back().size(0)}, x.options());
        for_each_share(all, [&](size_t k) {
            for_each_tile(all[k], offsets_B1, weights_T,
                          [&](int64_t begin, int64_t rows, const ObjectRange& range) {
                              at::Tensor in = x.narrow(0, begin, rows);
                              for (size_t l = 0; l < layers.count(); ++l) {
                                  const auto out = keep ? outputs[l].narrow(0, begin, rows)
                                                        : output_memory().take_tile(
                                                              rows, layers.biases[l].size(0),
                                                              x.options().dtype(type));
                                  layers.apply(l, in, out);
                                  in = out;
                              }
                              kernels::add_to_rows(in, range, sums_BL);
                          });
        });
        std::vector<at::Tensor> saved{x, offsets_B1, weights_T};
        saved.insert(saved.end(), outputs.begin(), outputs.end());
        saved.insert(saved.end(), parameters.begin(), parameters.end());
        context->save_for_backward(saved);
        return sums_BL;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients)
    {
        const PlainScope scope;
        const auto saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &offsets_B1 = saved[1], &weights_T = saved[2];
        const size_t count = (saved.size() - 3) / 3;
        const std::vector<at::Tensor> outputs(saved.begin() + 3,
                                              saved.begin() + 3 + static_cast<int64_t>(count));
        const Layers layers(at::TensorList(saved).slice(3 + count), outputs.back().scalar_type());
        const auto all = shares(offsets_B1);
        const auto sums_BL = gradients[0].contiguous();
        std::vector<std::vector<at::Tensor>> results(all.size());
        for_each_share(all, [&](size_t k) {
            auto& result = results[k];
            for (size_t l = 0; l < count; ++l) {
                const auto width = layers.biases[l].size(0);
                const auto in = l == 0 ? x.size(1) : layers.biases[l - 1].size(0);
                result.push_back(at::zeros(
                    l == 0 ? at::IntArrayRef{in, width} : at::IntArrayRef{width, in}, x.options()));
                result.push_back(at::zeros({width}, x.options()));
            }
            for_each_tile(
                all[k], offsets_B1, weights_T,
                [&](int64_t begin, int64_t rows, const ObjectRange& range) {
                    const auto last = outputs.back().narrow(0, begin, rows);
                    auto g = output_memory().take_tile(rows, last.size(1), last.options());
                    kernels::spread_to_positive(last, range, sums_BL, g, result.back());
                    for (size_t l = count - 1; l > 0; --l) {
                        const auto in = outputs[l - 1].narrow(0, begin, rows);
                        const auto factor = operand(g);
                        if (factor.scalar_type() == at::kFloat) {
                            result[2 * l].addmm_(factor.t(), operand(in));
                        } else {
                            result[2 * l].add_(at::mm(factor.t(), in));
                        }
                        const auto before =
                            output_memory().take_tile(rows, in.size(1), in.options());
                        multiply(factor, layers.weights[l], before);
                        g = before;
                        kernels::keep_where_positive(in, g, result[2 * l - 1]);
                    }
                    kernels::narrow_layer_gradient(x.narrow(0, begin, rows), g, result[0]);
                });
        });
        tensor_list all_gradients{{}, {}, {}, {}};
        for (size_t i = 0; i < 2 * count; ++i) {
            for (size_t k = 1; k < all.size(); ++k) results[0][i].add_(results[k][i]);
            all_gradients.push_back(i == 0 ? results[0][0].t() : results[0][i]);
        }
        return all_gradients;
    }
};

}  // namespace

at::Tensor summed_rectified_layers(const at::Tensor& x_TF, const at::Tensor& offsets_B1,
                                   const at::Tensor& weights_T,
                                   const std::vector<at::Tensor>& parameters)
{
    if (x_TF.is_cpu() && x_TF.size(0) > 0) {
        const auto w = weights_T.defined() ? std::optional(weights_T) : std::nullopt;
        return SummedLayers::apply(x_TF, offsets_B1, w, at::GradMode::is_enabled(),
                                   at::TensorList(parameters));
    }
    at::Tensor x = x_TF;
    for (size_t i = 0; i < parameters.size(); i += 2)
        x = at::linear(x, parameters[i], parameters[i + 1]).relu_();
    return kernels::segment_sum(x, offsets_B1, weights_T);
}

}  // namespace jetsmith::layers
