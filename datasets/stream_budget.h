// SPDX-License-Identifier: Apache-2.0
// The memory that the rows of a run may take (data.memory), and who takes it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "datasets/store_buffers.h"

namespace jetsmith {

class StreamBudget {
  public:
    StreamBudget(int64_t bytes, int threads) : bytes_(bytes), threads_(threads) {}

    int64_t bytes() const { return bytes_; }
    int threads() const { return threads_; }

    /// Counts what stays in memory for the whole run. Throws UserError, naming it, when the bound
    /// does not suffice.
    void keep(int64_t bytes, const std::string& what);

    /// Counts what is needed now and then: of each kind, the largest amount.
    void lend(int64_t bytes, const std::string& kind);

    /// Throws UserError as keep() does, and counts nothing: before something is read.
    void check_room(int64_t bytes, const std::string& what) const;

    /// What is left for the rows of each of two windows: one in use, one being filled.
    int64_t window_bytes() const { return std::max<int64_t>(0, (bytes_ - taken()) / 2); }

    /// Memory for a window: one of two, or null while both are in use. For the thread that uses
    /// the rows.
    std::shared_ptr<StoreBuffers> window();

    /// One pass at a time has windows: `owner` begins one, `give_up` is called when another does.
    void activate(const void* owner, std::function<void()> give_up);
    bool is_active(const void* owner) const { return owner_ == owner; }
    void leave(const void* owner);

  private:
    int64_t taken() const;

    int64_t bytes_, kept_ = 0;
    std::map<std::string, int64_t> lent_;
    int threads_;
    std::vector<std::shared_ptr<StoreBuffers>> windows_;
    const void* owner_ = nullptr;
    std::function<void()> give_up_;
};

}  // namespace jetsmith
