// SPDX-License-Identifier: Apache-2.0
// What an Input hands to a Model: named tensors of one batch. Members that an input does not make
// stay undefined. B batch, C channels, H, W pixels, F features, P particles, T particles of all
// rows together, L yes/no labels of a row.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace jetsmith {

struct Batch {
    at::Tensor images_BCHW;    ///< float32 or bfloat16, channels-last
    at::Tensor features_BF;    ///< float32, one row of numbers per event
    at::Tensor features_TF;    ///< float32, ragged objects, rows marked off by offsets_B1
    at::Tensor offsets_B1;     ///< int64 (B + 1): objects of row b are [offsets[b], offsets[b + 1])
    at::Tensor fractions_T;    ///< float32, share of each object in the summed pt of its row
    at::Tensor labels_B;       ///< int64, class of each row; -1 where unknown
    at::Tensor targets_BL;     ///< float32, 1 or 0: several yes/no labels per row, instead of a class
    at::Tensor target_weights_BL;  ///< float32, factor of each of them in the loss; undefined: 1
    at::Tensor weights_B;      ///< float32, event weight x class weight as the loss uses it
    at::Tensor source_rows_B;  ///< int64, position of each row in its EventStore

    int64_t size() const { return labels_B.defined() ? labels_B.size(0) : 0; }
};

/// What a model must know to build its layers; 0 where the input makes no such thing.
struct BatchShape {
    int64_t channels = 0;  ///< of an image
    int64_t height = 0;
    int64_t width = 0;
    int64_t features = 0;  ///< per row or per object
    int64_t classes = 0;   ///< outputs of a classifier: one per class, or per yes/no label
    bool directions = false;  ///< features_TF are directions alone: no energy, momentum or type
};

}  // namespace jetsmith
