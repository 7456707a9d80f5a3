// SPDX-License-Identifier: Apache-2.0
#include "datasets/stream_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "core/errors.h"

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

int64_t parse_bytes(const std::string& text, const std::string& place)
{
    static const std::map<std::string, double> units{
        {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"KiB", 0x1p10},
        {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}};
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string unit(rest, text.data() + text.size());
    unit.erase(0, unit.find_first_not_of(' '));
    const auto known = units.find(unit);
    const double bytes = known == units.end() ? 0 : number * known->second;
    if (error != std::errc() || !(bytes >= 1e6) || !(bytes < 0x1p62))
        throw UserError(
            "{}: '{}' is no amount of memory (a number of kB, MB, GB, KiB, MiB or GiB, 1 MB or "
            "more, is wanted). Write e.g. 512 MB.",
            place, text);
    return static_cast<int64_t>(bytes);
}

std::string bytes_text(int64_t bytes)
{
    const auto value = static_cast<double>(bytes);
    if (value >= 9.995e9) return fmt::format("{:.1f} GB", value / 1e9);
    if (value >= 9.995e6) return fmt::format("{:.0f} MB", value / 1e6);
    return fmt::format("{:.2f} MB", value / 1e6);
}

}  // namespace jetsmith
