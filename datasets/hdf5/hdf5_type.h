// SPDX-License-Identifier: Apache-2.0
// Types of single numbers in a file, and how a row (a record, or one step along the first dimension
// of an array) is made of named fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/hdf5/hdf5_handle.h"

namespace jetsmith::hdf5 {

/// `boolean` is one byte, 0 or 1: h5py's enumeration or PyTables' bit field. `other` is anything
/// that is not a number (texts, references, pickles).
enum class Element { i8, u8, i16, u16, i32, u32, i64, u64, f32, f64, boolean, other };

size_t element_size(Element element);
std::string_view element_name(Element element);  ///< "float32", "int64", "bool", ...
bool is_floating(Element element);

/// The element type of a scalar HDF5 type in this machine's byte order.
Element element_of(hid_t type);

/// True when values of this type (and of all members of a compound) can be used as they lie in the
/// file, without conversion of byte order or width.
bool is_native(hid_t type);

/// A member of a compound, or the whole of a simple type (name "").
struct Field {
    std::string name;
    Element element = Element::other;
    size_t offset = 0;           ///< bytes from the beginning of the record
    std::vector<int64_t> shape;  ///< of an array member; empty for a single number
};

/// The fields of a record type; one nameless field for a simple type.
std::vector<Field> fields_of(hid_t type);

/// Calls f with a value of the C++ type of `element`; for `other`, with a byte of no meaning.
template <typename F>
decltype(auto) with_type(Element element, F&& f)
{
    switch (element) {
        case Element::i8: return f(int8_t{});
        case Element::i16: return f(int16_t{});
        case Element::u16: return f(uint16_t{});
        case Element::i32: return f(int32_t{});
        case Element::u32: return f(uint32_t{});
        case Element::i64: return f(int64_t{});
        case Element::u64: return f(uint64_t{});
        case Element::f32: return f(float{});
        case Element::f64: return f(double{});
        default: return f(uint8_t{});
    }
}

/// The number at `place`, at any alignment, converted.
template <typename T>
T load(const std::byte* place, Element element)
{
    return with_type(element, [place](auto value) {
        std::memcpy(&value, place, sizeof value);
        return static_cast<T>(value);
    });
}

/// `count` numbers, `stride` bytes apart, converted into `out`.
template <typename T>
void load(const std::byte* place, Element element, size_t stride, size_t count, T* out)
{
    with_type(element, [=](auto value) {
        for (size_t i = 0; i < count; ++i) {
            std::memcpy(&value, place + i * stride, sizeof value);
            out[i] = static_cast<T>(value);
        }
    });
}

}  // namespace jetsmith::hdf5
