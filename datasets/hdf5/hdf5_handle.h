// SPDX-License-Identifier: Apache-2.0
// Ownership of HDF5 identifiers, and the one lock around the library: HDF5 is safe to call from
// many threads only one at a time, and a sequence of calls on one object must not be interleaved.
#pragma once

#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

namespace jetsmith::hdf5 {

/// Held around every call into HDF5. May be nested.
class Lock {
  public:
    Lock();

  private:
    std::unique_lock<std::recursive_mutex> lock_;
};

/// An identifier that is closed with its own function when it goes out of scope.
class Handle {
  public:
    using Close = herr_t (*)(hid_t);

    Handle() = default;
    Handle(hid_t id, Close close) : id_(id), close_(close) {}
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    Handle& operator=(Handle&& other) noexcept
    {
        std::swap(id_, other.id_);
        std::swap(close_, other.close_);
        return *this;
    }
    ~Handle()
    {
        if (id_ < 0) return;
        const Lock lock;
        close_(id_);
    }

    hid_t id() const { return id_; }
    explicit operator bool() const { return id_ >= 0; }

  private:
    hid_t id_ = -1;
    Close close_ = nullptr;
};

/// The innermost sentence of the library's error stack of this thread, then clears the stack.
std::string last_error();

}  // namespace jetsmith::hdf5
