// SPDX-License-Identifier: Apache-2.0
#include "inputs/emd_events.h"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "datasets/reader.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_emd.h"
#include "tests/support/toy_events.h"
#include "tests/support/toy_files.h"
#include "tests/support/user_error.h"

namespace jetsmith::inputs {
namespace {

using kernels::EmdEvents;
using testing::HasSubstr;

EmdSettings settings(const std::string& yaml)
{
    Config config(parse_yaml(yaml, "emd.yaml"), "emd", "jetsmith emd");
    return EmdSettings(config);
}

struct Particle {
    double weight, x, y;
};

std::vector<Particle> event(const EmdEvents& events, int64_t row)
{
    const auto* offsets = events.offsets_N1.const_data_ptr<int64_t>();
    std::vector<Particle> all;
    for (int64_t i = offsets[row]; i < offsets[row + 1]; ++i)
        all.push_back({events.weight_T.const_data_ptr<double>()[i],
                       events.x_T.const_data_ptr<double>()[i],
                       events.y_T.const_data_ptr<double>()[i]});
    return all;
}

std::vector<double> weights(const EmdEvents& events, int64_t row)
{
    std::vector<double> all;
    for (const auto& p : event(events, row)) all.push_back(p.weight);
    return all;
}

Collection momenta(const std::vector<std::vector<std::array<double, 4>>>& jets)
{
    std::vector<float> all;
    std::vector<int64_t> offsets{0};
    for (const auto& jet : jets) {
        for (const auto& p : jet)
            for (const double component : p) all.push_back(static_cast<float>(component));
        offsets.push_back(std::ssize(all) / 4);
    }
    return {at::tensor(offsets, at::kLong), at::tensor(all, at::kFloat).reshape({-1, 4}), {}};
}

TEST(Rapidity, IsThatOfTheParticleWithItsMass)
{
    EXPECT_DOUBLE_EQ(rapidity(5, 3, 4), std::asinh(4.0 / 3.0));  // massless: the pseudorapidity
    const double y = 1.3, transverse = std::hypot(2.0, 7.0);     // pt 2, mass 7
    EXPECT_DOUBLE_EQ(rapidity(transverse * std::cosh(y), 2, transverse * std::sinh(y)), y);
    EXPECT_DOUBLE_EQ(rapidity(4, 3, 4), std::asinh(4.0 / 3.0)) << "rounding left E = pz";
    EXPECT_DOUBLE_EQ(rapidity(3.9, 3, 4), std::asinh(4.0 / 3.0)) << "rounding left E < pz";
}

TEST(EmdJets, OfFourMomentaAreCentredOnTheirPtCentroid)
{
    const auto jets = emd_jets(momenta({{{5, 3, 0, 4}, {13, 0, 12, 5}}}), settings("radius: 1"));
    const double y1 = std::asinh(4.0 / 3.0), y2 = std::asinh(5.0 / 12.0),
                 phi2 = std::numbers::pi / 2;
    const double y = (3 * y1 + 12 * y2) / 15, phi = 12 * phi2 / 15;
    const auto found = event(jets, 0);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_DOUBLE_EQ(found[0].weight, 3);
    EXPECT_DOUBLE_EQ(found[1].weight, 12);
    EXPECT_NEAR(found[0].x, y1 - y, 1e-15);
    EXPECT_NEAR(found[1].x, y2 - y, 1e-15);
    EXPECT_NEAR(found[0].y, -phi, 1e-15);
    EXPECT_NEAR(found[1].y, phi2 - phi, 1e-15);
}

TEST(EmdJets, AreNotTornWhereTheyCrossThePhiBoundary)
{
    const auto jet = toy::jet(3);
    auto turned = jet;
    const double turn = std::numbers::pi - jet[0].phi;
    for (auto& p : turned) p.phi = toy::wrapped(p.phi + turn);
    for (const char* centre : {"pt", "escheme"}) {
        const auto s = settings(std::string("radius: 1\ncentre: ") + centre);
        const auto here = event(emd_jets(test::plain_jets({jet}, jet.size()), 1, s), 0);
        const auto there = event(emd_jets(test::plain_jets({turned}, jet.size()), 1, s), 0);
        ASSERT_EQ(here.size(), jet.size());
        for (size_t i = 0; i < here.size(); ++i) {
            EXPECT_NEAR(here[i].x, there[i].x, 1e-12) << centre;
            EXPECT_NEAR(here[i].y, there[i].y, 1e-12) << centre;
            EXPECT_LT(std::abs(there[i].y), 1.6) << centre;
        }
    }
}

TEST(EmdJets, CentredByEschemePointAlongTheBeamPlane)
{
    // A boost along the beam shifts rapidities, a rotation azimuths: afterwards the sum has
    // neither.
    const auto jet = toy::jet(5);
    const auto s = settings("radius: 1\ncentre: escheme");
    double px = 0, py = 0, pz = 0;
    for (const auto& p : event(emd_jets(test::plain_jets({jet}, jet.size()), 1, s), 0)) {
        px += p.weight * std::cos(p.y);
        py += p.weight * std::sin(p.y);
        pz += p.weight * std::sinh(p.x);
    }
    EXPECT_GT(px, 100);
    EXPECT_NEAR(py / px, 0, 1e-12);
    EXPECT_NEAR(pz / px, 0, 1e-12);
}

TEST(EmdJets, OnTheSphereHaveTheDirectionOfTheirMomentum)
{
    // As heavy as its momentum, so that rapidity and pseudorapidity differ.
    const auto jets = momenta({{{10 * std::sqrt(2.0), 6, 0, 8}}});
    const double direction = std::asinh(8.0 / 6);
    EXPECT_NEAR(event(emd_jets(jets, settings("{isotropy: 'sphere:12'}")), 0)[0].x, direction,
                1e-6);
    EXPECT_LT(event(emd_jets(jets, settings("{isotropy: 'cylinder:8'}")), 0)[0].x, direction - 0.3);
}

TEST(EmdJets, GivenAsPositionsStayAsTheyAreWithoutTheirPadding)
{
    const std::vector<double> values{7,      0.5, 3, /**/ 0, 0, 0, /**/ 9, -1, -3,
                                     /**/ 0, 0,   0, /**/ 0, 0, 0, /**/ 0, 0,  0};
    const auto jets = emd_jets(values, 2, settings("radius: 1"));
    EXPECT_EQ(weights(jets, 0), (std::vector<double>{7, 9}));
    EXPECT_EQ(event(jets, 0)[0].y, 3);
    EXPECT_EQ(event(jets, 0)[1].x, -1);
    EXPECT_TRUE(event(jets, 1).empty());
}

TEST(EmdJets, KeepTheirHardestParticlesInTheirOrder)
{
    const std::vector<double> values{5, 0, 0, 9, 1, 0, 5, 2, 0, 7, 3, 0, std::nan(""), 4, 0};
    const auto kept = [&](int most) {
        std::vector<double> x;
        for (const auto& p :
             event(emd_jets(values, 1, settings(fmt::format("radius: 1\nmax_particles: {}", most))),
                   0))
            x.push_back(p.x);
        return x;
    };
    EXPECT_EQ(kept(3), (std::vector<double>{1, 3, 4})) << "NaN is kept, so that it is noticed";
    EXPECT_EQ(kept(4), (std::vector<double>{0, 1, 3, 4})) << "of equal ones the first";
    EXPECT_EQ(kept(0).size(), 5U);
    EXPECT_EQ(kept(9).size(), 5U);
}

TEST(EmdJets, OfManyRowsAreThoseOfEachRow)
{
    const auto jets = toy::jets(2500);
    const auto s = settings("radius: 1");
    const auto all = emd_jets(test::plain_jets(jets, 90), 2500, s);
    ASSERT_EQ(all.size(), 2500);
    for (const int64_t row : {int64_t{0}, int64_t{1023}, int64_t{1024}, int64_t{2499}}) {
        const auto& jet = jets[static_cast<size_t>(row)];
        const auto found = event(all, row);
        ASSERT_EQ(found.size(), jet.size());
        for (size_t i = 0; i < jet.size(); ++i) EXPECT_EQ(found[i].weight, jet[i].pt);
    }
}

EventStore three_events(const test::TempFolder& folder)
{
    test::write_three_events(folder.path() / "events.h5");
    return test::reader_from("type: events\nclasses: [a, b]")
        ->read_files({folder.path() / "events.h5"});
}

const std::string kEvents =
    "ground: events\nobjects: [{collection: jets, kind: jet, b_tag: btag}]\n"
    "met: {pt: met, phi: met_phi}\n";

std::vector<int> kinds(const EmdEvents& events)
{
    const auto* object = events.object_T.const_data_ptr<int8_t>();
    return {object, object + events.object_T.numel()};
}

TEST(EmdEvents, HoldObjectsOfAllCollectionsWithTheirKinds)
{
    const test::TempFolder folder;
    const auto events = emd_events(three_events(folder), settings(kEvents));
    // Jets 50 (b-tagged) and 30, none, 80 (b-tagged); MET 20, 40, 60.
    EXPECT_EQ(test::integers(events.offsets_N1), (std::vector<int64_t>{0, 3, 4, 6}));
    EXPECT_EQ(kinds(events), (std::vector<int>{1, 0, 7, 7, 1, 7}));
    EXPECT_EQ(weights(events, 0), (std::vector<double>{0.5, 0.3, 0.2}));
    EXPECT_EQ(weights(events, 1), (std::vector<double>{1}));
    EXPECT_EQ(event(events, 0)[0].x, 0.5);
    EXPECT_EQ(event(events, 0)[2].y, 0.25);
    EXPECT_EQ(events.pt_T.const_data_ptr<double>()[4], 80);
}

TEST(EmdEvents, MayWeighTheirObjectsAlike)
{
    const test::TempFolder folder;
    const auto events = emd_events(three_events(folder), settings(kEvents + "weights: uniform\n"));
    EXPECT_EQ(weights(events, 2), (std::vector<double>{0.5, 0.5}));
    EXPECT_EQ(events.pt_T.const_data_ptr<double>()[4], 80) << "the cost keeps the pT";
}

TEST(EmdEvents, NameACollectionOrColumnThatIsNotThere)
{
    const test::TempFolder folder;
    const auto store = three_events(folder);
    const auto error = [&](const std::string& yaml) {
        return test::user_error([&] { emd_events(store, settings("ground: events\n" + yaml)); });
    };
    EXPECT_THAT(error("objects: [{collection: jest, kind: jet}]"),
                HasSubstr("emd.objects[0].collection: the data have no collection 'jest' (one of "
                          "theirs is wanted). Did you mean 'jets'?"));
    EXPECT_THAT(error("objects: [{collection: jets, kind: jet, b_tag: tagged}]"),
                HasSubstr("emd.objects[0]: the data have no column 'tagged'"));
    EXPECT_THAT(error("objects: [{collection: jets, kind: jet}]\nmet: {pt: met, phi: phi_of_met}"),
                HasSubstr("emd.met.phi: the data have no column 'phi_of_met'"));
}

}  // namespace
}  // namespace jetsmith::inputs
