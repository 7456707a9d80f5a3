// SPDX-License-Identifier: Apache-2.0
// Files whose rows `jetsmith emd` compares.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/config_node.h"
#include "core/file_hashes.h"
#include "datasets/row_choice.h"
#include "inputs/emd_settings.h"

namespace jetsmith::analysis {

struct EmdFile {
    std::filesystem::path path;
    std::string dataset;  ///< (N, P, 3) of pt, y, phi; empty: a layout that the readers know
    RowChoice rows;
};

struct EmdRows {
    kernels::EmdEvents events;
    std::vector<int64_t> source_rows;       ///< in the file, one per event
    std::string noun;                       ///< "jets", "events"
    nlohmann::ordered_json described = {};  ///< name, sha256, dataset, rows, data
    std::vector<int64_t> labels_N = {};     ///< class of each event; empty where the file says none
    std::vector<std::string> class_names = {};
};

/// Reads the chosen rows. data: the section `data` of a config, without files; what it does not say
/// is as `jetsmith inspect` proposes. Throws UserError when the file has no particles that suit the
/// settings.
EmdRows read_emd_rows(const EmdFile& file, const ConfigNode& data,
                      const inputs::EmdSettings& settings, FileHashes& hashes);

/// The dataset `pairs` (K, 2) of row numbers in the files of `first` and `second`.
std::vector<int64_t> read_pairs(const std::filesystem::path& path);

/// The same as positions among the rows that were read. Throws UserError for a pair of others.
std::vector<int64_t> pair_positions(const std::vector<int64_t>& pairs_K2,
                                    const std::filesystem::path& path, const EmdRows& first,
                                    const EmdRows& second);

}  // namespace jetsmith::analysis
