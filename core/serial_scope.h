// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jetsmith {

/// As long as one exists, parallel_for runs serially in this thread: for threads that work beside a
/// training and must not hold up its loops.
class SerialScope {
  public:
    SerialScope();
    ~SerialScope();
    SerialScope(const SerialScope&) = delete;
    SerialScope& operator=(const SerialScope&) = delete;

  private:
    bool before_;
};

}  // namespace jetsmith
