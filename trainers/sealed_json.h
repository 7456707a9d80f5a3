// SPDX-License-Identifier: Apache-2.0
// JSON files in which no byte can change unnoticed: the last member, "sha256", is the hash of the
// whole file with zeros in the place of its own digits.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace jetsmith {

/// The document as text, indented, with the member "sha256" at its end.
std::string sealed_text(nlohmann::ordered_json document);

/// Reads such a file. Throws DamagedFile when a byte is not what was written.
nlohmann::ordered_json read_sealed(const std::filesystem::path& path);

/// JSON knows neither NaN nor infinity: they are written as text. Finite numbers keep every bit.
nlohmann::ordered_json json_number(double value);
double number_of(const nlohmann::ordered_json& value);

}  // namespace jetsmith
