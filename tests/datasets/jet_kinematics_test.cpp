// SPDX-License-Identifier: Apache-2.0
#include "datasets/jet_kinematics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace jetsmith {
namespace {

TEST(JetKinematics, TwoBackToBackPhotonsHaveTwiceTheirEnergyAsMass)
{
    const float photons[] = {50, 50, 0, 0, 50, -50, 0, 0};
    const auto jet = jet_kinematics(photons, 2);
    EXPECT_NEAR(jet.mass, 100, 1e-9);
    EXPECT_NEAR(jet.pt, 0, 1e-9);
    EXPECT_EQ(jet.eta, 0);
    EXPECT_EQ(jet.multiplicity, 2);
}

TEST(JetKinematics, OneParticleIsDescribedByItsOwnCoordinates)
{
    const double pt = 80, eta = -1.7, phi = 2.9, mass = 12;
    const double pz = pt * std::sinh(eta);
    const float particle[] = {static_cast<float>(std::sqrt(pt * pt + pz * pz + mass * mass)),
                              static_cast<float>(pt * std::cos(phi)),
                              static_cast<float>(pt * std::sin(phi)), static_cast<float>(pz)};
    const auto jet = jet_kinematics(particle, 1);
    EXPECT_NEAR(jet.pt, pt, 1e-5);
    EXPECT_NEAR(jet.eta, eta, 1e-6);
    EXPECT_NEAR(jet.phi, phi, 1e-6);
    EXPECT_NEAR(jet.mass, mass, 1e-3);
}

TEST(JetKinematics, RoundingNeverGivesAnImaginaryMass)
{
    // A massless particle whose energy was rounded down.
    const float particle[] = {std::nextafter(500.0f, 0.0f), 300, 400, 0};
    EXPECT_EQ(jet_kinematics(particle, 1).mass, 0);
}

TEST(JetKinematics, AnEmptyJetHasNoMomentum)
{
    const auto jet = jet_kinematics(nullptr, 0);
    EXPECT_EQ(jet.pt, 0);
    EXPECT_EQ(jet.eta, 0);
    EXPECT_EQ(jet.mass, 0);
}

}  // namespace
}  // namespace jetsmith
