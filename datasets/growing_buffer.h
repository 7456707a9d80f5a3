// SPDX-License-Identifier: Apache-2.0
// Memory that grows without being copied: a column of unknown length is written once, and becomes a
// tensor as it stands. (A std::vector would hold old and new block at the same time while growing.)
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace jetsmith {

class GrowingBuffer {
  public:
    GrowingBuffer() = default;
    GrowingBuffer(GrowingBuffer&& other) noexcept { swap(other); }
    GrowingBuffer& operator=(GrowingBuffer&& other) noexcept
    {
        swap(other);
        return *this;
    }
    ~GrowingBuffer();

    size_t size() const { return size_; }
    std::byte* data() { return data_; }
    const std::byte* data() const { return data_; }

    /// Sets the size; new bytes are zero or left from earlier use. Earlier pointers become invalid.
    /// Pages count as memory only once they are written. Throws RunError when memory is short.
    void resize(size_t bytes);

    /// Appends room for `count` values and returns where they go.
    template <typename T>
    T* extend(size_t count)
    {
        const size_t begin = size_;
        resize(begin + count * sizeof(T));
        return reinterpret_cast<T*>(data_ + begin);
    }

    template <typename T>
    void push(T value)
    {
        *extend<T>(1) = value;
    }

    /// Hands the memory over as a tensor of this type and shape and becomes empty.
    at::Tensor release(const std::vector<int64_t>& sizes, at::ScalarType dtype);

  private:
    void swap(GrowingBuffer& other) noexcept
    {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

    std::byte* data_ = nullptr;
    size_t size_ = 0, capacity_ = 0;
};

}  // namespace jetsmith
