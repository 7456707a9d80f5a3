// SPDX-License-Identifier: Apache-2.0
#include "tests/damage/layouts.h"

#include <random>

#include "tests/support/temp_hdf5.h"

namespace jetsmith::damage {
namespace {

namespace fs = std::filesystem;
using test::Hdf5Writer;
using test::Storage;

/// Numbers that compress somewhat: a third of them 0.
template <typename T = float>
std::vector<T> numbers(size_t count, uint32_t seed)
{
    std::mt19937 random(seed);
    std::vector<T> values(count);
    for (auto& value : values)
        value = random() % 3 == 0 ? T{0} : static_cast<T>(static_cast<double>(random() % 4000) / 8);
    return values;
}

std::vector<std::string> names(const std::string& prefix, size_t count)
{
    std::vector<std::string> all;
    for (size_t k = 0; k < count; ++k) all.push_back(prefix + std::to_string(k));
    return all;
}

void pandas_table(const fs::path& path)
{
    test::PandasTable table;
    table.floats = names("PX_", 40);
    table.ints = {"is_signal_new", "ttv"};
    const auto values = numbers<double>(200 * 42, 1);
    for (size_t row = 0; row < 200; ++row)
        table.rows.emplace_back(values.begin() + static_cast<int64_t>(row * 42),
                                values.begin() + static_cast<int64_t>(row * 42 + 42));
    Hdf5Writer file(path);
    table.write(file, {.chunk = {64}, .blosc = "blosclz"});
}

void pandas_frame(const fs::path& path)
{
    Hdf5Writer file(path);
    const auto floats = names("", 60), ints = names("n", 4);
    auto all = floats;
    all.insert(all.end(), ints.begin(), ints.end());
    test::pandas_fixed(file, "df", 2, all);
    file.labels("df/block0_items", floats);
    file.dataset("df/block0_values", numbers(300 * 60, 2), {300, 60},
                 {.chunk = {64, 60}, .blosc = "zlib"});
    file.labels("df/block1_items", ints);
    file.dataset("df/block1_values", numbers<int64_t>(300 * 4, 3), {300, 4},
                 {.chunk = {100, 4}, .blosc = "lz4"});
    file.dataset("df/axis1", numbers<int64_t>(300, 4), {300});
}

void plain_arrays(const fs::path& path)
{
    Hdf5Writer file(path);
    file.dataset("jets/pt", numbers(200 * 30, 5), {200, 30});
    file.dataset("jets/eta", numbers(200 * 30, 6), {200, 30}, {.chunk = {50, 7}});
    file.dataset("weights", numbers<double>(200, 7), {200});
    file.dataset("labels", numbers<uint8_t>(200, 8), {200}, {.chunk = {64}});
    file.text("weights", "unit", "pb");
}

void jet_images(const fs::path& path)
{
    Hdf5Writer file(path);
    const Storage storage{{32, 20, 20}, /*shuffle=*/true, /*checksum=*/false, /*deflate=*/6};
    file.dataset("jetImage", numbers(150 * 400, 9), {150, 20, 20}, storage);
    file.dataset("jetClass", numbers<int64_t>(150, 10), {150}, {{50}, true, false, 6});
}

struct Particle {
    float pt, eta, phi;
    uint8_t valid;
    uint8_t pad[3];
};

void compound_events(const fs::path& path)
{
    Hdf5Writer file(path);
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(Particle));
    H5Tinsert(type, "pt", 0, H5T_NATIVE_FLOAT);
    H5Tinsert(type, "eta", 4, H5T_NATIVE_FLOAT);
    H5Tinsert(type, "phi", 8, H5T_NATIVE_FLOAT);
    H5Tinsert(type, "valid", 12, H5T_NATIVE_UINT8);
    const auto bytes = numbers(400 * 5 * sizeof(Particle) / sizeof(float), 11);
    file.raw("jets", type, bytes.data(), {400, 5}, {{64, 5}, true, false, 4});
    file.raw("met", type, bytes.data(), {400}, {{100}, false, false, 1});
    file.dataset("label", numbers<int32_t>(400, 12), {400});
    H5Tclose(type);
}

void checksums(const fs::path& path)
{
    Hdf5Writer file(path);
    file.dataset("packed", numbers(300 * 40, 13), {300, 40},
                 {{64, 40}, true, /*checksum=*/true, 5});
    file.dataset("plain", numbers(200 * 20, 14), {200, 20}, {{64, 20}, false, /*checksum=*/true});
}

/// Superblock, headers and indexes carry checksums too.
void newest_format(const fs::path& path)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    {
        Hdf5Writer file(path, access);
        file.dataset("a/packed", numbers(300 * 40, 15), {300, 40}, {{64, 40}, true, true, 5});
        file.dataset("a/plain", numbers(200 * 20, 16), {200, 20}, {{64, 20}, false, true});
        file.text("a", "CLASS", "GROUP");
        for (const auto& name : names("b/group_", 12)) file.group(name == "b/group_0" ? "b" : name);
    }
    H5Pclose(access);
}

/// What plain numbers do without: heaps, other byte orders, deep and wide groups, filters of the
/// library's own.
void odd_parts(const fs::path& path)
{
    Hdf5Writer file(path);
    const hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, H5T_VARIABLE);
    const std::vector<const char*> words{"gluon", "", "quark", "a longer name of a class"};
    file.raw("names", text, words.data(), {words.size()});
    std::string group = "deep";
    for (int level = 0; level < 12; ++level) file.group(group += level ? "/down" : "");
    for (const auto& name : names("wide_", 30)) file.group(name);
    file.dataset(group + "/x", numbers(50, 17), {50});
    file.raw("big_endian", H5T_IEEE_F32BE, numbers(400, 18).data(), {400}, {.chunk = {64}});
    file.raw("double_big", H5T_IEEE_F64BE, numbers<double>(400, 19).data(), {400});
    H5Lcreate_hard(file.id(), "/deep", file.id(), "/deep/down/back", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/wide_1", file.id(), "/soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Tclose(text);
}

}  // namespace

const std::vector<Layout>& layouts()
{
    static const std::vector<Layout> all{
        {"pandas_table", pandas_table},
        {"pandas_frame", pandas_frame},
        {"plain_arrays", plain_arrays},
        {"jet_images", jet_images},
        {"compound_events", compound_events},
        {"odd_parts", odd_parts},
        {"checksums", checksums, Checksums::values},
        {"newest_format", newest_format, Checksums::everything},
        {"newest_resealed", newest_format, Checksums::none, /*resealed=*/true},
    };
    return all;
}

}  // namespace jetsmith::damage
