// SPDX-License-Identifier: Apache-2.0
// Events whose objects are stored in slots: which columns of a file make collections, and how slots
// become ragged objects.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "datasets/event_store.h"
#include "datasets/file_plan.h"

namespace jetsmith {

/// Every column of collections ("jets/pt" -> dense) and every single number per row (scalars) of a
/// file. Datasets of another length than most are left out. Throws UserError when there is nothing.
WantedColumns event_columns(const std::filesystem::path& file, const std::string& key);

/// The same of a file that is open; without anything to read it is empty.
WantedColumns event_columns(const hdf5::Table& table, const std::string& key);

/// What name_scalars() calls each of these columns.
std::map<std::string, std::string> short_names(const std::vector<std::string>& columns);

/// Turns the dense columns "jets/pt", ... of a store that was read so into collections; leaves none
/// of them. unit: of the file's pt, mass and energy in GeV.
void group_objects(EventStore& store, double unit);

/// Columns "event/met" become "met" where no other scalar ends so, else "event.met".
void name_scalars(EventStore& store);

}  // namespace jetsmith
