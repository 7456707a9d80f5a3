// SPDX-License-Identifier: Apache-2.0
// Distances as an autograd function.
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/errors.h"
#include "core/parallel.h"
#include "kernels/emd/emd_columns.h"
#include "kernels/emd/emd_slopes.h"

namespace jetsmith::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Pairs in one piece of work of a thread.
constexpr int64_t kGrain = 8;

/// x, y and weight of one collection: slopes of all pairs, one pair behind the other.
struct Slopes {
    at::Tensor x, y, weight, particles;  ///< particles: whose slopes they are
    std::vector<int64_t> begins{0};      ///< of each pair

    Slopes(const EmdEvents& events, const at::Tensor& event_K)
    {
        const auto* offset = events.offsets_N1.const_data_ptr<int64_t>();
        const auto chosen = event_K.contiguous();
        const auto* event = chosen.const_data_ptr<int64_t>();
        for (int64_t k = 0; k < chosen.size(0); ++k)
            begins.push_back(begins.back() + offset[event[k] + 1] - offset[event[k]]);
        for (auto* slopes : {&x, &y, &weight}) *slopes = at::zeros({begins.back()}, at::kDouble);
        particles = at::empty({begins.back()}, at::kLong);
        auto* particle = particles.data_ptr<int64_t>();
        for (int64_t k = 0; k < chosen.size(0); ++k)
            for (int64_t t = offset[event[k]]; t < offset[event[k] + 1]; ++t) *particle++ = t;
    }
    double* at(const at::Tensor& slopes, int64_t pair) const
    {
        return slopes.data_ptr<double>() + begins[static_cast<size_t>(pair)];
    }
};

void take_slopes(const EmdArguments& a, const EmdProblem& problem, const EmdScratch& s,
                 int64_t pair, const Slopes& one, const Slopes& other)
{
    emd_weight_slopes(a, problem, s, one.at(one.weight, pair), other.at(other.weight, pair));
    double *x_one = one.at(one.x, pair), *y_one = one.at(one.y, pair);
    double *x_other = other.at(other.x, pair), *y_other = other.at(other.y, pair);
    const double unit = a.norm ? 1.0 / problem.sides[0].total() : 1.0;
    for_each_flow(problem, s, [&](int i, int j, double flow) {
        if (i == problem.sides[0].count || j == problem.sides[1].count) return;
        const EmdPull pull = emd_pull(a, problem, i, j, flow * unit);
        x_one[i] += pull.x, y_one[i] += pull.y;
        x_other[j] -= pull.x, y_other[j] -= pull.y;
    });
}

class EmdValues : public torch::autograd::Function<EmdValues> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& y,
                              const at::Tensor& weight, const at::Tensor& x2, const at::Tensor& y2,
                              const at::Tensor& weight2, const EmdEvents& first,
                              const EmdEvents& second, const at::Tensor& pairs,
                              const EmdOptions& options)
    {
        const EmdArguments a = emd_arguments(first, second, options);
        const Slopes one(first, pairs.select(1, 0)), other(second, pairs.select(1, 1));
        auto values_K = at::empty({pairs.size(0)}, at::kDouble);
        auto* value = values_K.data_ptr<double>();
        const auto* pair = pairs.const_data_ptr<int64_t>();
        const std::span all(pair, static_cast<size_t>(pairs.numel()));
        const EmdPrepared facts(a.first, a.ground, all, 0), facts2(a.second, a.ground, all, 1);
        parallel_for(pairs.size(0), kGrain, [&](int64_t begin, int64_t end) {
            thread_local EmdScratch scratch;
            for (int64_t k = begin; k < end; ++k) {
                const auto problem = emd_problem(a, facts, facts2, pair + 2 * k);
                const auto outcome = emd_solve_pair(a, problem, scratch);
                value[k] = outcome.value;
                if (outcome.status == EmdStatus::ok)
                    take_slopes(a, problem, scratch, k, one, other);
            }
        });
        context->save_for_backward({pairs, one.x, one.y, one.weight, one.particles, other.x,
                                    other.y, other.weight, other.particles});
        context->saved_data["sizes"] = std::vector<int64_t>{x.size(0), x2.size(0)};
        context->saved_data["begins"] = one.begins;
        context->saved_data["begins2"] = other.begins;
        (void)y, (void)weight, (void)y2, (void)weight2;  // autograd's, by way of the arguments
        return values_K;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients)
    {
        const auto saved = context->get_saved_variables();
        const auto sizes = context->saved_data["sizes"].toIntVector();
        const auto gradient_K = gradients[0].contiguous();
        tensor_list all;
        for (const int side : {0, 1}) {
            const auto begins = context->saved_data[side == 0 ? "begins" : "begins2"].toIntVector();
            const auto first = static_cast<size_t>(1 + 4 * side);
            const auto& particles = saved[first + 3];
            auto factor = at::empty({particles.size(0)}, at::kDouble);
            for (size_t k = 0; k + 1 < begins.size(); ++k)
                factor.narrow(0, begins[k], begins[k + 1] - begins[k])
                    .fill_(gradient_K[static_cast<int64_t>(k)]);
            for (size_t column = 0; column < 3; ++column)
                all.push_back(at::zeros({sizes[static_cast<size_t>(side)]}, at::kDouble)
                                  .index_add_(0, particles, saved[first + column].mul(factor)));
        }
        all.resize(all.size() + 4);  // events, pairs and options have none
        return all;
    }
};

}  // namespace

at::Tensor emd_values(const EmdEvents& first, const EmdEvents& second, const at::Tensor& pairs_K2,
                      const EmdOptions& options)
{
    ensure(options.ground == EmdGround::jets && first.offsets_N1.is_cpu() &&
               second.offsets_N1.is_cpu(),
           "distances are differentiable for ground jets on the CPU");
    const auto pairs = emd_checked_pairs(first, second, pairs_K2);
    return EmdValues::apply(first.x_T, first.y_T, first.weight_T, second.x_T, second.y_T,
                            second.weight_T, first, second, pairs, options);
}

}  // namespace jetsmith::kernels
