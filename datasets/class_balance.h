// SPDX-License-Identifier: Apache-2.0
// Factors of the classes in the loss under which every class weighs the same.
#pragma once

#include <vector>

#include "datasets/event_store.h"

namespace jetsmith {

/// One factor per class that occurs (0 for others), so that all sums of weight x factor are equal
/// and the mean weight of a row stays what it was. With several yes/no labels per row two factors
/// for each label, of the rows without it and with it: a label is a pair of classes of its own. The
/// store must be labelled and on the CPU. Throws UserError for a negative sum of weights.
std::vector<double> balanced_factors(const EventStore& store);

}  // namespace jetsmith
