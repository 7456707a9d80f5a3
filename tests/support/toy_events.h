// SPDX-License-Identifier: Apache-2.0
// Events made of a few numbers: a file of compound datasets like the event sample's, and a store.
#pragma once

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <random>
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
                         const std::vector<ToyEvent>& events, hsize_t chunk = 2)
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
             {.chunk = {chunk, jets.size() / rows}, .shuffle = true, .deflate = 4});
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

/// Records as in files of ATLAS flavour tagging: `jets` (N,) and `tracks` (N, 4), in MeV; the flavour
/// is 0, 4 or 5; row i has i % 4 tracks, the first slot never used.
struct TaggingJets {
    static constexpr size_t kSlots = 4;
    struct Jet {
        float pt, eta, phi;
        int32_t flavour;
    };
    struct Track {
        float pt, deta, dphi, d0;
        int8_t valid;
    };
    std::vector<Jet> jets;
    std::vector<Track> tracks;

    explicit TaggingJets(size_t rows)
    {
        for (size_t row = 0; row < rows; ++row) {
            const auto r = static_cast<float>(row);
            const int32_t flavours[] = {0, 4, 5};
            jets.push_back({50'000 + 10 * r, 0.001F * r, -0.5F, flavours[row % 3]});
            for (size_t slot = 0; slot < kSlots; ++slot)
                tracks.push_back({1'000 + r, 0.1F * static_cast<float>(slot), -0.05F, r / 100,
                                  slot > 0 && slot <= row % 4});
        }
    }

    Track& track(size_t row, size_t slot) { return tracks[row * kSlots + slot]; }

    /// The given rows alone.
    TaggingJets only(const std::vector<size_t>& rows) const
    {
        TaggingJets some(0);
        for (const size_t row : rows) {
            some.jets.push_back(jets[row]);
            const auto first = tracks.begin() + static_cast<int64_t>(row * kSlots);
            some.tracks.insert(some.tracks.end(), first, first + kSlots);
        }
        return some;
    }

    void write(const std::filesystem::path& path, hsize_t chunk) const
    {
        const hid_t boolean = boolean_type();
        const hid_t jet = H5Tcreate(H5T_COMPOUND, sizeof(Jet));
        H5Tinsert(jet, "pt", offsetof(Jet, pt), H5T_NATIVE_FLOAT);
        H5Tinsert(jet, "eta", offsetof(Jet, eta), H5T_NATIVE_FLOAT);
        H5Tinsert(jet, "phi", offsetof(Jet, phi), H5T_NATIVE_FLOAT);
        H5Tinsert(jet, "HadronConeExclTruthLabelID", offsetof(Jet, flavour), H5T_NATIVE_INT32);
        const hid_t track = H5Tcreate(H5T_COMPOUND, sizeof(Track));
        H5Tinsert(track, "pt", offsetof(Track, pt), H5T_NATIVE_FLOAT);
        H5Tinsert(track, "deta", offsetof(Track, deta), H5T_NATIVE_FLOAT);
        H5Tinsert(track, "dphi", offsetof(Track, dphi), H5T_NATIVE_FLOAT);
        H5Tinsert(track, "d0", offsetof(Track, d0), H5T_NATIVE_FLOAT);
        H5Tinsert(track, "valid", offsetof(Track, valid), boolean);
        Hdf5Writer file(path);
        const Storage storage{.chunk = {chunk}, .shuffle = true, .deflate = 4};
        file.raw("jets", jet, jets.data(), {jets.size()}, storage);
        file.raw("tracks", track, tracks.data(), {jets.size(), kSlots},
                 {.chunk = {chunk, kSlots}, .shuffle = true, .deflate = 4});
        for (const hid_t type : {boolean, jet, track}) H5Tclose(type);
    }
};

/// Events with none to two jets of random numbers.
inline void write_many_events(const std::filesystem::path& path, size_t rows, hsize_t chunk)
{
    std::mt19937 random(5);
    std::uniform_real_distribution<float> uniform(0, 1);
    std::vector<ToyObject> jets;
    std::vector<ToyEvent> events;
    for (size_t row = 0; row < rows; ++row) {
        for (int slot = 0; slot < 2; ++slot)
            jets.push_back({20 + 100 * uniform(random), 4 * uniform(random) - 2,
                            6 * uniform(random) - 3, 10 * uniform(random),
                            static_cast<uint8_t>(random() % 2), static_cast<int8_t>(random() % 2)});
        events.push_back({100 * uniform(random), 6 * uniform(random) - 3, uniform(random),
                          static_cast<uint8_t>(random() % 2)});
    }
    write_events(path, jets, events, chunk);
}

}  // namespace jetsmith::test
