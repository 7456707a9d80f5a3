# SPDX-License-Identifier: Apache-2.0
"""Leptons, jets, b-tags and missing momentum of one event, as rows of compound tables."""
import numpy as np

from .detector import ELECTRON, MUON
from .jets import anti_kt, pseudojets, tau21
from .kinematics import delta_r, pt_eta_phi

_VECTOR = [("pt", "f4"), ("eta", "f4"), ("phi", "f4")]
_JET = np.dtype(_VECTOR + [("mass", "f4"), ("btag", "u1"), ("valid", "?")])
_FATJET = np.dtype(_VECTOR + [("mass", "f4"), ("tau21", "f4"), ("valid", "?")])
_LEPTON = np.dtype(_VECTOR + [("charge", "i1"), ("valid", "?")])
_EVENT = np.dtype([("met", "f4"), ("met_phi", "f4"), ("ht", "f4"), ("weight", "f4"),
                   ("process", "u1")])
TABLES = {  # name: (fields, slots per event; 0 for one plain row)
    "jets": (_JET, 10), "fatjets": (_FATJET, 3), "electrons": (_LEPTON, 2), "muons": (_LEPTON, 2),
    "event": (_EVENT, 0)}

LEPTON_PT, ISOLATION_CONE, ISOLATION = 10, 0.3, 0.15
JET_PT, JET_ETA, FATJET_PT, FATJET_ETA = 25.0, 2.5, 200.0, 2.0
BOTTOM, CHARM, LIGHT = 5, 4, 0
TAG_PROBABILITY = {BOTTOM: 0.77, CHARM: 0.20, LIGHT: 0.008}
HADRON_PT, HADRON_CONE = 5, 0.3


def reconstruct(particles, i, objects, rng):
    """The tables' rows for event i, or None when it has no isolated electron or muon."""
    index = objects.of(i)
    leptons = _leptons(objects, index)
    if not leptons:
        return None
    rows = {name: np.zeros(slots, dtype) if slots else np.zeros((), dtype)
            for name, (dtype, slots) in TABLES.items()}
    _fill_leptons(rows, objects, index[leptons])
    rest = pseudojets(objects, np.delete(index, leptons))
    rows["event"]["ht"] = _fill_jets(rows["jets"], rest, particles, i, rng)
    _fill_fatjets(rows["fatjets"], rest)
    mx, my = -objects.px[index].sum(), -objects.py[index].sum()
    rows["event"]["met"], rows["event"]["met_phi"] = np.hypot(mx, my), np.arctan2(my, mx)
    return rows


def _leptons(objects, index):
    """Places within `index` of the isolated leptons, hardest first."""
    pt, eta, phi = objects.pt[index], objects.eta[index], objects.phi[index]
    species = np.abs(objects.id[index])
    found = []
    for k in np.flatnonzero(np.isin(species, (ELECTRON, MUON)) & (pt > LEPTON_PT)):
        around = pt[delta_r(eta, phi, eta[k], phi[k]) < ISOLATION_CONE].sum() - pt[k]
        if around < ISOLATION * pt[k]:
            found.append(k)
    return sorted(found, key=lambda k: -pt[k])


def _fill_leptons(rows, objects, leptons):
    for name, code in (("electrons", ELECTRON), ("muons", MUON)):
        chosen = [k for k in leptons if abs(objects.id[k]) == code]
        for row, k in zip(rows[name], chosen):
            row["pt"], row["eta"], row["phi"] = objects.pt[k], objects.eta[k], objects.phi[k]
            row["charge"], row["valid"] = -np.sign(objects.id[k]), True


def _fill_jets(table, rest, particles, i, rng):
    """Fills the small jets with their b-tags; returns the scalar pT sum of all of them."""
    jets, sequence = anti_kt(rest, 0.4, JET_PT) if rest else ([], None)
    jets = [jet for jet in jets if abs(jet.eta()) < JET_ETA]
    if not jets:
        return 0
    hadrons = {quark: _heavy_hadrons(particles, i, quark) for quark in (BOTTOM, CHARM)}
    for row, jet in zip(table, jets):
        flavour = next((quark for quark in (BOTTOM, CHARM) if _is_near(hadrons[quark], jet)), LIGHT)
        _fill_jet(row, jet)
        row["btag"] = rng.random() < TAG_PROBABILITY[flavour]
    return sum(jet.pt() for jet in jets)


def _fill_fatjets(table, rest):
    jets, sequence = anti_kt(rest, 1.0, FATJET_PT) if rest else ([], None)
    for row, jet in zip(table, [jet for jet in jets if abs(jet.eta()) < FATJET_ETA]):
        _fill_jet(row, jet)
        row["tau21"] = tau21(jet)


def _fill_jet(row, jet):
    row["pt"], row["eta"], row["phi"] = jet.pt(), jet.eta(), jet.phi_std()
    row["mass"], row["valid"] = max(jet.m(), 0), True


def _is_near(hadrons, jet):
    return (delta_r(*hadrons, jet.eta(), jet.phi_std()) < HADRON_CONE).any()


def _heavy_hadrons(particles, i, quark):
    """eta and phi of the hadrons of event i that contain this quark and have pT > 5 GeV."""
    event = particles.of(i)
    code = np.abs(particles.id[event])
    hadron = (code > 100) & (code < 100000) & (code // 10 % 10 > 0)
    contains = (code // 100 % 10 == quark) | (code // 1000 % 10 == quark)
    index = np.flatnonzero(hadron & contains) + event.start
    pt, eta, phi = pt_eta_phi(particles.px[index], particles.py[index], particles.pz[index])
    return eta[pt > HADRON_PT], phi[pt > HADRON_PT]
