// SPDX-License-Identifier: Apache-2.0
#include "trainers/safetensors.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/atomic_file.h"
#include "core/errors.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr uint64_t kMaxHeader = 100'000'000;  // the limit of the format's own library

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

struct Reader {
    fs::path path;
    std::ifstream file;
    uint64_t file_bytes = 0;

    [[noreturn]] void damaged(const std::string& why) const
    {
        throw UserError("{}: damaged ({}). Use another checkpoint of the run.", path.string(), why);
    }

    json header(uint64_t& data_begin)
    {
        unsigned char raw[8];
        if (!file.read(reinterpret_cast<char*>(raw), 8)) damaged("shorter than 8 bytes");
        uint64_t length = 0;
        for (int i = 7; i >= 0; --i) length = length << 8 | raw[i];
        if (length > kMaxHeader || length > file_bytes - 8)
            damaged(fmt::format("its header claims {} bytes, the file has {}", length, file_bytes));
        std::string text(length, '\0');
        if (!file.read(text.data(), static_cast<std::streamsize>(length)))
            damaged("the header is cut off");
        json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
        if (!parsed.is_object()) damaged("the header is not JSON");
        data_begin = 8 + length;
        return parsed;
    }

    at::Tensor tensor(const std::string& name, const json& entry, uint64_t data_begin,
                      uint64_t& expected_begin)
    {
        const auto found = std::find_if(dtypes().begin(), dtypes().end(), [&](const auto& d) {
            return entry.value("dtype", "") == d.first;
        });
        if (found == dtypes().end() || !entry.contains("shape") || !entry.contains("data_offsets"))
            damaged(fmt::format("tensor '{}' has no known dtype, shape or range", name));
        const auto shape = entry["shape"].get<std::vector<int64_t>>();
        const auto range = entry["data_offsets"].get<std::vector<uint64_t>>();
        uint64_t bytes = c10::elementSize(found->second);
        for (const int64_t extent : shape) {
            if (extent < 0 ||
                (extent > 0 && bytes > std::numeric_limits<uint64_t>::max() / uint64_t(extent)))
                damaged(fmt::format("tensor '{}' has an impossible shape", name));
            bytes *= static_cast<uint64_t>(extent);
        }
        if (range.size() != 2 || range[0] != expected_begin || range[1] < range[0] ||
            range[1] - range[0] != bytes || range[1] > file_bytes - data_begin)
            damaged(fmt::format("the byte range of tensor '{}' does not fit", name));
        expected_begin = range[1];
        at::Tensor value = at::empty(shape, at::TensorOptions(found->second));
        file.seekg(static_cast<std::streamoff>(data_begin + range[0]));
        if (!file.read(static_cast<char*>(value.data_ptr()), static_cast<std::streamsize>(bytes)))
            damaged(fmt::format("tensor '{}' is cut off", name));
        return value;
    }
};

}  // namespace

void write_safetensors(const fs::path& path, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata)
{
    json header = json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::vector<at::Tensor> values;
    uint64_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        values.push_back(tensor.detach().to(at::kCPU).contiguous());
        const uint64_t end = offset + values.back().nbytes();
        header[name] = {{"dtype", dtype_name(tensor.scalar_type())},
                        {"shape", tensor.sizes().vec()},
                        {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // tensors start at a multiple of eight bytes
    std::string content(8, '\0');
    for (size_t i = 0; i < 8; ++i)
        content[i] = static_cast<char>(uint64_t{text.size()} >> (8 * i) & 0xFF);
    content += text;
    for (const auto& value : values)
        content.append(static_cast<const char*>(value.data_ptr()), value.nbytes());
    write_atomically(path, content);
}

TensorMap read_safetensors(const fs::path& path)
{
    Reader reader{path, std::ifstream(path, std::ios::binary), 0};
    if (!reader.file) throw UserError("{}: cannot be opened. Check the path.", path.string());
    reader.file_bytes = fs::file_size(path);
    uint64_t data_begin = 0, next = 0;
    const json header = reader.header(data_begin);
    std::vector<std::pair<uint64_t, std::string>> order;
    try {
        for (const auto& [name, entry] : header.items())
            if (name != "__metadata__")
                order.emplace_back(entry.at("data_offsets").at(0).get<uint64_t>(), name);
        // Empty tensors share their start with the next one; the end then decides.
        const auto end_of = [&](const std::string& name) -> uint64_t {
            return header.at(name).at("data_offsets").at(1);
        };
        std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first : end_of(a.second) < end_of(b.second);
        });
        TensorMap tensors;
        for (const auto& [begin, name] : order)
            tensors[name] = reader.tensor(name, header[name], data_begin, next);
        if (data_begin + next != reader.file_bytes) reader.damaged("bytes follow the last tensor");
        return tensors;
    } catch (const json::exception&) {
        reader.damaged("the header lacks what a tensor needs");
    }
}

}  // namespace jetsmith
