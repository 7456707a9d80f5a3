// SPDX-License-Identifier: Apache-2.0
// Marks formulas that run on the processor and on the GPU. Free of torch: .cu files include it.
#pragma once

#ifdef __CUDACC__
#define JETSMITH_HD __host__ __device__ __forceinline__
#else
#define JETSMITH_HD inline
#endif
