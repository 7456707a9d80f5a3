// SPDX-License-Identifier: Apache-2.0
#include "tests/damage/damage.h"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <string_view>

#include "core/atomic_file.h"

namespace jetsmith::damage {
namespace {

constexpr size_t kSuperblockBytes = 96;
constexpr size_t kSignedBytes = 544;  // of a part with a signature that are worth a change

herr_t note_object(hid_t root, const char* name, const H5O_info_t* info, void* data)
{
    auto& anatomy = *static_cast<Anatomy*>(data);
    anatomy.structure.push_back({info->addr, std::max<hsize_t>(64, info->hdr.space.total)});
    if (info->type != H5O_TYPE_DATASET) return 0;
    const hid_t dataset = H5Dopen2(root, name, H5P_DEFAULT);
    const hid_t space = H5Dget_space(dataset), plist = H5Dget_create_plist(dataset);
    hsize_t chunks = 0;
    if (H5Pget_layout(plist) == H5D_CHUNKED) H5Dget_num_chunks(dataset, space, &chunks);
    for (hsize_t k = 0; k < chunks; ++k) {
        std::array<hsize_t, H5S_MAX_RANK> origin{};
        unsigned mask = 0;
        haddr_t address = 0;
        hsize_t bytes = 0;
        H5Dget_chunk_info(dataset, space, k, origin.data(), &mask, &address, &bytes);
        anatomy.values.push_back({address, bytes});
    }
    H5Pclose(plist);
    H5Sclose(space);
    H5Dclose(dataset);
    return 0;
}

/// Changes one copy.
class Surgeon {
  public:
    Surgeon(std::string& bytes, const Anatomy& anatomy, uint64_t seed)
        : bytes_(bytes), anatomy_(anatomy), random_(seed)
    {
    }

    void change()
    {
        switch (below(12)) {
            case 0: flip({0, bytes_.size()}); break;
            case 1: flip(any(anatomy_.values)); break;
            case 2: bytes_.resize(below(bytes_.size()) + 1); break;
            case 3: fill(); break;
            case 4: copy(/*exchange=*/true); break;
            case 5: copy(/*exchange=*/false); break;
            case 6: flip(any(anatomy_.structure)); break;
            default: write_field();
        }
    }

  private:
    size_t below(size_t count) { return count == 0 ? 0 : random_() % count; }

    Region any(const std::vector<Region>& regions)
    {
        return regions.empty() ? Region{0, bytes_.size()} : regions[below(regions.size())];
    }

    void flip(Region region)
    {
        for (size_t k = 0; k <= below(8); ++k) {
            const size_t at = region.begin + below(region.bytes);
            if (at < bytes_.size()) bytes_[at] = static_cast<char>(bytes_[at] ^ (1 << below(8)));
        }
    }

    void fill()
    {
        const size_t at = below(bytes_.size()), count = std::min(bytes_.size() - at, below(700));
        std::fill_n(bytes_.begin() + static_cast<int64_t>(at), count,
                    below(2) ? '\0' : static_cast<char>(0xff));
    }

    void copy(bool exchange)
    {
        const size_t count = std::min(bytes_.size() / 3, 1 + below(600));
        const size_t from = below(bytes_.size() - count), to = below(bytes_.size() - count);
        const std::string there = bytes_.substr(to, count);
        bytes_.replace(to, count, bytes_.substr(from, count));
        if (exchange) bytes_.replace(from, count, there);
    }

    /// A number of 1, 2, 4 or 8 bytes within the structure becomes one that breaks something: an
    /// end of its range, nearly what it was, or the address of another part (a circle of links).
    void write_field()
    {
        const Region region = any(anatomy_.structure);
        const size_t width = size_t{1} << below(4);
        const size_t at = region.begin + below(region.bytes / width) * width;
        if (at + width > bytes_.size()) return;
        uint64_t value = 0;
        std::memcpy(&value, bytes_.data() + at, width);
        const uint64_t most = ~uint64_t{0} >> (64 - 8 * width);
        const std::array choices{uint64_t{0},
                                 uint64_t{1},
                                 most,
                                 most >> 1,
                                 (most >> 1) + 1,
                                 value + 1,
                                 value - 1,
                                 value << below(8 * width),
                                 uint64_t{any(anatomy_.structure).begin},
                                 uint64_t{any(anatomy_.values).begin},
                                 uint64_t{bytes_.size()},
                                 uint64_t{random_()}};
        value = choices[below(choices.size())];
        std::memcpy(bytes_.data() + at, &value, width);
    }

    std::string& bytes_;
    const Anatomy& anatomy_;
    std::mt19937_64 random_;
};

}  // namespace

Anatomy anatomy_of(const std::filesystem::path& path)
{
    Anatomy anatomy;
    anatomy.structure.push_back({0, kSuperblockBytes});
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    H5Ovisit1(file, H5_INDEX_NAME, H5_ITER_INC, note_object, &anatomy);
    H5Fclose(file);
    const std::string bytes = read_text(path);
    constexpr std::array<std::string_view, 16> kSignatures{
        "TREE", "SNOD", "HEAP", "GCOL", "OHDR", "OCHK", "BTHD", "BTIN",
        "BTLF", "FRHP", "FHDB", "FHIB", "FAHD", "FADB", "EAHD", "EAIB"};
    for (const auto signature : kSignatures)
        for (size_t at = 0; (at = bytes.find(signature, at)) != std::string::npos; ++at)
            anatomy.structure.push_back({at, std::min(kSignedBytes, bytes.size() - at)});
    return anatomy;
}

std::string damaged(const std::string& bytes, const Anatomy& anatomy, uint64_t seed)
{
    std::string copy = bytes;
    Surgeon surgeon(copy, anatomy, seed);
    do {
        surgeon.change();
    } while (copy == bytes || seed++ % 3 == 0);
    return copy;
}

bool only_values_differ(const std::string& whole, const std::string& copy, const Anatomy& anatomy)
{
    if (whole.size() != copy.size()) return false;
    for (size_t at = 0; at < whole.size(); ++at) {
        const bool within =
            std::any_of(anatomy.values.begin(), anatomy.values.end(),
                        [at](const Region& r) { return at >= r.begin && at < r.begin + r.bytes; });
        if (whole[at] != copy[at] && !within) return false;
    }
    return true;
}

}  // namespace jetsmith::damage
