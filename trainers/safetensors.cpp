// SPDX-License-Identifier: Apache-2.0
#include "trainers/safetensors.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/atomic_file.h"
#include "core/damaged_file.h"
#include "core/safetensors_header.h"
#include "core/sha256.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kHash = "sha256:";  // in the metadata, before the name of a tensor

const std::vector<std::pair<std::string, at::ScalarType>>& dtypes()
{
    static const std::vector<std::pair<std::string, at::ScalarType>> all{
        {"F32", at::kFloat}, {"F64", at::kDouble}, {"BF16", at::kBFloat16}, {"I64", at::kLong},
        {"I32", at::kInt},   {"U8", at::kByte},    {"BOOL", at::kBool}};
    return all;
}

std::string dtype_name(at::ScalarType type)
{
    for (const auto& [name, known] : dtypes())
        if (known == type) return name;
    throw InternalError(fmt::format("safetensors cannot hold {}", c10::toString(type)));
}

at::ScalarType scalar_type(const SafetensorsEntry& entry, const fs::path& path)
{
    for (const auto& [name, type] : dtypes())
        if (name == entry.dtype) return type;
    throw UserError("{}: tensor '{}' has dtype {} (one of F32, F64, BF16, I64, I32, U8, BOOL is "
                    "wanted). Convert it.",
                    path.string(), entry.name, entry.dtype);
}

DamagedFile damaged(const fs::path& path, const std::string& why)
{
    return DamagedFile("{}: damaged ({}; a whole safetensors file is wanted). Use another checkpoint "
                       "of the run.",
                       path.string(), why);
}

std::string_view bytes_of(const at::Tensor& contiguous)
{
    return {static_cast<const char*>(contiguous.const_data_ptr()), contiguous.nbytes()};
}

/// The header as parsed may differ from the one written and still be one.
void check_head(std::ifstream& file, uint64_t bytes, const FileSeal& seal, const fs::path& path)
{
    std::string head(bytes, '\0');
    file.seekg(0);
    file.read(head.data(), static_cast<std::streamsize>(bytes));
    if (!file || sha256_of(head) != seal.header_sha256)
        throw damaged(path, fmt::format("its header has not the checksum {}... that belongs to it",
                                        seal.header_sha256.substr(0, 8)));
}

}  // namespace

FileSeal write_safetensors(const fs::path& path, const TensorMap& tensors,
                           const std::map<std::string, std::string>& metadata)
{
    json header = json::object();
    header["__metadata__"] = metadata;
    std::vector<at::Tensor> values;
    uint64_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        values.push_back(tensor.detach().to(at::kCPU).contiguous());
        const uint64_t end = offset + values.back().nbytes();
        header[name] = {{"dtype", dtype_name(tensor.scalar_type())},
                        {"shape", tensor.sizes().vec()},
                        {"data_offsets", {offset, end}}};
        header["__metadata__"][kHash + name] = sha256_of(bytes_of(values.back()));
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // tensors start at a multiple of eight bytes
    ensure(text.size() <= kMaxSafetensorsHeader, "the header of a safetensors file is too long");
    std::string content(8, '\0');
    for (size_t i = 0; i < 8; ++i)
        content[i] = static_cast<char>(uint64_t{text.size()} >> (8 * i) & 0xFF);
    content += text;
    const std::string head = sha256_of(content);
    for (const auto& value : values) content += bytes_of(value);
    write_atomically(path, content);
    return {content.size(), head};
}

TensorMap read_safetensors(const fs::path& path, const std::optional<FileSeal>& seal)
{
    std::ifstream file(path, std::ios::binary);
    std::error_code no_file;
    const auto bytes = fs::file_size(path, no_file);
    if (!file || no_file) throw damaged(path, "it is missing or cannot be read");
    if (seal && seal->bytes != bytes)
        throw damaged(path, fmt::format("it has {} bytes, {} were written", bytes, seal->bytes));
    const SafetensorsHeader header = read_safetensors_header(file, bytes, path.string());
    if (seal) check_head(file, header.data_begin, *seal, path);
    TensorMap tensors;
    for (const auto& entry : header.tensors) {
        at::Tensor& value = tensors[entry.name];
        value = at::empty(entry.shape, at::TensorOptions(scalar_type(entry, path)));
        file.seekg(static_cast<std::streamoff>(header.data_begin + entry.begin));
        if (!file.read(static_cast<char*>(value.data_ptr()),
                       static_cast<std::streamsize>(entry.end - entry.begin)))
            throw damaged(path, fmt::format("tensor '{}' is cut off", entry.name));
        const auto hash = header.metadata.find(kHash + entry.name);
        if (hash != header.metadata.end() && hash->second != sha256_of(bytes_of(value)))
            throw damaged(path, fmt::format("tensor '{}' has not the checksum {}... of the header",
                                            entry.name, hash->second.substr(0, 8)));
    }
    return tensors;
}

}  // namespace jetsmith
