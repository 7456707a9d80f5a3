// SPDX-License-Identifier: Apache-2.0
// A damaged or hostile HDF5 file can crash the HDF5 library, make it loop or ask for all memory. So
// that this never happens to the program, a child process (jetsmith_vet) goes through each file
// first, under limits of memory and time, and does with it what the readers do: lists it, reads
// every attribute, type and chunk index, opens its tables, and reads
// - all values that go through the HDF5 library's own or plug-in filters, its conversions or its
// heaps;
// - of the others the first 64 MiB (decoded), and of a dataset that is longer the first and last
// chunk.
//   The rest of those is safe by itself: the library only copies the stored bytes, and the filters
//   undone here (hdf5_filters.h) check every size and checksum that they are given.
// What the child survives the program survives, since the library does the same with the same bytes;
// the child's memory is full of rubbish, so that what the library never filled shows there. What is
// left are reads beyond a buffer that hit nothing in the child: types and sizes of datasets are
// therefore checked before (claims.h). When the file cannot even be opened, what the child says about
// it is final. A refusal of single objects (a chunk that does not decompress) is no matter for the
// child; who needs the values gets it from the reader.
#pragma once

#include <filesystem>

namespace jetsmith::hdf5 {

/// Throws DamagedFile when the child process does not survive the file, UserError when it cannot be
/// opened, RunError when there was no child.
/// Files that are absent or no regular ones are left to whoever opens them. The verdict is
/// remembered: in this process while the file does not change, and on disk (verdict_cache.h). Safe
/// from every thread. JETSMITH_VET names another child program; "off" trusts every file.
void vet(const std::filesystem::path& file);

}  // namespace jetsmith::hdf5
