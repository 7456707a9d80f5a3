// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/attributes.h"

#include <hdf5.h>

#include "datasets/hdf5/hdf5_handle.h"

namespace jetsmith::hdf5 {
namespace {

/// An attribute that exists, open.
struct Attribute {
    Handle attr, type, space;

    Attribute(const File& file, const std::string& object, const char* name)
        : attr(H5Aopen_by_name(file.id(), object.c_str(), name, H5P_DEFAULT, H5P_DEFAULT),
               H5Aclose),
          type(H5Aget_type(attr.id()), H5Tclose),
          space(H5Aget_space(attr.id()), H5Sclose)
    {
    }
    int64_t count() const { return H5Sget_simple_extent_npoints(space.id()); }
};

}  // namespace

std::vector<std::string> read_texts(const File& file, const std::string& object,
                                    const char* attribute)
{
    const Lock lock;
    if (H5Aexists_by_name(file.id(), object.c_str(), attribute, H5P_DEFAULT) <= 0) return {};
    const Attribute open(file, object, attribute);
    const int64_t count = open.count();
    if (H5Tis_variable_str(open.type.id()) <= 0 || count < 1) {
        const auto one = file.text(object, attribute);
        return one ? std::vector<std::string>{*one} : std::vector<std::string>{};
    }
    std::vector<char*> raw(count);
    if (H5Aread(open.attr.id(), open.type.id(), raw.data()) < 0) return {};
    std::vector<std::string> all;
    for (const char* text : raw) all.emplace_back(text ? text : "");
    H5Dvlen_reclaim(open.type.id(), open.space.id(), H5P_DEFAULT, raw.data());
    return all;
}

std::optional<double> read_number(const File& file, const std::string& object,
                                  const char* attribute)
{
    const Lock lock;
    if (H5Aexists_by_name(file.id(), object.c_str(), attribute, H5P_DEFAULT) <= 0) return {};
    const Attribute open(file, object, attribute);
    double value = 0;
    if (H5Tget_class(open.type.id()) != H5T_FLOAT || open.count() != 1 ||
        H5Aread(open.attr.id(), H5T_NATIVE_DOUBLE, &value) < 0)
        return {};
    return value;
}

}  // namespace jetsmith::hdf5
