# SPDX-License-Identifier: Apache-2.0
"""Jet clustering with FastJet."""
import fastjet
import numpy as np

from .kinematics import delta_r


def pseudojets(objects, index):
    """PseudoJets of the chosen detector objects; user_index is the place in the object arrays."""
    momenta = (getattr(objects, c)[index].tolist() for c in ("px", "py", "pz", "e"))
    jets = []
    for i, px, py, pz, e in zip(index.tolist(), *momenta):
        jet = fastjet.PseudoJet(px, py, pz, e)
        jet.set_user_index(i)
        jets.append(jet)
    return jets


def anti_kt(particles, radius, pt_min):
    """Anti-kT jets above pt_min, hardest first, and the sequence that must live as long as they."""
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, radius)
    sequence = fastjet.ClusterSequence(particles, definition)
    return list(fastjet.sorted_by_pt(sequence.inclusive_jets(pt_min))), sequence


def tau21(jet, radius=1.0):
    """N-subjettiness ratio (1011.2268), beta = 1, exclusive-kT axes; 0 below three constituents."""
    parts = list(jet.constituents())
    if len(parts) < 3:
        return 0.0
    definition = fastjet.JetDefinition(fastjet.kt_algorithm, radius)
    sequence = fastjet.ClusterSequence(parts, definition)
    pt, y, phi = (np.array(x) for x in zip(*((p.pt(), p.rap(), p.phi()) for p in parts)))
    tau = []
    for axes in (sequence.exclusive_jets(1), sequence.exclusive_jets(2)):
        nearest = np.min([delta_r(y, phi, a.rap(), a.phi()) for a in axes], 0)
        tau.append((pt * nearest).sum())
    return tau[1] / tau[0] if tau[0] > 0 else 0.0
