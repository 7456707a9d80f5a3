// SPDX-License-Identifier: Apache-2.0
// Tests that need a GPU are named *Cuda* and begin with JETSMITH_NEEDS_GPU().
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/cuda_plugin.h"

/// Skips the running test with the reason where there is no GPU; JETSMITH_REQUIRE_GPU=1 in the
/// environment turns the skip into a failure.
#define JETSMITH_NEEDS_GPU()                                                    \
    if (::jetsmith::cuda_plugin() == nullptr) {                                 \
        if (std::getenv("JETSMITH_REQUIRE_GPU") != nullptr)                     \
            FAIL() << "a GPU is required: " << ::jetsmith::cuda_plugin_error(); \
        GTEST_SKIP() << ::jetsmith::cuda_plugin_error();                        \
    }
