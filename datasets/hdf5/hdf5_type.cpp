// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/hdf5_type.h"

#include <algorithm>
#include <array>

namespace jetsmith::hdf5 {
namespace {

struct Kind {
    size_t size;
    std::string_view name;
};

constexpr std::array<Kind, 12> kKinds{{{1, "int8"},
                                       {1, "uint8"},
                                       {2, "int16"},
                                       {2, "uint16"},
                                       {4, "int32"},
                                       {4, "uint32"},
                                       {8, "int64"},
                                       {8, "uint64"},
                                       {4, "float32"},
                                       {8, "float64"},
                                       {1, "bool"},
                                       {0, "no number"}}};

Element integer_of(hid_t type)
{
    const bool has_sign = H5Tget_sign(type) != H5T_SGN_NONE;
    switch (H5Tget_size(type)) {
        case 1: return has_sign ? Element::i8 : Element::u8;
        case 2: return has_sign ? Element::i16 : Element::u16;
        case 4: return has_sign ? Element::i32 : Element::u32;
        case 8: return has_sign ? Element::i64 : Element::u64;
        default: return Element::other;
    }
}

/// h5py writes booleans as the enumeration FALSE = 0, TRUE = 1 over one byte.
bool is_boolean_enum(hid_t type)
{
    return H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2 &&
           H5Tget_member_index(type, "FALSE") >= 0 && H5Tget_member_index(type, "TRUE") >= 0;
}

Field simple_field(std::string name, hid_t type, size_t offset)
{
    if (H5Tget_class(type) != H5T_ARRAY) return {std::move(name), element_of(type), offset, {}};
    std::vector<hsize_t> dims(static_cast<size_t>(std::max(0, H5Tget_array_ndims(type))));
    H5Tget_array_dims2(type, dims.data());
    const Handle base(H5Tget_super(type), H5Tclose);
    return {std::move(name), element_of(base.id()), offset, {dims.begin(), dims.end()}};
}

}  // namespace

size_t element_size(Element element) { return kKinds[static_cast<size_t>(element)].size; }
std::string_view element_name(Element element) { return kKinds[static_cast<size_t>(element)].name; }
bool is_floating(Element element) { return element == Element::f32 || element == Element::f64; }

Element element_of(hid_t type)
{
    const Lock lock;
    const size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
        case H5T_INTEGER: return integer_of(type);
        case H5T_FLOAT: return size == 4 ? Element::f32 : size == 8 ? Element::f64 : Element::other;
        case H5T_BITFIELD: return size == 1 ? Element::boolean : Element::other;
        case H5T_ENUM: {
            if (is_boolean_enum(type)) return Element::boolean;
            const Handle base(H5Tget_super(type), H5Tclose);
            return integer_of(base.id());
        }
        default: return Element::other;
    }
}

bool is_native(hid_t type)
{
    const Lock lock;
    switch (H5Tget_class(type)) {
        case H5T_COMPOUND:
            for (int i = 0; i < H5Tget_nmembers(type); ++i) {
                const Handle member(H5Tget_member_type(type, static_cast<unsigned>(i)), H5Tclose);
                if (!is_native(member.id())) return false;
            }
            return true;
        case H5T_ARRAY:
        case H5T_ENUM: {
            const Handle base(H5Tget_super(type), H5Tclose);
            return is_native(base.id());
        }
        case H5T_INTEGER:
        case H5T_FLOAT: {
            const Handle native(H5Tget_native_type(type, H5T_DIR_ASCEND), H5Tclose);
            return H5Tequal(native.id(), type) > 0;
        }
        default: return true;  // single bytes have no order; texts are never used as numbers
    }
}

std::vector<Field> fields_of(hid_t type)
{
    const Lock lock;
    if (H5Tget_class(type) != H5T_COMPOUND) return {simple_field("", type, 0)};
    std::vector<Field> all;
    for (int i = 0; i < H5Tget_nmembers(type); ++i) {
        const auto k = static_cast<unsigned>(i);
        char* name = H5Tget_member_name(type, k);
        const Handle member(H5Tget_member_type(type, k), H5Tclose);
        all.push_back(simple_field(name ? name : "", member.id(), H5Tget_member_offset(type, k)));
        H5free_memory(name);
    }
    return all;
}

}  // namespace jetsmith::hdf5
