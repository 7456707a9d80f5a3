// SPDX-License-Identifier: Apache-2.0
// Memory of one thread of the EMD solver, for one pair at a time: it grows to the largest pair and
// stays, so that a pair allocates nothing.
#pragma once

#include <hwy/aligned_allocator.h>

#include <cstdint>

namespace jetsmith::kernels {

template <class T>
class EmdBuffer {
  public:
    T* data() { return data_.get(); }
    const T* data() const { return data_.get(); }
    T& operator[](int64_t i) { return data_[static_cast<size_t>(i)]; }
    const T& operator[](int64_t i) const { return data_[static_cast<size_t>(i)]; }
    void reserve(int64_t count)
    {
        if (count <= capacity_) return;
        data_ = hwy::AllocateAligned<T>(static_cast<size_t>(count));
        capacity_ = count;
    }

  private:
    hwy::AlignedFreeUniquePtr<T[]> data_;
    int64_t capacity_ = 0;
};

/// Sides are padded to whole words of 64 nodes; sinks are nodes 64 * words and above.
struct EmdScratch {
    int n, m;            ///< sources, sinks
    int words;           ///< of a side
    int columns;         ///< m, rounded up to whole registers
    int64_t pivots = 0;  ///< of all pairs so far

    EmdBuffer<int32_t> cost, u, v;          ///< (n, columns), (n), (columns): the integer problem
    EmdBuffer<double> true_cost;            ///< (n, columns), where float32 does not do
    EmdBuffer<double> true_u, true_v;       ///< potentials that prove the value
    EmdBuffer<double> node_x, node_y;       ///< (nodes): positions
    EmdBuffer<double> arc_cost;             ///< (nodes): true cost of the arc to the parent
    EmdBuffer<int64_t> mass_n, mass_m;      ///< (n), (m)
    EmdBuffer<float> share_n, share_m;      ///< masses / total
    EmdBuffer<int64_t> left_n, left_m;      ///< masses not yet placed in the first tree
    EmdBuffer<int64_t> change_n, change_m;  ///< (n), (m): what takes the noise out of the masses
    EmdBuffer<int32_t> open_u, open_v;      ///< potentials of particles not yet in it
    EmdBuffer<float> kernel;                ///< (n, columns): exp(-cost / softness)
    EmdBuffer<float> factor_m;              ///< (columns): exp(potential / softness)
    EmdBuffer<float> points;                ///< (4, columns): columns for rows of costs, sums
    EmdBuffer<float> id_rows;               ///< the ID table
    EmdBuffer<int32_t> objects;             ///< (columns): kinds of the sinks
    EmdBuffer<int32_t> parent;              ///< (nodes); -1: root
    EmdBuffer<int32_t> order;               ///< (nodes): from the first leaf on
    EmdBuffer<int64_t> flow;                ///< (nodes): on the arc to the parent
    EmdBuffer<uint64_t> below;              ///< (nodes, 2 words): nodes below, itself included
    EmdBuffer<uint64_t> moved;              ///< (2 words): nodes of the last pivot
    EmdBuffer<int32_t> path[2];             ///< (nodes): the cycle of a pivot

    int sinks() const { return 64 * words; }
    int nodes() const { return 128 * words; }
    void reserve(int sources, int sink_count);
};

}  // namespace jetsmith::kernels
