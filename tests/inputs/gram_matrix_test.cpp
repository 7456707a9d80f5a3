// SPDX-License-Identifier: Apache-2.0
#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "inputs/input.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_events.h"
#include "tests/support/toy_files.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using ::testing::HasSubstr;
using Vector = std::array<double, 4>;  // E, px, py, pz

std::unique_ptr<Input> make_input(const std::string& yaml)
{
    Config config(parse_yaml("type: gram_matrix\n" + yaml, "run.yaml"), "inputs", "a test");
    return Registry<Input>::make(config);
}

class GramMatrix : public ::testing::Test {
  protected:
    GramMatrix()
    {
        const auto path = folder.path() / "events.h5";
        test::write_three_events(path);
        store = test::reader_from("type: events\nclasses: [a, b]\nweights: weight\ntrain: " +
                                  path.string())
                    ->read(Split::train);
    }

    at::Tensor made(const Input& input) const
    {
        return input.make(store, at::arange(store.rows, at::kLong), std::nullopt, at::kFloat)
            .features_BF;
    }

    /// The objects of a row in double; absent ones are left out.
    std::vector<Vector> jets(int64_t row, size_t most) const
    {
        const auto& collection = store.collections.at("jets");
        const auto* offsets = collection.offsets_B1.const_data_ptr<int64_t>();
        const auto* p = collection.momenta_T4.const_data_ptr<float>();
        std::vector<Vector> all;
        for (int64_t i = offsets[row]; i < offsets[row + 1] && all.size() < most; ++i)
            all.push_back({p[4 * i], p[4 * i + 1], p[4 * i + 2], p[4 * i + 3]});
        return all;
    }
    Vector met(int64_t row) const
    {
        const double size = store.scalars.at("met")[row].item<double>();
        const double phi = store.scalars.at("met_phi")[row].item<double>();
        return {size, size * std::cos(phi), size * std::sin(phi), 0};
    }

    test::TempFolder folder;
    EventStore store;
};

double product(const Vector& a, const Vector& b)
{
    return a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3];
}

TEST_F(GramMatrix, HoldsTheProductsOfAllPairsThenTheFlags)
{
    const auto input =
        make_input("objects: ['jets[0:2]']\ntransform: none\nstandardise: false\nfill: -7");
    // Squared masses and products of two jets and met (whose mass is 0), then two flags.
    ASSERT_EQ(input->shape(store).features, 5 + 2);
    const auto features = made(*input);
    for (int64_t row = 0; row < store.rows; ++row) {
        const auto there = jets(row, 2);
        const auto value = [&](size_t i, size_t j) {
            return i < there.size() && j < there.size() ? product(there[i], there[j]) : -7.0;
        };
        const auto with_met = [&](size_t i) {
            return i < there.size() ? product(there[i], met(row)) : -7.0;
        };
        const std::array expected{value(0, 0),
                                  value(0, 1),
                                  with_met(0),
                                  value(1, 1),
                                  with_met(1),
                                  there.size() > 0 ? 1.0 : 0.0,
                                  there.size() > 1 ? 1.0 : 0.0};
        for (size_t i = 0; i < expected.size(); ++i)
            EXPECT_NEAR(features[row][static_cast<int64_t>(i)].item<float>(), expected[i],
                        1e-4 * (1 + std::abs(expected[i])))
                << "row " << row << ", feature " << i;
    }
}

TEST_F(GramMatrix, TransformsKeepTheSign)
{
    const auto plain =
        made(*make_input("objects: ['jets[0:2]']\ntransform: none\nstandardise: false"));
    const auto root = made(*make_input("objects: ['jets[0:2]']\nstandardise: false"));
    const auto log =
        made(*make_input("objects: ['jets[0:2]']\ntransform: log\nstandardise: false"));
    for (int64_t row = 0; row < store.rows; ++row)
        for (int64_t i = 0; i < 5; ++i) {
            const double v = plain[row][i].item<float>();
            const double sign = v < 0 ? -1 : 1;
            if (std::abs(v) < 1) continue;  // rounded to nothing, or absent
            EXPECT_NEAR(root[row][i].item<float>(), sign * std::sqrt(std::abs(v)), 1e-3);
            EXPECT_NEAR(log[row][i].item<float>(), sign * std::log1p(std::abs(v)), 1e-4);
        }
}

TEST_F(GramMatrix, TurningOrBoostingAnEventAlongTheBeamChangesNothing)
{
    const auto input = make_input("objects: ['jets[0:2]']\nmet: ''\nstandardise: false");
    const auto before = made(*input);
    auto& momenta = store.collections.at("jets").momenta_T4;
    momenta = momenta.clone();
    auto* p = momenta.mutable_data_ptr<float>();
    for (int64_t i = 0; i < momenta.size(0); ++i, p += 4) {
        const double c = std::cos(1.0), s = std::sin(1.0), ch = std::cosh(0.5), sh = std::sinh(0.5);
        const Vector old{p[0], p[1], p[2], p[3]};
        p[0] = static_cast<float>(ch * old[0] + sh * old[3]);
        p[3] = static_cast<float>(sh * old[0] + ch * old[3]);
        p[1] = static_cast<float>(c * old[1] - s * old[2]);
        p[2] = static_cast<float>(s * old[1] + c * old[2]);
    }
    const auto fresh = make_input("objects: ['jets[0:2]']\nmet: ''\nstandardise: false");
    EXPECT_LE((made(*fresh) - before).abs().max().item<float>(), 0.05F) << "GeV, from float32";
}

TEST_F(GramMatrix, WhatIsNoObjectIsRefused)
{
    EXPECT_THAT(test::user_error([] { make_input("objects: [met]"); }),
                HasSubstr("'met' is no object (an object of a collection is wanted"));
    EXPECT_THAT(test::user_error([] { make_input("objects: []"); }), HasSubstr("names no object"));
    EXPECT_THAT(test::user_error([&] { make_input("objects: ['jest[0]']")->shape(store); }),
                HasSubstr("jets"));
}

}  // namespace
}  // namespace jetsmith
