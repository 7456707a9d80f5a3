// SPDX-License-Identifier: Apache-2.0
#include "datasets/reader.h"

namespace jetsmith {

std::string_view split_name(Split split)
{
    switch (split) {
        case Split::train: return "train";
        case Split::val: return "val";
        case Split::test: return "test";
    }
    throw InternalError("not a split");
}

}  // namespace jetsmith
