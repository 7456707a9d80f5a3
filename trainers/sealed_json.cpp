// SPDX-License-Identifier: Apache-2.0
#include "trainers/sealed_json.h"

#include <cmath>
#include <cstdlib>

#include "core/atomic_file.h"
#include "core/damaged_file.h"
#include "core/sha256.h"

namespace jetsmith {
namespace {

constexpr const char* kSeal = "sha256";
constexpr size_t kDigits = 64;
const std::string kBlank(kDigits, '0');
const std::string kTail = "\"\n}\n";

DamagedFile damaged(const std::filesystem::path& path, const std::string& why)
{
    return DamagedFile("{}: damaged ({}; the file as it was written is wanted). Use another "
                       "checkpoint of the run.",
                       path.string(), why);
}

}  // namespace

std::string sealed_text(nlohmann::ordered_json document)
{
    document.erase(kSeal);
    document[kSeal] = kBlank;
    std::string text = document.dump(2) + "\n";
    text.replace(text.size() - kTail.size() - kDigits, kDigits, sha256_of(text));
    return text;
}

nlohmann::ordered_json read_sealed(const std::filesystem::path& path)
{
    if (!std::filesystem::is_regular_file(path))
        throw damaged(path, "it is missing");
    std::string text = read_text(path);
    const std::string head = std::string("\"") + kSeal + "\": \"";
    if (text.size() < head.size() + kDigits + kTail.size() || !text.ends_with(kTail))
        throw damaged(path, "it does not end with a checksum");
    const size_t begin = text.size() - kTail.size() - kDigits;
    const std::string seal = text.substr(begin, kDigits);
    text.replace(begin, kDigits, kBlank);
    if (seal != sha256_of(text))
        throw damaged(path, "its bytes have not the checksum " + seal.substr(0, 8) +
                                "... that it carries");
    return nlohmann::ordered_json::parse(text);
}

nlohmann::ordered_json json_number(double value)
{
    if (std::isfinite(value)) return value;
    return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

double number_of(const nlohmann::ordered_json& value)
{
    return value.is_string() ? std::strtod(value.get<std::string>().c_str(), nullptr)
                             : value.get<double>();
}

}  // namespace jetsmith
