// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/hdf5_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/config.h"
#include "core/errors.h"
#include "core/nearest_file.h"
#include "datasets/hdf5/blosc_filter.h"
#include "datasets/hdf5/file_vetting.h"

namespace jetsmith::hdf5 {
namespace {

namespace fs = std::filesystem;

/// What a file that is not HDF5 might be, by its first bytes, with the way out.
std::string other_kind(const fs::path& path)
{
    std::array<char, 8> bytes{};
    std::ifstream(path, std::ios::binary).read(bytes.data(), bytes.size());
    const std::string_view head(bytes.data(), bytes.size());
    std::string kind = "its first bytes are not those of one", hint = "Was the download complete?";
    const auto is = [&](const char* what, const char* to_do) { kind = what, hint = to_do; };
    std::error_code ignored;
    if (fs::file_size(path, ignored) == 0) kind = "it is empty";
    if (head.starts_with("\x1f\x8b")) is("it is compressed with gzip", "Run gunzip on it first.");
    if (head.starts_with("root")) is("it is a ROOT file", "Convert it to HDF5 first.");
    if (head.starts_with("\x93NUMPY")) is("it is a NumPy array", "Convert it to HDF5 first.");
    if (head.starts_with("PK")) is("it is a zip or npz archive", "Unpack or convert it first.");
    if (head.starts_with("PAR1")) is("it is a Parquet file", "Convert it to HDF5 first.");
    return fmt::format("({}; an HDF5 file is wanted). {}", kind, hint);
}

[[noreturn]] void cannot_open(const fs::path& path, const std::string& reason)
{
    std::error_code ignored;
    if (fs::is_directory(path, ignored))
        throw UserError("{}: cannot be read (it is a folder; a file is wanted). Use a glob such as "
                        "'{}/*.h5'.",
                        path.string(), path.string());
    errno = 0;
    if (!std::ifstream(path) && errno == ENOENT)
        throw UserError("{}: file not found (an HDF5 file is wanted).{}", path.string(),
                        nearest_file(path, " Check the path."));
    if (!std::ifstream(path))
        throw UserError("{}: cannot be read ({}; an HDF5 file is wanted). Check who may read it.",
                        path.string(), std::strerror(errno));
    if (H5Fis_hdf5(path.c_str()) > 0)
        throw UserError("{}: cannot be opened ({}; a whole HDF5 file is wanted). Was the download "
                        "complete?",
                        path.string(), reason);
    throw UserError("{}: not an HDF5 file {}", path.string(), other_kind(path));
}

struct Listing {
    std::vector<std::string> datasets, groups{"/"};
};

herr_t list_object(hid_t, const char* name, const H5O_info_t* info, void* data)
{
    auto& listing = *static_cast<Listing*>(data);
    std::string path = "/";
    path += name;
    if (path == "/." || path.find("/_i_") != std::string::npos) return 0;
    if (info->type == H5O_TYPE_DATASET) listing.datasets.push_back(path);
    if (info->type == H5O_TYPE_GROUP) listing.groups.push_back(path);
    return 0;
}

/// Text values of a string type, fixed or variable length, without padding.
std::vector<std::string> texts(hid_t type, int64_t count, const std::vector<char>& raw)
{
    const size_t size = H5Tget_size(type);
    std::vector<std::string> all;
    for (int64_t i = 0; i < count; ++i) {
        if (H5Tis_variable_str(type) > 0) {
            const char* text = reinterpret_cast<const char* const*>(raw.data())[i];
            all.emplace_back(text ? text : "");
        } else {
            const std::string_view cell(raw.data() + static_cast<size_t>(i) * size, size);
            const auto end = cell.find_last_not_of(H5Tget_strpad(type) == H5T_STR_SPACEPAD
                                                       ? std::string_view(" ")
                                                       : std::string_view("\0", 1));
            all.emplace_back(cell.substr(0, end + 1));
            all.back().resize(std::min(all.back().size(), all.back().find('\0')));
        }
    }
    return all;
}

std::vector<std::string> integer_labels(hid_t dataset, int64_t count)
{
    std::vector<int64_t> values(static_cast<size_t>(count));
    std::vector<std::string> all;
    if (H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
        return all;
    for (const int64_t value : values) all.push_back(std::to_string(value));
    return all;
}

}  // namespace

std::vector<int64_t> shape(hid_t dataset)
{
    const Lock lock;
    const Handle space(H5Dget_space(dataset), H5Sclose);
    const int rank = std::max(0, H5Sget_simple_extent_ndims(space.id()));
    std::vector<hsize_t> dims(static_cast<size_t>(rank));
    H5Sget_simple_extent_dims(space.id(), dims.data(), nullptr);
    return {dims.begin(), dims.end()};
}

std::shared_ptr<const File> File::open(const fs::path& path)
{
    vet(path);
    return open_unvetted(path);
}

std::shared_ptr<const File> File::open_unvetted(const fs::path& path)
{
    const Lock lock;
    register_blosc();
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    // Locks serve writers, and fail on many network file systems; we only read.
    H5Pset_file_locking(access.id(), /*use=*/false, /*ignore_when_disabled=*/true);
    Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose);
    if (!file) cannot_open(path, last_error());
    return std::shared_ptr<const File>(new File(path, std::move(file)));
}

File::File(fs::path path, Handle file) : path_(std::move(path)), file_(std::move(file))
{
    Listing listing;
    if (H5Ovisit1(file_.id(), H5_INDEX_NAME, H5_ITER_INC, list_object, &listing) < 0)
        throw UserError("{}: its contents cannot be listed ({}; a whole HDF5 file is wanted). Was the "
                        "download complete?",
                        name(), last_error());
    datasets_ = std::move(listing.datasets);
    groups_ = std::move(listing.groups);
}

bool File::has_dataset(std::string_view path) const
{
    return std::find(datasets_.begin(), datasets_.end(), path) != datasets_.end();
}

Handle File::dataset(const std::string& path) const
{
    const Lock lock;
    if (!has_dataset(path))
        throw UserError("{}: dataset '{}' was not found.{}", name(), path,
                        suggestion(path, datasets_));
    Handle dataset(H5Dopen2(id(), path.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset)
        throw UserError("{}: dataset '{}' cannot be opened ({}; a whole HDF5 file is wanted). Was the "
                        "download complete?",
                        name(), path, last_error());
    return dataset;
}

std::optional<std::string> File::text(const std::string& object, const char* attribute) const
{
    const Lock lock;
    if (H5Aexists_by_name(id(), object.c_str(), attribute, H5P_DEFAULT) <= 0) return {};
    const Handle attr(H5Aopen_by_name(id(), object.c_str(), attribute, H5P_DEFAULT, H5P_DEFAULT),
                      H5Aclose);
    const Handle type(H5Aget_type(attr.id()), H5Tclose);
    const Handle space(H5Aget_space(attr.id()), H5Sclose);
    // PyTables writes an empty text as an attribute without a value.
    if (H5Tget_class(type.id()) != H5T_STRING || H5Sget_simple_extent_npoints(space.id()) != 1)
        return {};
    std::vector<char> raw(H5Tget_size(type.id()));
    if (H5Aread(attr.id(), type.id(), raw.data()) < 0) return {};
    auto value = texts(type.id(), 1, raw).front();
    if (H5Tis_variable_str(type.id()) > 0)
        H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, raw.data());
    return value;
}

std::optional<int64_t> File::integer(const std::string& object, const char* attribute) const
{
    const Lock lock;
    if (H5Aexists_by_name(id(), object.c_str(), attribute, H5P_DEFAULT) <= 0) return {};
    const Handle attr(H5Aopen_by_name(id(), object.c_str(), attribute, H5P_DEFAULT, H5P_DEFAULT),
                      H5Aclose);
    const Handle type(H5Aget_type(attr.id()), H5Tclose);
    const Handle space(H5Aget_space(attr.id()), H5Sclose);
    int64_t value = 0;
    if (H5Tget_class(type.id()) != H5T_INTEGER || H5Sget_simple_extent_npoints(space.id()) != 1 ||
        H5Aread(attr.id(), H5T_NATIVE_INT64, &value) < 0)
        return {};
    return value;
}

std::vector<std::string> File::labels(const std::string& path) const
{
    const Lock lock;
    const Handle data = dataset(path);
    const Handle type(H5Dget_type(data.id()), H5Tclose);
    const auto dims = shape(data.id());
    const int64_t count = dims.size() == 1 ? dims[0] : 0;
    if (H5Tget_class(type.id()) == H5T_INTEGER) return integer_labels(data.id(), count);
    if (H5Tget_class(type.id()) != H5T_STRING)
        throw UserError("{}: dataset '{}' holds no names (it is neither text nor integer; one of "
                        "these is wanted). Choose another key.",
                        name(), path);
    std::vector<char> raw(H5Tget_size(type.id()) * static_cast<size_t>(count));
    const Handle space(H5Dget_space(data.id()), H5Sclose);
    if (H5Dread(data.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data()) < 0)
        throw UserError("{}: dataset '{}' cannot be read ({}; a whole HDF5 file is wanted). Was the "
                        "download complete?",
                        name(), path, last_error());
    auto all = texts(type.id(), count, raw);
    if (H5Tis_variable_str(type.id()) > 0)
        H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, raw.data());
    return all;
}

}  // namespace jetsmith::hdf5
