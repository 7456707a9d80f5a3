// SPDX-License-Identifier: Apache-2.0
#include "trainers/step_guard.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <chrono>
#include <thread>

#include "core/cuda_plugin.h"
#include "kernels/finite/finite.h"

namespace jetsmith {
namespace {

constexpr int64_t kMostInFlight = 8;
constexpr double kOnItsWay = -1;  // no count
constexpr auto kPatience = std::chrono::seconds(1);

}  // namespace

StepGuard::StepGuard(Model& model, const at::Device& device, bool stop_at_first)
    : model_(model),
      stop_at_first_(stop_at_first),
      flag_(at::zeros({}, at::TensorOptions(device).dtype(at::kFloat)))
{
    if (!device.is_cuda()) return;
    bad_count_ = at::zeros({}, flag_.options().dtype(at::kDouble));
    slots_ = at::empty({kMostInFlight}, at::TensorOptions(at::kDouble).pinned_memory(true));
}

void StepGuard::begin()
{
    const at::NoGradGuard no_grad;
    if (flag_.is_cpu() || !stop_at_first_) flag_.zero_();
    if (buffers_.empty())
        for (const auto& buffer : model_.buffers())
            if (buffer.numel() > 0) buffers_.push_back(buffer);
    if (kept_.empty())
        for (const auto& buffer : buffers_) kept_.push_back(buffer.clone());
    else
        for (size_t i = 0; i < buffers_.size(); ++i) kept_[i].copy_(buffers_[i]);
}

void StepGuard::look(at::ArrayRef<at::Tensor> tensors) { kernels::flag_non_finite(tensors, flag_); }

void StepGuard::look_into(const Batch& batch)
{
    look({batch.images_BCHW, batch.features_BF, batch.features_TF, batch.fractions_T,
          batch.targets_BL, batch.target_weights_BL, batch.weights_B});
}

bool StepGuard::sees_bad() const { return flag_.is_cpu() && *flag_.const_data_ptr<float>() != 0; }

void StepGuard::end()
{
    const at::NoGradGuard no_grad;
    if (flag_.is_cuda()) {
        for (size_t i = 0; i < buffers_.size(); ++i)
            buffers_[i].copy_(at::where(flag_.to(at::kBool), kept_[i], buffers_[i]));
        bad_count_.add_(flag_);
    } else if (sees_bad()) {
        for (size_t i = 0; i < buffers_.size(); ++i) buffers_[i].copy_(kept_[i]);
    }
}

void StepGuard::taken(TakenStep step)
{
    if (flag_.is_cpu()) {
        if (sees_bad()) bad_.push_back(std::move(step));
        return;
    }
    if (std::ssize(in_flight_) == kMostInFlight) {
        wait_for(in_flight_.front().slot);
        collect();
    }
    auto slot = slots_.select(0, next_slot_);
    slot.fill_(kOnItsWay);
    slot.copy_(bad_count_, /*non_blocking=*/true);
    in_flight_.push_back({std::move(step), next_slot_});
    next_slot_ = (next_slot_ + 1) % kMostInFlight;
}

/// The GPU writes there meanwhile.
double StepGuard::count_at(int64_t slot) const
{
    return static_cast<const volatile double*>(slots_.const_data_ptr<double>())[slot];
}

/// Leaves the steps behind this one running; asks the device after a while, which says what broke.
void StepGuard::wait_for(int64_t slot) const
{
    const auto begin = std::chrono::steady_clock::now();
    while (count_at(slot) == kOnItsWay) {
        if (std::chrono::steady_clock::now() - begin > kPatience)
            return cuda_plugin()->synchronize();
        std::this_thread::yield();
    }
}

void StepGuard::collect()
{
    for (; !in_flight_.empty(); in_flight_.pop_front()) {
        InFlight& oldest = in_flight_.front();
        const double count = count_at(oldest.slot);
        if (count == kOnItsWay) return;
        if (count > known_) bad_.push_back(std::move(oldest.step));
        known_ = count;
    }
}

std::optional<TakenStep> StepGuard::next_bad(bool wait)
{
    if (wait && !in_flight_.empty()) cuda_plugin()->synchronize();
    collect();
    if (bad_.empty()) return std::nullopt;
    TakenStep step = std::move(bad_.front());
    bad_.pop_front();
    return step;
}

}  // namespace jetsmith
