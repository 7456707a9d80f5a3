// SPDX-License-Identifier: Apache-2.0
#include "core/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <istream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/damaged_file.h"

namespace jetsmith {
namespace {

using nlohmann::json;

constexpr size_t kMaxRank = 16;

constexpr std::array<std::pair<std::string_view, uint64_t>, 15> kDtypes{
    {{"BOOL", 1}, {"U8", 1}, {"I8", 1}, {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"I16", 2}, {"U16", 2},
     {"F16", 2}, {"BF16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4}, {"I64", 8}, {"U64", 8}, {"F64", 8}}};

/// Takes the header apart while it is parsed: only what the format allows has a place to go. Every
/// function returns false to stop, with the reason in `problem`.
class Builder : public nlohmann::json_sax<json> {
  public:
    SafetensorsHeader header;
    std::string problem;

    bool null() override { return unexpected("null"); }
    bool boolean(bool) override { return unexpected("a truth value"); }
    bool number_integer(number_integer_t) override { return unexpected("a negative number"); }
    bool number_float(number_float_t, const string_t&) override { return unexpected("a fraction"); }
    bool binary(binary_t&) override { return unexpected("binary data"); }

    bool number_unsigned(number_unsigned_t value) override
    {
        if (place_ != Place::numbers) return unexpected("a number");
        const size_t most = key_ == "shape" ? kMaxRank : 2;
        if (numbers_.size() == most) return stop(fmt::format("'{}' is too long", key_));
        numbers_.push_back(value);
        return true;
    }

    bool string(string_t& value) override
    {
        if (place_ == Place::metadata) {
            header.metadata[key_] = value;
            return true;
        }
        if (place_ != Place::tensor || key_ != "dtype") return unexpected("a text");
        header.tensors.back().dtype = value;
        return true;
    }

    bool start_object(std::size_t) override
    {
        if (place_ == Place::outside) {
            place_ = Place::top;
            return true;
        }
        if (place_ != Place::top) return unexpected("a map");
        place_ = key_ == "__metadata__" ? Place::metadata : Place::tensor;
        inner_keys_.clear();
        if (place_ == Place::tensor) header.tensors.push_back({key_, "", {}, 0, 0});
        return true;
    }

    bool key(string_t& value) override
    {
        auto& known = place_ == Place::top ? names_ : inner_keys_;
        if (!known.insert(value).second) return stop(fmt::format("the key '{}' occurs twice", value));
        const bool allowed = place_ != Place::tensor || value == "dtype" || value == "shape" ||
                             value == "data_offsets";
        if (!allowed) return stop(fmt::format("unknown key '{}'", value));
        key_ = value;
        return true;
    }

    bool end_object() override
    {
        const bool complete = place_ != Place::tensor || inner_keys_.size() == 3;
        if (!complete)
            return stop(fmt::format("tensor '{}' lacks dtype, shape or data_offsets",
                                    header.tensors.back().name));
        place_ = place_ == Place::top ? Place::outside : Place::top;
        return true;
    }

    bool start_array(std::size_t) override
    {
        if (place_ != Place::tensor || key_ == "dtype") return unexpected("a list");
        place_ = Place::numbers;
        numbers_.clear();
        return true;
    }

    bool end_array() override
    {
        place_ = Place::tensor;
        auto& tensor = header.tensors.back();
        if (key_ == "shape") {
            for (const uint64_t extent : numbers_) {
                if (extent > uint64_t{std::numeric_limits<int64_t>::max()})
                    return stop(fmt::format("tensor '{}' has an impossible shape", tensor.name));
                tensor.shape.push_back(static_cast<int64_t>(extent));
            }
            return true;
        }
        if (numbers_.size() != 2)
            return stop(fmt::format("tensor '{}' has no byte range", tensor.name));
        tensor.begin = numbers_[0];
        tensor.end = numbers_[1];
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const json::exception&) override
    {
        return stop(fmt::format("the header is not JSON at byte {}", position));
    }

  private:
    enum class Place { outside, top, metadata, tensor, numbers };

    bool stop(const std::string& why)
    {
        problem = why;
        return false;
    }
    bool unexpected(const char* what)
    {
        return stop(fmt::format("{} where the format has none", what));
    }

    Place place_ = Place::outside;
    std::string key_;
    std::set<std::string> names_, inner_keys_;
    std::vector<uint64_t> numbers_;
};

/// Bytes that dtype and shape ask for; nothing when the product overflows. Extents of 0 do not hide
/// the overflow of the others.
bool bytes_of(const SafetensorsEntry& tensor, uint64_t& bytes)
{
    bytes = safetensors_element_bytes(tensor.dtype);
    bool empty = false;
    for (const int64_t extent : tensor.shape) {
        empty = empty || extent == 0;
        if (extent == 0) continue;
        if (bytes > uint64_t{std::numeric_limits<int64_t>::max()} / static_cast<uint64_t>(extent))
            return false;
        bytes *= static_cast<uint64_t>(extent);
    }
    if (empty) bytes = 0;
    return true;
}

/// The first thing wrong with the tensors' places; empty when all is well.
std::string misplaced(const std::vector<SafetensorsEntry>& tensors, uint64_t data_bytes)
{
    uint64_t next = 0, bytes = 0;
    for (const auto& tensor : tensors) {
        if (safetensors_element_bytes(tensor.dtype) == 0)
            return fmt::format("tensor '{}' has the unknown dtype '{}'", tensor.name, tensor.dtype);
        if (!bytes_of(tensor, bytes))
            return fmt::format("tensor '{}' has an impossible shape", tensor.name);
        if (tensor.begin != next || tensor.end < tensor.begin ||
            tensor.end - tensor.begin != bytes || tensor.end > data_bytes)
            return fmt::format("the byte range of tensor '{}' does not fit", tensor.name);
        next = tensor.end;
    }
    return next == data_bytes ? "" : "bytes follow the last tensor";
}

}  // namespace

uint64_t safetensors_element_bytes(std::string_view dtype)
{
    const auto found = std::find_if(kDtypes.begin(), kDtypes.end(),
                                    [&](const auto& known) { return known.first == dtype; });
    return found == kDtypes.end() ? 0 : found->second;
}

SafetensorsHeader read_safetensors_header(std::istream& stream, uint64_t file_bytes,
                                          const std::string& file)
{
    const auto damaged = [&file](const std::string& why) {
        return DamagedFile("{}: damaged ({}; a whole safetensors file is wanted). Use another "
                           "checkpoint of the run.",
                           file, why);
    };
    unsigned char raw[8];
    if (file_bytes < 8 || !stream.read(reinterpret_cast<char*>(raw), 8))
        throw damaged("shorter than 8 bytes");
    uint64_t length = 0;
    for (int i = 7; i >= 0; --i) length = length << 8 | raw[i];
    if (length > kMaxSafetensorsHeader || length > file_bytes - 8)
        throw damaged(fmt::format("its header claims {} bytes, the file has {}", length, file_bytes));
    std::string text(length, '\0');
    if (!stream.read(text.data(), static_cast<std::streamsize>(length)))
        throw damaged("the header is cut off");
    // Nothing but the JSON and the spaces that align the data: no second file can hide in it.
    if (!text.starts_with('{')) throw damaged("the header does not begin with '{'");
    text.resize(text.find_last_not_of(' ') + 1);
    if (!text.ends_with('}')) throw damaged("the header does not end with '}'");
    Builder builder;
    if (!json::sax_parse(text, &builder)) throw damaged(builder.problem);
    auto& tensors = builder.header.tensors;
    // Empty tensors share their start with the next one; the end then decides.
    std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    builder.header.data_begin = 8 + length;
    const std::string problem = misplaced(tensors, file_bytes - builder.header.data_begin);
    if (!problem.empty()) throw damaged(problem);
    return std::move(builder.header);
}

}  // namespace jetsmith
