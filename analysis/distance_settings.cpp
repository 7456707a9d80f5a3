// SPDX-License-Identifier: Apache-2.0
#include "analysis/distance_settings.h"

#include <nlohmann/json.hpp>

namespace jetsmith::analysis {

using Json = nlohmann::ordered_json;

namespace {

/// Of an object; empty where it has no such text.
std::string text(const Json& object, const char* key)
{
    const Json value = object.is_object() ? object.value(key, Json()) : Json();
    return value.is_string() ? value.get<std::string>() : "";
}

}  // namespace

DistanceSettings::DistanceSettings(const Json& settings)
{
    if (!settings.is_object()) return;
    const std::string ground = text(settings, "ground");
    if (ground == "events") unit = gap_unit = "GeV";
    if (ground == "jets" && settings.value("norm", Json()) == false) {
        unit = "GeV";
        gap_unit = "of the larger total pT";
    }
    const Json files = settings.value("files", Json());
    if (!files.is_array() || files.empty()) return;
    input = text(files.front(), "name");
    input_sha256 = text(files.front(), "sha256");
}

DistanceSettings DistanceSettings::of_text(const std::string& text)
{
    return DistanceSettings(Json::parse(text, nullptr, /*allow_exceptions=*/false));
}

}  // namespace jetsmith::analysis
