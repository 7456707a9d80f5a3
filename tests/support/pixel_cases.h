// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of pixelation: short ways to make images, and the option sets to try.
#pragma once

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>

#include <string>
#include <vector>

#include "tests/support/image_reference.h"
#include "tests/support/toy_jets.h"

namespace jetsmith::test {

inline std::vector<int64_t> all_rows(const Collection& jets)
{
    std::vector<int64_t> rows(static_cast<size_t>(jets.offsets_B1.size(0) - 1));
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int64_t>(i);
    return rows;
}

inline at::Tensor all_images(const Collection& jets, const kernels::PixelateOptions& options = {},
                             const kernels::PixelateExtras& extras = {},
                             at::ScalarType dtype = at::kFloat)
{
    const auto rows = at::arange(jets.offsets_B1.size(0) - 1, jets.offsets_B1.options());
    return kernels::pixelate(jets.momenta_T4, jets.offsets_B1, rows, options, extras, dtype);
}

inline at::Tensor all_images(const std::vector<toy::Jet>& jets,
                             const kernels::PixelateOptions& options = {})
{
    return all_images(toy::collection(jets), options);
}

struct PixelCase {
    std::string name;
    kernels::PixelateOptions options;
};

/// Every switch, channel and centre, at square and oblong, odd and even numbers of pixels.
inline std::vector<PixelCase> pixel_cases()
{
    using kernels::JetCentre;
    using kernels::PixelChannel;
    std::vector<PixelCase> cases;
    const auto add = [&](const std::string& name, const auto& change) {
        cases.push_back({name, {}});
        change(cases.back().options);
    };
    add("published", [](auto&) {});
    add("no centre", [](auto& o) { o.centre = JetCentre::none, o.eta_width = o.phi_width = 6; });
    add("jet axis", [](auto& o) { o.centre = JetCentre::jet_axis; });
    add("hardest", [](auto& o) { o.centre = JetCentre::hardest; });
    add("no rotation", [](auto& o) { o.rotate = false; });
    add("no flip", [](auto& o) { o.flip = false; });
    add("only centred", [](auto& o) { o.rotate = o.flip = false; });
    add("in GeV", [](auto& o) { o.normalise = false; });
    add("counts", [](auto& o) { o.channels = {PixelChannel::count}; });
    add("energy", [](auto& o) { o.channels = {PixelChannel::energy}; });
    add("two channels", [](auto& o) { o.channels = {PixelChannel::count, PixelChannel::pt}; });
    add("three channels", [](auto& o) {
        o.channels = {PixelChannel::energy, PixelChannel::pt, PixelChannel::count};
        o.normalise = false;
    });
    add("40 pixels", [](auto& o) { o.height = o.width = 40, o.eta_width = o.phi_width = 1.6; });
    add("64 narrow pixels", [](auto& o) { o.height = o.width = 64, o.eta_width = 1.6; });
    add("oblong", [](auto& o) { o.height = 17, o.width = 50, o.phi_width = 1.1; });
    add("2 pixels", [](auto& o) { o.height = o.width = 2; });
    return cases;
}

}  // namespace jetsmith::test
