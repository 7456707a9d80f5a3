// SPDX-License-Identifier: Apache-2.0
#include "kernels/dense_layers/dense_layers.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include <mutex>

#include "core/errors.h"
#include "core/torch_threads.h"
#include "kernels/dense_layers/dense_dropout.h"
#include "kernels/dense_layers/dense_products.h"
#include "kernels/dense_layers/dense_stack.h"

namespace jetsmith::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// One of `count` parts of equal size of whatever there is to do.
struct Part {
    int64_t number, count;

    /// Edges are multiples of `step`.
    int64_t begin(int64_t size, int64_t step = 1) const { return edge(number, size, step); }
    int64_t end(int64_t size, int64_t step = 1) const { return edge(number + 1, size, step); }

  private:
    int64_t edge(int64_t before, int64_t size, int64_t step) const
    {
        return std::min(size, padded(size * before / count, step));
    }
};

template <class Work>
void in_parts(size_t count, const Work& work)
{
    const auto parts = static_cast<int64_t>(count);
    on_torch_threads(parts, [&](int64_t k) { work(Part{k, parts}); });
}

/// Part `part` of the panels of all weights, transposed, with the biases of their columns.
void pack_forward(const DenseStack& stack, const LayerNumbers& packed, const Part& part)
{
    const int64_t panel = panel_columns();
    for (int64_t l = 0; l < stack.layers(); ++l) {
        const Panels all = packed.forward_weight(stack, l);
        const int64_t panels = (all.columns + panel - 1) / panel;
        for (int64_t p = part.begin(panels); p < part.end(panels); ++p) {
            const int64_t first = p * panel, columns = std::min(panel, all.columns - first);
            pack_transposed(stack.weight(l) + first * all.rows,
                            {all.data + p * all.stride, all.rows, columns, all.stride});
            float* bias = packed.bias(l) + first;
            std::fill(std::copy_n(stack.bias(l) + first, columns, bias), bias + panel, 0.0F);
        }
    }
}

/// Part `part` of the rows of all weights.
void pack_backward(const DenseStack& stack, bool with_first, const LayerNumbers& packed,
                   const Part& part)
{
    for (int64_t l = with_first ? 0 : 1; l < stack.layers(); ++l) {
        const int64_t first = part.begin(stack.out(l), kRowStep);
        const int64_t end = part.end(stack.out(l), kRowStep);
        pack(stack.weight(l) + first * stack.in(l),
             rows_of(packed.backward_weight(stack, l), first, end - first));
    }
}

uint64_t drawn_seed()
{
    auto generator = at::detail::getDefaultCPUGenerator();
    const std::lock_guard lock(generator.mutex());
    return generator.get<at::CPUGeneratorImpl>()->random64();
}

/// All layers for a tile, from its inputs in values.of(0, tile).
void forward_tile(const DenseStack& stack, const LayerNumbers& packed, const LayerValues& values,
                  const RowRange& tile, uint64_t seed)
{
    for (int64_t l = 0; l < stack.layers(); ++l) {
        const Panels out = values.of(l + 1, tile);
        forward_product(values.of(l, tile), packed.forward_weight(stack, l),
                        {packed.bias(l), stack.is_hidden(l)}, out);
        if (stack.dropout() > 0 && stack.is_hidden(l))
            drop(out, {seed, static_cast<uint32_t>(l), tile.first, stack.dropout()});
    }
}

/// One share of the batch on its way back.
class BackwardShare {
  public:
    BackwardShare(const DenseStack& stack, const LayerValues& values, const LayerNumbers& weights)
        : stack_(stack),
          values_(values),
          weights_(weights),
          sums_(stack),
          scratch_(empty_floats(2 * panel_floats(kTileRows, stack.widest())))
    {
    }

    /// g_y: gradients of the outputs of the whole batch, in rows; g_x: of the inputs, or null.
    void run(const RowRange& share, const float* g_y, float* g_x)
    {
        sums_.set_zero();
        for_each_tile(share, [&](const RowRange& tile) {
            begin(tile, g_y + tile.first * stack_.in(stack_.layers()));
            for (int64_t l = stack_.layers() - 1; l >= 0; --l) {
                weight_product(gradient(l + 1, tile), values_.of(l, tile), sums_.weight(l));
                if (l > 0 || g_x != nullptr) descend(l, tile);
            }
            if (g_x != nullptr) unpack(gradient(0, tile), g_x + tile.first * stack_.in(0));
        });
    }

    /// Gradients of the weights, in rows of padded width, and of the biases.
    const LayerNumbers& sums() const { return sums_; }

  private:
    /// Gradients of values_.of(layer, tile), in one of two buffers in turn.
    Panels gradient(int64_t layer, const RowRange& tile) const
    {
        return in_panels(scratch_.data_ptr<float>() + layer % 2 * (scratch_.numel() / 2), tile.rows,
                         stack_.in(layer));
    }

    void begin(const RowRange& tile, const float* g_y)
    {
        const int64_t last = stack_.layers() - 1;
        const Panels g = gradient(last + 1, tile);
        pack(g_y, g);
        flush_and_sum(g, sums_.bias(last));
    }

    void descend(int64_t layer, const RowRange& tile)
    {
        BackwardEnd end{};
        if (layer > 0) end = {values_.of(layer, tile).data, stack_.scale(), sums_.bias(layer - 1)};
        backward_product(gradient(layer + 1, tile), weights_.backward_weight(stack_, layer), end,
                         gradient(layer, tile));
    }

    const DenseStack& stack_;
    const LayerValues& values_;
    const LayerNumbers& weights_;
    LayerNumbers sums_;
    at::Tensor scratch_;
};

/// to = sum of the rows of all parts, in order; parts have rows of `stride` floats, `to` of
/// `columns`.
void add_parts(const std::vector<const float*>& parts, int64_t stride, const RowRange& rows,
               int64_t columns, float* to)
{
    for (int64_t row = rows.first; row < rows.end(); ++row) {
        float* sum = to + row * columns;
        std::copy_n(parts.front() + row * stride, columns, sum);
        for (size_t k = 1; k < parts.size(); ++k) {
            const float* part = parts[k] + row * stride;
            for (int64_t c = 0; c < columns; ++c) sum[c] += part[c];
        }
    }
}

/// Gradients of all parameters from their sums over each share.
tensor_list parameter_gradients(const DenseStack& stack, const std::vector<BackwardShare>& shares)
{
    tensor_list found;
    for (int64_t l = 0; l < stack.layers(); ++l) {
        found.push_back(at::empty({stack.out(l), stack.in(l)}, at::kFloat));
        found.push_back(empty_floats(stack.out(l)));
    }
    in_parts(shares.size(), [&](const Part& part) {
        std::vector<const float*> weights(shares.size()), biases(shares.size());
        for (int64_t l = 0; l < stack.layers(); ++l) {
            for (size_t s = 0; s < shares.size(); ++s) {
                weights[s] = shares[s].sums().weight(l);
                biases[s] = shares[s].sums().bias(l);
            }
            const int64_t first = part.begin(stack.out(l));
            const RowRange rows{first, part.end(stack.out(l)) - first};
            const auto i = static_cast<size_t>(2 * l);
            add_parts(weights, padded(stack.in(l), kColumnStep), rows, stack.in(l),
                      found[i].data_ptr<float>());
            add_parts(biases, 1, rows, 1, found[i + 1].data_ptr<float>());
        }
    });
    return found;
}

class DenseFunction : public torch::autograd::Function<DenseFunction> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x_BF, double dropout,
                              bool keep, at::TensorList parameters)
    {
        const DenseStack stack(parameters, dropout);
        const at::Tensor x = x_BF.contiguous();
        const int64_t columns = stack.in(stack.layers());
        const at::Tensor y_BC = at::empty({x.size(0), columns}, x.options());
        const LayerValues values(stack, x.size(0));
        const LayerNumbers packed(stack);
        const uint64_t seed = dropout > 0 ? drawn_seed() : 0;
        const auto shares = thread_shares(x.size(0), at::get_num_threads());
        in_parts(shares.size(), [&](const Part& part) { pack_forward(stack, packed, part); });
        on_torch_threads(static_cast<int64_t>(shares.size()), [&](int64_t k) {
            for_each_tile(shares[static_cast<size_t>(k)], [&](const RowRange& tile) {
                pack(x.const_data_ptr<float>() + tile.first * stack.in(0), values.of(0, tile));
                forward_tile(stack, packed, values, tile, seed);
                unpack(values.of(stack.layers(), tile),
                       y_BC.data_ptr<float>() + tile.first * columns);
            });
        });
        if (!keep) return y_BC;
        std::vector<at::Tensor> saved{values.memory()};
        saved.insert(saved.end(), parameters.begin(), parameters.end());
        context->save_for_backward(std::move(saved));
        context->saved_data["dropout"] = dropout;
        context->saved_data["shares"] = static_cast<int64_t>(shares.size());
        return y_BC;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& outer)
    {
        const auto saved = context->get_saved_variables();
        const DenseStack stack(at::TensorList(saved).slice(1),
                               context->saved_data["dropout"].toDouble());
        const at::Tensor g_y = outer[0].contiguous();
        const int64_t rows = g_y.size(0);
        const LayerValues values(stack, rows, saved[0]);
        const bool with_x = context->needs_input_grad(0);
        const LayerNumbers weights(stack);
        const at::Tensor g_x =
            with_x ? at::empty({rows, stack.in(0)}, g_y.options()) : at::Tensor();
        // The tiles are those of the forward pass, also when the number of threads has changed.
        const auto ranges = thread_shares(rows, context->saved_data["shares"].toInt());
        in_parts(ranges.size(),
                 [&](const Part& part) { pack_backward(stack, with_x, weights, part); });
        std::vector<BackwardShare> shares;
        for (size_t k = 0; k < ranges.size(); ++k) shares.emplace_back(stack, values, weights);
        on_torch_threads(static_cast<int64_t>(ranges.size()), [&](int64_t k) {
            const auto i = static_cast<size_t>(k);
            shares[i].run(ranges[i], g_y.const_data_ptr<float>(),
                          with_x ? g_x.data_ptr<float>() : nullptr);
        });
        tensor_list found{g_x, {}, {}};
        for (auto& gradient : parameter_gradients(stack, shares))
            found.push_back(std::move(gradient));
        return found;
    }
};

bool is_plain(const at::Tensor& t, int64_t dimensions)
{
    return t.defined() && t.is_cpu() && t.scalar_type() == at::kFloat && t.dim() == dimensions;
}

}  // namespace

at::Tensor dense_layers(const at::Tensor& x_BF, const std::vector<at::Tensor>& parameters,
                        double dropout)
{
    ensure(is_plain(x_BF, 2) && x_BF.size(1) > 0, "x must be float32 (B, F) on the CPU");
    ensure(!parameters.empty() && parameters.size() % 2 == 0, "a weight and a bias per layer");
    int64_t width = x_BF.size(1);
    for (size_t i = 0; i < parameters.size(); i += 2) {
        const auto &weight = parameters[i], &bias = parameters[i + 1];
        ensure(is_plain(weight, 2) && is_plain(bias, 1) && weight.is_contiguous() &&
                   bias.is_contiguous() && weight.size(1) == width && weight.size(0) > 0 &&
                   bias.size(0) == weight.size(0),
               "parameters must be contiguous float32 (out, in) and (out) that fit each other");
        width = weight.size(0);
    }
    ensure(dropout >= 0 && dropout < 1, "dropout must be from 0 to below 1");
    return DenseFunction::apply(x_BF, dropout, at::GradMode::is_enabled(),
                                at::TensorList(parameters));
}

}  // namespace jetsmith::kernels
