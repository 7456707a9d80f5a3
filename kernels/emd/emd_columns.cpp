// SPDX-License-Identifier: Apache-2.0
#include "kernels/emd/emd_columns.h"

#include <ATen/ops/all.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/lt.h>

#include <algorithm>
#include <cmath>

#include "core/errors.h"
#include "kernels/ragged.h"

namespace jetsmith::kernels {
namespace {

void check_column(const at::Tensor& column, at::ScalarType type, const EmdEvents& events)
{
    ensure(column.defined() && column.dim() == 1 && column.scalar_type() == type &&
               column.is_contiguous() && column.device() == events.offsets_N1.device() &&
               column.size(0) == events.weight_T.size(0),
           "columns must be contiguous (T), float64 (objects int8), on the device of the offsets");
}

void check_events(const EmdEvents& events, EmdGround ground)
{
    check_offsets(events.offsets_N1);
    ensure(events.weight_T.defined() && events.weight_T.dim() == 1, "weights must be (T)");
    check_column(events.weight_T, at::kDouble, events);
    check_column(events.x_T, at::kDouble, events);
    check_column(events.y_T, at::kDouble, events);
    if (ground == EmdGround::events) {
        check_column(events.pt_T, at::kDouble, events);
        check_column(events.object_T, at::kChar, events);
    }
    check_rising(events.offsets_N1, events.weight_T.size(0));
    if (ground != EmdGround::events || !events.offsets_N1.is_cpu()) return;
    const auto* object = events.object_T.const_data_ptr<int8_t>();
    ensure(std::all_of(object, object + events.object_T.size(0),
                       [](int8_t k) { return k >= 0 && k < kEmdObjects; }),
           "an object is of no known kind");
}

EmdParticles particles(const EmdEvents& events)
{
    const auto doubles = [](const at::Tensor& t) {
        return t.defined() ? t.const_data_ptr<double>() : nullptr;
    };
    return {doubles(events.x_T),
            doubles(events.y_T),
            doubles(events.weight_T),
            doubles(events.pt_T),
            events.object_T.defined() ? events.object_T.const_data_ptr<int8_t>() : nullptr,
            events.offsets_N1.const_data_ptr<int64_t>(),
            events.size()};
}

bool in_range(const at::Tensor& events_K, int64_t count)
{
    return events_K.ge(0).logical_and(events_K.lt(count)).all().item<bool>();
}

}  // namespace

at::Tensor emd_checked_pairs(const EmdEvents& first, const EmdEvents& second,
                             const at::Tensor& pairs_K2)
{
    ensure(pairs_K2.dim() == 2 && pairs_K2.size(1) == 2 && pairs_K2.scalar_type() == at::kLong,
           "pairs must be int64 (K, 2)");
    const auto pairs = pairs_K2.cpu().contiguous();
    ensure(
        in_range(pairs.select(1, 0), first.size()) && in_range(pairs.select(1, 1), second.size()),
        "a pair lies outside the events");
    return pairs;
}

EmdArguments emd_arguments(const EmdEvents& first, const EmdEvents& second,
                           const EmdOptions& options)
{
    ensure(options.ground != EmdGround::matrix, "a cost matrix is for emd_transport");
    ensure(options.radius > 0 && std::isfinite(options.radius), "radius must be above 0");
    ensure(options.beta > 0 && std::isfinite(options.beta), "beta must be above 0");
    ensure(std::all_of(options.id.begin(), options.id.end(),
                       [](double v) { return v >= 0 && std::isfinite(v); }),
           "the ID table must hold finite numbers, 0 or more");
    check_events(first, options.ground);
    check_events(second, options.ground);
    EmdArguments a{};
    a.first = particles(first);
    a.second = particles(second);
    a.ground = options.ground;
    a.tier = options.tier;
    a.radius = options.radius;
    a.beta = options.beta;
    a.norm = options.norm;
    a.periodic = options.periodic;
    std::copy(options.id.begin(), options.id.end(), a.id);
    return a;
}

}  // namespace jetsmith::kernels
