// SPDX-License-Identifier: Apache-2.0
#include "datasets/stream_budget.h"

#include <algorithm>

#include "core/errors.h"
#include "core/memory_size.h"

namespace jetsmith {

void StreamBudget::keep(int64_t bytes, const std::string& what)
{
    kept_ += bytes;
    check_room(0, what);
}

void StreamBudget::lend(int64_t bytes, const std::string& kind)
{
    auto& most = lent_[kind];
    most = std::max(most, bytes);
    check_room(0, kind);
}

int64_t StreamBudget::taken() const
{
    int64_t sum = kept_;
    for (const auto& [kind, most] : lent_) sum += most;
    return sum;
}

void StreamBudget::activate(const void* owner, std::function<void()> give_up)
{
    if (owner_ != owner && owner_) give_up_();
    owner_ = owner;
    give_up_ = std::move(give_up);
}

void StreamBudget::leave(const void* owner)
{
    if (owner_ != owner) return;
    owner_ = nullptr;
    give_up_ = {};
}

void StreamBudget::check_room(int64_t bytes, const std::string& what) const
{
    const int64_t needed = taken() + bytes;
    if (needed < bytes_) return;
    throw UserError(
        "data.memory: {} do not suffice (with {}, {} are needed besides the rows in use). "
        "Raise it to {} or more, or set data.max_rows.",
        bytes_text(bytes_), what, bytes_text(needed), bytes_text(needed * 5 / 4));
}

std::shared_ptr<StoreBuffers> StreamBudget::window()
{
    constexpr size_t kWindows = 2;
    for (auto& window : windows_)
        if (window.use_count() == 1) return window;
    if (windows_.size() == kWindows) return nullptr;
    windows_.push_back(std::make_shared<StoreBuffers>());
    return windows_.back();
}

}  // namespace jetsmith
