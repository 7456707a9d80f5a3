// SPDX-License-Identifier: Apache-2.0
// Events made of a few numbers: a file of compound datasets like the event sample's, and a store.
#pragma once

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/event_store.h"
#include "tests/support/temp_hdf5.h"

namespace jetsmith::test {

#pragma pack(push, 1)
struct ToyObject {
    float pt, eta, phi, mass;
    uint8_t btag;
    int8_t valid;
};
struct ToyEvent {
    float met, met_phi, weight;
    uint8_t process;
};
#pragma pack(pop)

/// h5py's boolean.
inline hid_t boolean_type()
{
    const hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
    const int8_t no = 0, yes = 1;
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
    return type;
}

/// Records `jets` (N, slots) and `event` (N,).
inline void write_events(const std::filesystem::path& path, const std::vector<ToyObject>& jets,
                         const std::vector<ToyEvent>& events)
{
    const hid_t boolean = boolean_type();
    const hid_t jet = H5Tcreate(H5T_COMPOUND, sizeof(ToyObject));
    H5Tinsert(jet, "pt", offsetof(ToyObject, pt), H5T_NATIVE_FLOAT);
    H5Tinsert(jet, "eta", offsetof(ToyObject, eta), H5T_NATIVE_FLOAT);
    H5Tinsert(jet, "phi", offsetof(ToyObject, phi), H5T_NATIVE_FLOAT);
    H5Tinsert(jet, "mass", offsetof(ToyObject, mass), H5T_NATIVE_FLOAT);
    H5Tinsert(jet, "btag", offsetof(ToyObject, btag), H5T_NATIVE_UINT8);
    H5Tinsert(jet, "valid", offsetof(ToyObject, valid), boolean);
    const hid_t event = H5Tcreate(H5T_COMPOUND, sizeof(ToyEvent));
    H5Tinsert(event, "met", offsetof(ToyEvent, met), H5T_NATIVE_FLOAT);
    H5Tinsert(event, "met_phi", offsetof(ToyEvent, met_phi), H5T_NATIVE_FLOAT);
    H5Tinsert(event, "weight", offsetof(ToyEvent, weight), H5T_NATIVE_FLOAT);
    H5Tinsert(event, "process", offsetof(ToyEvent, process), H5T_NATIVE_UINT8);
    Hdf5Writer file(path);
    const hsize_t rows = events.size();
    file.raw("jets", jet, jets.data(), {rows, jets.size() / rows},
             {.chunk = {2, jets.size() / rows}, .shuffle = true, .deflate = 4});
    file.raw("event", event, events.data(), {rows});
    for (const hid_t type : {boolean, jet, event}) H5Tclose(type);
}

/// Three events: two jets, none, one (whose slot is the second); labels 0, 1, 1.
inline void write_three_events(const std::filesystem::path& path)
{
    write_events(path,
                 {{50, 0.5F, 1.0F, 5, 1, 1}, {30, -1, 2, 4, 0, 1}, /**/ {}, {}, /**/
                  {7, 7, 7, 7, 1, 0}, {80, 1.5F, -3, 10, 1, 1}},
                 {{20, 0.25F, 100, 0}, {40, -1, -2, 1}, {60, 3, 3, 1}});
}

}  // namespace jetsmith::test
