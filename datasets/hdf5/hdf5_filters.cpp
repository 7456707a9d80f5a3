// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/hdf5_filters.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>

#include "core/errors.h"
#include "datasets/hdf5/blosc_filter.h"

namespace jetsmith::hdf5 {
namespace {

/// Filters known by number: https://github.com/HDFGroup/hdf5_plugins, registered filters.
struct Known {
    std::string name;
    std::string package;  ///< Debian package of a plug-in; empty when there is none
};

const std::map<int, Known>& known_filters()
{
    static const std::map<int, Known> all{
        {H5Z_FILTER_DEFLATE, {"deflate", ""}},
        {H5Z_FILTER_SHUFFLE, {"shuffle", ""}},
        {H5Z_FILTER_FLETCHER32, {"fletcher32", ""}},
        {H5Z_FILTER_SZIP, {"szip", ""}},
        {H5Z_FILTER_NBIT, {"nbit", ""}},
        {H5Z_FILTER_SCALEOFFSET, {"scaleoffset", ""}},
        {305, {"lzo", ""}},
        {307, {"bzip2", "hdf5-filter-plugin"}},
        {32000, {"lzf", "hdf5-plugin-lzf"}},
        {kBlosc, {"blosc", ""}},
        {32004, {"lz4", "hdf5-filter-plugin"}},
        {32008, {"bitshuffle", ""}},
        {32013, {"zfp", "hdf5-filter-plugin-zfp-serial"}},
        {32015, {"zstd", ""}},
        {32026, {"blosc2", ""}},
    };
    return all;
}

bool is_ours(int id)
{
    constexpr std::array ours{H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32,
                              kBlosc};
    return std::find(ours.begin(), ours.end(), id) != ours.end();
}

bool library_has(int id)
{
    const Lock lock;
    const bool available = H5Zfilter_avail(id) > 0;
    H5Eclear2(H5E_DEFAULT);
    return available;
}

/// Bytes written, or 0 when the stream is damaged or holds more than `out`.
size_t inflate_all(std::span<const std::byte> in, std::span<std::byte> out)
{
    uLongf size = out.size();
    const int result = uncompress(reinterpret_cast<Bytef*>(out.data()), &size,
                                  reinterpret_cast<const Bytef*>(in.data()), in.size());
    return result == Z_OK ? size : 0;
}

/// Byte j of all elements lies together; puts each element's bytes side by side again. A remainder
/// shorter than one element is stored as it is.
void unshuffle(std::span<const std::byte> in, std::span<std::byte> out, size_t element)
{
    const size_t count = element == 0 ? 0 : in.size() / element;
    // Tiles keep the written cache lines at hand: an element of a wide table spans many of them.
    constexpr size_t kTile = 64;
    for (size_t first = 0; first < element; first += kTile) {
        const size_t last = std::min(element, first + kTile);
        for (size_t i = 0; i < count; ++i)
            for (size_t j = first; j < last; ++j) out[i * element + j] = in[j * count + i];
    }
    const size_t done = count * element;
    std::memcpy(out.data() + done, in.data() + done, in.size() - done);
}

/// The bytes before the checksum; nothing when it is not theirs. Versions of the library before 1.6.3
/// stored it with the bytes of each half exchanged.
std::optional<std::span<const std::byte>> checked(std::span<const std::byte> in)
{
    if (in.size() < sizeof(uint32_t)) return {};
    const auto covered = in.first(in.size() - sizeof(uint32_t));
    const auto trailer = in.last(sizeof(uint32_t));
    const auto byte = [&](size_t i) { return std::to_integer<uint32_t>(trailer[i]); };
    const uint32_t stored = byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
    const uint32_t wanted = fletcher32(covered);
    const uint32_t exchanged = (wanted & 0x00ff00ffU) << 8 | (wanted >> 8 & 0x00ff00ffU);
    if (stored != wanted && stored != exchanged) return {};
    return covered;
}

/// One filter undone: the number of bytes written to `out`, 0 on failure.
size_t undo(const Filter& filter, std::span<const std::byte> in, std::span<std::byte> out)
{
    switch (filter.id) {
        case H5Z_FILTER_DEFLATE: return inflate_all(in, out);
        case H5Z_FILTER_SHUFFLE:
            if (in.size() > out.size()) return 0;
            unshuffle(in, out, filter.values.empty() ? 1 : filter.values[0]);
            return in.size();
        case kBlosc: return decode_blosc(in, out) ? out.size() : 0;
        default: return 0;
    }
}

}  // namespace

std::string Filter::shown() const
{
    return fmt::format("{} ({})", name.empty() ? "unnamed" : name, id);
}

Pipeline pipeline(hid_t dataset)
{
    const Lock lock;
    const Handle plist(H5Dget_create_plist(dataset), H5Pclose);
    Pipeline all;
    for (int i = 0; i < H5Pget_nfilters(plist.id()); ++i) {
        std::array<unsigned, 32> values{};
        std::array<char, 128> name{};
        size_t count = values.size();
        unsigned flags = 0;
        Filter filter;
        filter.id = H5Pget_filter2(plist.id(), static_cast<unsigned>(i), &flags, &count,
                                   values.data(), name.size(), name.data(), nullptr);
        filter.optional = (flags & H5Z_FLAG_OPTIONAL) != 0;
        filter.values.assign(values.begin(), values.begin() + std::min(count, values.size()));
        const auto known = known_filters().find(filter.id);
        filter.name = known != known_filters().end() ? known->second.name : name.data();
        all.push_back(std::move(filter));
    }
    return all;
}

bool can_decode(const Pipeline& filters)
{
    for (size_t i = 0; i < filters.size(); ++i) {
        const bool checksum_inside =
            filters[i].id == H5Z_FILTER_FLETCHER32 && i + 1 < filters.size();
        if (!is_ours(filters[i].id) || checksum_inside) return false;
    }
    return true;
}

bool can_read(const Pipeline& filters)
{
    return can_decode(filters) || std::all_of(filters.begin(), filters.end(), [](const auto& f) {
               return is_ours(f.id) || library_has(f.id);
           });
}

void check_readable(const Pipeline& filters, const std::string& file, const std::string& dataset)
{
    if (can_read(filters)) return;
    for (const Filter& filter : filters) {
        if (is_ours(filter.id) || library_has(filter.id)) continue;
        const auto known = known_filters().find(filter.id);
        const bool packaged = known != known_filters().end() && !known->second.package.empty();
        throw UserError(
            "{}: filter {} ({}) of dataset '{}' cannot be read (deflate, shuffle and blosc can). "
            "{}",
            file, filter.id, filter.name.empty() ? "unnamed" : filter.name, dataset,
            packaged ? fmt::format("Install the package {}, or rewrite the file with h5repack.",
                                   known->second.package)
                     : "Rewrite the file with one of these, say with h5repack.");
    }
}

uint32_t fletcher32(std::span<const std::byte> bytes)
{
    constexpr size_t kWordsUntilFold = 360;  // the sums cannot overflow before
    uint32_t first = 0, second = 0;
    const auto fold = [](uint32_t sum) { return (sum & 0xffff) + (sum >> 16); };
    for (size_t i = 0, words = 0; i < bytes.size(); i += 2) {
        const auto low = i + 1 < bytes.size() ? std::to_integer<uint32_t>(bytes[i + 1]) : 0U;
        first += std::to_integer<uint32_t>(bytes[i]) << 8 | low;
        second += first;
        if (++words == kWordsUntilFold) {
            first = fold(first);
            second = fold(second);
            words = 0;
        }
    }
    return fold(fold(second)) << 16 | fold(fold(first));
}

bool decode(const Pipeline& filters, unsigned mask, std::span<const std::byte> in,
            std::span<std::byte> out, std::vector<std::byte>& work)
{
    std::vector<const Filter*> active;
    for (size_t i = filters.size(); i-- > 0;) {
        if (i < 32 && mask >> i & 1U) {
            if (!filters[i].optional) return false;
        } else if (filters[i].id == H5Z_FILTER_FLETCHER32) {
            const auto covered = checked(in);
            if (!covered) return false;
            in = *covered;
        } else {
            active.push_back(&filters[i]);
        }
    }
    if (active.empty()) {
        if (in.size() != out.size()) return false;
        std::memcpy(out.data(), in.data(), in.size());
        return true;
    }
    // Steps alternate between the work space and `out`, so that the last one ends in `out`.
    if (active.size() > 1) work.resize(out.size());
    std::vector<std::byte> third;
    if (active.size() > 2) third.resize(out.size());
    for (size_t step = 0; step < active.size(); ++step) {
        const bool last = step + 1 == active.size();
        std::span<std::byte> target = last ? out : std::span(step % 2 == 0 ? work : third);
        const size_t written = undo(*active[step], in, target);
        if (written == 0 || (last && written != out.size())) return false;
        in = target.first(written);
    }
    return true;
}

}  // namespace jetsmith::hdf5
