// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/arrays.h"

#include <algorithm>
#include <cmath>

#include "core/errors.h"
#include "datasets/hdf5/row_source.h"

namespace jetsmith::hdf5 {
namespace {

constexpr int64_t kWorthCompressing = 4096;  // values
constexpr int64_t kChunkValues = 1 << 17;
constexpr unsigned kDeflateLevel = 4;

template <typename T>
hid_t memory_type();
template <>
hid_t memory_type<float>() { return H5T_NATIVE_FLOAT; }
template <>
hid_t memory_type<double>() { return H5T_NATIVE_DOUBLE; }
template <>
hid_t memory_type<uint8_t>() { return H5T_NATIVE_UINT8; }
template <>
hid_t memory_type<int32_t>() { return H5T_NATIVE_INT32; }
template <>
hid_t memory_type<int64_t>() { return H5T_NATIVE_INT64; }

int64_t product(const std::vector<int64_t>& shape)
{
    int64_t count = 1;
    for (const int64_t extent : shape) count *= extent;
    return count;
}

template <typename T>
void check_integers(const std::vector<double>& values, const File& file, const std::string& path)
{
    const auto bad = std::find_if(values.begin(), values.end(), [](double v) {
        return !(v == std::floor(v) && std::abs(v) < 0x1p62);
    });
    if (bad != values.end())
        throw UserError("{}: dataset '{}', value {} is {} (integers wanted). Choose another "
                        "dataset.",
                        file.name(), path, bad - values.begin(), *bad);
}

/// A dataset that read_array reads; refuses others.
RowSource numbers_of(const std::shared_ptr<const File>& file, const std::string& path)
{
    RowSource source(file, path.starts_with('/') ? path : "/" + path);
    const auto& fields = source.fields();
    if (fields.size() != 1 || !fields[0].name.empty() || fields[0].element == Element::other)
        throw UserError("{}: dataset '{}' is no plain array of numbers. Choose another dataset.",
                        file->name(), path);
    source.check_readable();
    return source;
}

/// Bands that hold some of the rows, one after the other.
template <typename T>
std::vector<T> rows_of(const RowSource& source, const std::string& path, int64_t first, int64_t last)
{
    const Element element = source.fields()[0].element;
    const size_t size = element_size(element), per_row = source.row_bytes() / size;
    std::vector<T> values((last - first) * per_row);
    std::vector<double> floating(std::is_integral_v<T> && is_floating(element) ? values.size() : 0);
    RowSource::Scratch scratch;
    const int64_t band = source.band_rows();
    for (int64_t begin = first; begin < last;) {
        const int64_t end = std::min((begin / band + 1) * band, last);
        const std::byte* bytes = source.read(begin, end, scratch);
        const size_t place = (begin - first) * per_row, count = (end - begin) * per_row;
        if (floating.empty())
            load(bytes, element, size, count, values.data() + place);
        else
            load(bytes, element, size, count, floating.data() + place);
        begin = end;
    }
    if (!floating.empty()) {
        check_integers<T>(floating, source.file(), path);
        values.assign(floating.begin(), floating.end());
    }
    return values;
}

Handle text_type()
{
    Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.id(), H5T_VARIABLE);
    H5Tset_cset(type.id(), H5T_CSET_UTF8);
    return type;
}

}  // namespace

std::vector<int64_t> array_shape(const std::shared_ptr<const File>& file, const std::string& path)
{
    return numbers_of(file, path).dims();
}

template <typename T>
std::vector<T> read_rows(const std::shared_ptr<const File>& file, const std::string& path,
                         int64_t begin, int64_t end)
{
    return rows_of<T>(numbers_of(file, path), path, begin, end);
}

template std::vector<double> read_rows(const std::shared_ptr<const File>&, const std::string&,
                                       int64_t, int64_t);

template <typename T>
Array<T> read_array(const std::shared_ptr<const File>& file, const std::string& path)
{
    const RowSource source = numbers_of(file, path);
    return {source.dims(), rows_of<T>(source, path, 0, source.rows())};
}

template Array<double> read_array(const std::shared_ptr<const File>&, const std::string&);
template Array<int64_t> read_array(const std::shared_ptr<const File>&, const std::string&);

ArrayWriter::ArrayWriter(const std::filesystem::path& path) : path_(path)
{
    const Lock lock;
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_file_locking(access.id(), /*use=*/false, /*ignore_when_disabled=*/true);
    file_ = Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id()), H5Fclose);
    if (!file_) failed("the file cannot be created");
}

template <typename T>
void ArrayWriter::array(const std::string& path, const std::vector<int64_t>& shape,
                        std::span<const T> values)
{
    ensure(product(shape) == static_cast<int64_t>(values.size()),
           "dataset '" + path + "': shape and number of values differ");
    array(path, shape, memory_type<T>(), values.data());
}

template void ArrayWriter::array(const std::string&, const std::vector<int64_t>&,
                                 std::span<const float>);
template void ArrayWriter::array(const std::string&, const std::vector<int64_t>&,
                                 std::span<const double>);
template void ArrayWriter::array(const std::string&, const std::vector<int64_t>&,
                                 std::span<const uint8_t>);
template void ArrayWriter::array(const std::string&, const std::vector<int64_t>&,
                                 std::span<const int32_t>);
template void ArrayWriter::array(const std::string&, const std::vector<int64_t>&,
                                 std::span<const int64_t>);

Handle ArrayWriter::create(const std::string& path, const std::vector<int64_t>& shape, hid_t type,
                           bool packed)
{
    const std::vector<hsize_t> dims(shape.begin(), shape.end());
    const auto rank = static_cast<int>(dims.size());
    const Handle space(H5Screate_simple(rank, dims.data(), nullptr), H5Sclose);
    const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
    H5Pset_create_intermediate_group(links.id(), 1);
    const Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_obj_track_times(layout.id(), false);  // the same values make the same file
    if (packed && product(shape) > kWorthCompressing) {
        const int64_t per_row = std::max<int64_t>(1, product(shape) / shape[0]);
        std::vector<hsize_t> chunk = dims;
        chunk[0] = std::clamp<hsize_t>(kChunkValues / per_row, 1, dims[0]);
        H5Pset_chunk(layout.id(), rank, chunk.data());
        H5Pset_shuffle(layout.id());
        H5Pset_deflate(layout.id(), kDeflateLevel);
    }
    Handle dataset(H5Dcreate2(file_.id(), path.c_str(), type, space.id(), links.id(), layout.id(),
                              H5P_DEFAULT),
                   H5Dclose);
    if (!dataset) failed("dataset '" + path + "' cannot be created");
    return dataset;
}

void ArrayWriter::array(const std::string& path, const std::vector<int64_t>& shape, hid_t type,
                        const void* values)
{
    const Lock lock;
    const Handle dataset = create(path, shape, type, /*packed=*/true);
    if (product(shape) > 0 &&
        H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        failed("dataset '" + path + "' cannot be written");
}

template <typename T>
void ArrayWriter::create(const std::string& path, const std::vector<int64_t>& shape, bool packed)
{
    const Lock lock;
    create(path, shape, memory_type<T>(), packed);
}

template void ArrayWriter::create<float>(const std::string&, const std::vector<int64_t>&, bool);
template void ArrayWriter::create<double>(const std::string&, const std::vector<int64_t>&, bool);

template <typename T>
void ArrayWriter::rows(const std::string& path, int64_t first, std::span<const T> values)
{
    rows(path, first, memory_type<T>(), values.size(), values.data());
}

template void ArrayWriter::rows(const std::string&, int64_t, std::span<const float>);
template void ArrayWriter::rows(const std::string&, int64_t, std::span<const double>);

void ArrayWriter::rows(const std::string& path, int64_t first, hid_t type, size_t values_count,
                       const void* values)
{
    const Lock lock;
    const Handle dataset(H5Dopen2(file_.id(), path.c_str(), H5P_DEFAULT), H5Dclose);
    ensure(static_cast<bool>(dataset), "rows of a dataset that was not created: " + path);
    const auto dims = shape(dataset.id());
    const int64_t per_row = std::max<int64_t>(1, product(dims) / std::max<int64_t>(1, dims[0]));
    std::vector<hsize_t> begin(dims.size(), 0), count(dims.begin(), dims.end());
    begin[0] = static_cast<hsize_t>(first);
    count[0] = values_count / static_cast<hsize_t>(per_row);
    const Handle there(H5Dget_space(dataset.id()), H5Sclose);
    const Handle here(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr),
                      H5Sclose);
    H5Sselect_hyperslab(there.id(), H5S_SELECT_SET, begin.data(), nullptr, count.data(), nullptr);
    if (H5Dwrite(dataset.id(), type, here.id(), there.id(), H5P_DEFAULT, values) < 0)
        failed("dataset '" + path + "' cannot be written");
}

void ArrayWriter::text(const char* name, const std::string& value, const std::string& object)
{
    const Lock lock;
    const Handle type = text_type();
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle attribute(H5Acreate_by_name(file_.id(), object.c_str(), name, type.id(), space.id(),
                                             H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    const char* raw = value.c_str();
    if (!attribute || H5Awrite(attribute.id(), type.id(), &raw) < 0)
        failed(std::string("attribute '") + name + "' cannot be written");
}

void ArrayWriter::texts(const char* name, const std::vector<std::string>& values,
                        const std::string& object)
{
    if (values.empty()) return;
    const Lock lock;
    const Handle type = text_type();
    const hsize_t count = values.size();
    const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
    const Handle attribute(H5Acreate_by_name(file_.id(), object.c_str(), name, type.id(), space.id(),
                                             H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    std::vector<const char*> raw;
    for (const auto& value : values) raw.push_back(value.c_str());
    if (!attribute || H5Awrite(attribute.id(), type.id(), raw.data()) < 0)
        failed(std::string("attribute '") + name + "' cannot be written");
}

void ArrayWriter::integer(const char* name, int64_t value, const std::string& object)
{
    attribute(name, object, H5T_NATIVE_INT64, &value);
}

void ArrayWriter::number(const char* name, double value, const std::string& object)
{
    attribute(name, object, H5T_NATIVE_DOUBLE, &value);
}

void ArrayWriter::attribute(const char* name, const std::string& object, hid_t type,
                            const void* value)
{
    const Lock lock;
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle attribute(H5Acreate_by_name(file_.id(), object.c_str(), name, type, space.id(),
                                             H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    if (!attribute || H5Awrite(attribute.id(), type, value) < 0)
        failed(std::string("attribute '") + name + "' cannot be written");
}

void ArrayWriter::close()
{
    const Lock lock;
    if (H5Fflush(file_.id(), H5F_SCOPE_LOCAL) < 0) failed("the file cannot be written out");
    file_ = Handle();
}

void ArrayWriter::failed(const std::string& what) const
{
    throw RunError("{}: {} ({}). Is the disk full, or the folder read-only?", path_.string(), what,
                   last_error());
}

}  // namespace jetsmith::hdf5
