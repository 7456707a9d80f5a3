// SPDX-License-Identifier: Apache-2.0
// Whether a file looks like reconstructed events, and how `data: {type: events}` would read it: a
// proposal for a person to check.
#pragma once

#include <string>
#include <vector>

#include "datasets/hdf5/column_table.h"

namespace jetsmith {

/// True for several collections of objects (pt, eta, phi), or one of a few objects beside numbers
/// per row; many objects of one kind are the constituents of jets.
bool looks_like_events(const hdf5::Table& table);

/// The column of an events file, "event/process", that holds the class of a row; "" without one.
std::string event_label_column(const hdf5::Table& table);

/// Lines of the data section after `train:`. label: as event_label_column(); classes: one more than
/// its largest value. Class names are taken from the file's attributes where their number fits.
std::string events_hint(const hdf5::Table& table, const std::string& label, int64_t classes);

}  // namespace jetsmith
