// SPDX-License-Identifier: Apache-2.0
#include "inputs/emd_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/user_error.h"

namespace jetsmith::inputs {
namespace {

using kernels::EmdObject;
using testing::HasSubstr;

EmdSettings settings(const std::string& yaml)
{
    const ConfigNode root = parse_yaml("emd:\n" + yaml, "emd.yaml");
    Config config(*root.find("emd"), "emd", "jetsmith emd");
    EmdSettings read(config);
    config.finish();
    return read;
}

std::string error(const std::string& yaml)
{
    return test::user_error([&] { settings(yaml); });
}

double id(const EmdSettings& s, EmdObject a, EmdObject b)
{
    return s.kernel.id[static_cast<size_t>(a) * kernels::kEmdObjects + static_cast<size_t>(b)];
}

TEST(EmdSettings, OfJetsNeedTheirRadiusAlone)
{
    const auto s = settings("  radius: 0.8\n");
    EXPECT_TRUE(s.of_jets());
    EXPECT_EQ(s.kernel.radius, 0.8);
    EXPECT_EQ(s.kernel.beta, 1.0);
    EXPECT_FALSE(s.kernel.norm);
    EXPECT_EQ(s.kernel.tier, kernels::EmdTier::fast);
    EXPECT_EQ(s.centre_of(/*given=*/false), EmdCentre::pt);
    EXPECT_EQ(s.centre_of(/*given=*/true), EmdCentre::none);
    EXPECT_THAT(error("  beta: 1\n"), HasSubstr("--radius: is missing"));
}

TEST(EmdSettings, AskedCentreHoldsForEveryKindOfFile)
{
    const auto s = settings("  radius: 0.8\n  centre: escheme\n");
    EXPECT_EQ(s.centre_of(true), EmdCentre::escheme);
    EXPECT_EQ(s.centre_of(false), EmdCentre::escheme);
    EXPECT_EQ(s.json(true)["centre"], "escheme");
}

TEST(EmdSettings, FactorsAreSymmetricOneWithinAKindAndNamedOnesWin)
{
    const auto s = settings(
        "  ground: events\n  objects: [{collection: jets, kind: jet}]\n  other_kinds: 4\n"
        "  id: {jet-muon: 3, b_jet-b_jet: 0.5, met-tau: 7}\n");
    EXPECT_EQ(id(s, EmdObject::jet, EmdObject::jet), 1);
    EXPECT_EQ(id(s, EmdObject::jet, EmdObject::muon), 3);
    EXPECT_EQ(id(s, EmdObject::muon, EmdObject::jet), 3);
    EXPECT_EQ(id(s, EmdObject::b_jet, EmdObject::b_jet), 0.5);
    EXPECT_EQ(id(s, EmdObject::tau, EmdObject::met), 7);
    EXPECT_EQ(id(s, EmdObject::electron, EmdObject::photon), 4);
}

TEST(EmdSettings, WhatMakesNoSenseIsSaidWithItsPlace)
{
    const std::string events = "  ground: events\n  objects: [{collection: jets, kind: jet}]\n";
    EXPECT_THAT(error("  radius: 0\n"), HasSubstr("emd.yaml:2: emd.radius: 0 is out of range"));
    EXPECT_THAT(error("  radius: 1\n  beta: -1\n"), HasSubstr("emd.beta: -1 is out of range"));
    EXPECT_THAT(error("  radius: 1\n  met: {pt: met}\n"), HasSubstr("emd.met: has no meaning"));
    EXPECT_THAT(error(events + "  norm: true\n"), HasSubstr("emd.norm: has no meaning"));
    EXPECT_THAT(error("  ground: events\n"), HasSubstr("emd.objects: no collection is named"));
    EXPECT_THAT(error(events + "  met: {pt: met}\n"), HasSubstr("emd.met: names one of two"));
    EXPECT_THAT(error(events + "  id: {jet-moun: 2}\n"),
                HasSubstr("'jet-moun' names no two kinds"));
    EXPECT_THAT(error(events + "  id: {jet: 2}\n"), HasSubstr("'jet' names no two kinds"));
    EXPECT_THAT(error(events + "  id: {jet-muon: 0}\n"), HasSubstr("must be above 0"));
    EXPECT_THAT(error("  ground: events\n  objects: [{collection: e, kind: electron, b_tag: x}]\n"),
                HasSubstr("turns jets into b-jets"));
}

TEST(EmdSettings, OfTheDistanceFileNameWhateverChangesADistance)
{
    const auto jets =
        settings("  radius: 0.4\n  beta: 2\n  norm: true\n  tier: exact\n").json(false);
    EXPECT_EQ(jets["ground"], "jets");
    EXPECT_EQ(jets["radius"], 0.4);
    EXPECT_EQ(jets["beta"], 2.0);
    EXPECT_EQ(jets["norm"], true);
    EXPECT_EQ(jets["tier"], "exact");
    EXPECT_EQ(jets["centre"], "pt");
    EXPECT_EQ(jets["max_particles"], 0);
    const auto events =
        settings(
            "  ground: events\n  weights: uniform\n  objects: [{collection: jets, kind: jet}]\n")
            .json(false);
    EXPECT_EQ(events["weights"], "uniform");
    EXPECT_EQ(events["objects"][0]["kind"], "jet");
    EXPECT_TRUE(events["id"].empty()) << "all factors are 1";
}

TEST(EmdSettings, ComeBackFromADistanceFile)
{
    for (const std::string yaml :
         {"  radius: 0.4\n  beta: 2\n  norm: true\n  tier: exact\n  max_particles: 7\n",
          "  radius: 0.8\n  centre: none\n  collection: jets\n",
          "  ground: events\n  weights: uniform\n  objects: [{collection: jets, kind: jet, b_tag: "
          "btag, b_tag_above: 0.7}, {collection: e, kind: electron}]\n  met: {pt: met, phi: p}\n"
          "  other_kinds: 3\n  id: {jet-b_jet: 0.25, muon-muon: 2}\n"}) {
        const auto s = settings(yaml);
        auto written = s.json(false);
        written["files"] = {{{"name", "a.h5"}}};
        written["device"] = "cuda";
        const auto read = EmdSettings::of_file(written.dump(), "d.h5");
        EXPECT_EQ(read.json(false), s.json(false));
        EXPECT_EQ(read.options(false).id, s.kernel.id);
        EXPECT_EQ(read.options(false).periodic, s.options(false).periodic);
    }
    EXPECT_THAT(test::user_error([] { EmdSettings::of_file("radius", "d.h5"); }),
                HasSubstr("d.h5: attribute settings is no JSON object"));
    EXPECT_THAT(test::user_error([] { EmdSettings::of_file("{\"radius\": -1}", "d.h5"); }),
                HasSubstr("d.h5:1: emd.radius: -1 is out of range"));
}

TEST(EmdSettings, OfAnIsotropyAreThoseOfItsReference)
{
    const auto read = settings("  isotropy: 'cylinder:16'\n  ymax: 2.5\n  tier: exact\n");
    EXPECT_EQ(read.json(false)["ground"], "isotropy");
    EXPECT_EQ(read.json(false)["isotropy"], "cylinder:16");
    EXPECT_EQ(read.json(false)["ymax"], 2.5);
    EXPECT_EQ(read.kernel.tier, kernels::EmdTier::exact);
    EXPECT_EQ(read.centre_of(/*given=*/false), EmdCentre::none);
    EXPECT_FALSE(settings("  isotropy: 'ring:16'\n").json(false).contains("ymax"));
}

TEST(EmdSettings, IsotropiesThatMakeNoSenseAreSaid)
{
    EXPECT_THAT(error("  isotropy: disc:4\n"), HasSubstr("emd.isotropy: 'disc:4' is no reference"));
    EXPECT_THAT(error("  isotropy: ring\n"), HasSubstr("'ring' is no reference"));
    EXPECT_THAT(error("  isotropy: 'ring:1'\n"), HasSubstr("2 points or more wanted"));
    EXPECT_THAT(error("  isotropy: 'ring:12x'\n"), HasSubstr("'ring:12x' is no reference"));
    EXPECT_THAT(error("  isotropy: 'sphere:100'\n"), HasSubstr("100 points are not spread evenly"));
    EXPECT_THAT(error("  isotropy: 'cylinder:2'\n  ymax: 1\n"),
                HasSubstr("is a reference of 0 points"));
    EXPECT_THAT(error("  isotropy: 'cylinder:90000'\n"), HasSubstr("(1 to 100000 wanted)"));
    EXPECT_THAT(error("  isotropy: 'ring:8'\n  ymax: 1\n"), HasSubstr("emd.ymax: has no meaning"));
    EXPECT_THAT(error("  radius: 1\n  ymax: 1\n"), HasSubstr("without isotropy"));
    EXPECT_THAT(error("  isotropy: 'ring:8'\n  radius: 1\n"), HasSubstr("no meaning for isotropy"));
    EXPECT_THAT(error("  isotropy: 'ring:8'\n  ground: events\n"),
                HasSubstr("no meaning for isotropy"));
}

}  // namespace
}  // namespace jetsmith::inputs
