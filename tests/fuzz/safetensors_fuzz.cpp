// SPDX-License-Identifier: Apache-2.0
// Any bytes as a safetensors file: refused as damaged, or its tensors fill the data without gap and
// overlap, each as long as its type and shape say.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "core/damaged_file.h"
#include "core/safetensors_header.h"

namespace {

using namespace jetsmith;

void expect(bool holds)
{
    if (!holds) std::abort();
}

void check(const SafetensorsHeader& header, uint64_t file_bytes)
{
    expect(header.data_begin >= 8 && header.data_begin <= file_bytes);
    uint64_t next = 0;
    for (const auto& tensor : header.tensors) {
        unsigned __int128 bytes = safetensors_element_bytes(tensor.dtype);
        expect(bytes > 0);
        for (const int64_t extent : tensor.shape) {
            expect(extent >= 0);
            bytes *= static_cast<uint64_t>(extent);
            expect(bytes >> 64 == 0);
        }
        expect(tensor.begin == next && tensor.end - tensor.begin == static_cast<uint64_t>(bytes));
        next = tensor.end;
    }
    expect(header.data_begin + next == file_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    std::istringstream stream(std::string(reinterpret_cast<const char*>(data), size));
    try {
        check(read_safetensors_header(stream, size, "fuzz.safetensors"), size);
    } catch (const DamagedFile&) {
    }
    return 0;
}
