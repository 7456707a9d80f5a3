# SPDX-License-Identifier: Apache-2.0
"""Kind toptag: boosted top jets against quark and gluon jets at 14 TeV.

Writes train.h5, val.h5 and test.h5 (4 : 1 : 2) in the layout of the public top-tagging reference
set (Zenodo 2603256): pandas table "table" with E_i, PX_i, PY_i, PZ_i of 200 zero-padded constituents
in falling pT, the matched top quark's four-momentum, ttv and is_signal_new.
"""
import os

import numpy as np
import pandas as pd

from .generator import EventStream
from .jets import anti_kt, pseudojets
from .kinematics import delta_r, pt_eta_phi
from .output import write_frame
from .progress import Progress

DEFAULT_N, SMALLEST_N = 14000, 3
SPLITS = ("train", "val", "test")
RADIUS, CONSTITUENTS = 0.8, 200
JET_PT, JET_ETA = (550, 650), 2
COLUMNS = [f"{c}_{i}" for i in range(CONSTITUENTS) for c in ("E", "PX", "PY", "PZ")]
TRUTH = ["truthE", "truthPX", "truthPY", "truthPZ"]
WINDOW = ["PhaseSpace:pTHatMin = 450.", "PhaseSpace:pTHatMax = 1000."]
BACKGROUND = ["Beams:eCM = 14000.", "HardQCD:all = on"] + WINDOW
SIGNAL = ["Beams:eCM = 14000.", "Top:gg2ttbar = on", "Top:qqbar2ttbar = on", "24:onMode = off",
          "24:onIfAny = 1 2 3 4 5"] + WINDOW
TOP, W = 6, 24


def make(folder, n, seed):
    """Writes the three files; returns a summary."""
    rng = np.random.default_rng([seed, 1])
    signal, signal_info = _rows(n // 2, True, seed * 10 + 1, rng)
    background, background_info = _rows(n - n // 2, False, seed * 10 + 2, rng)
    rows = np.concatenate([signal, background])
    labels = np.repeat(np.array([1, 0]), [len(signal), len(background)])
    order = rng.permutation(n)
    rows, labels = rows[order], labels[order]
    summary = {"signal": signal_info, "background": background_info}
    edges = [0, n * 4 // 7, n * 5 // 7, n]
    for split, name in enumerate(SPLITS):
        part = slice(edges[split], edges[split + 1])
        frame = pd.DataFrame(rows[part], columns=COLUMNS + TRUTH)
        frame["ttv"] = np.int64(split)
        frame["is_signal_new"] = labels[part].astype(np.int64)
        write_frame(frame, os.path.join(folder, f"{name}.h5"), key="table", format="table",
                    complevel=9)
        summary[name] = {"rows": len(frame), "signal": int(labels[part].sum())}
    return summary


def _rows(n, signal, seed, rng):
    """n rows of 804 float32 of one class, and how they came about."""
    stream = EventStream(SIGNAL if signal else BACKGROUND, seed, rng)
    progress = Progress("top jets" if signal else "quark and gluon jets", n)
    rows, done, in_window = np.zeros((n, len(COLUMNS) + len(TRUTH)), np.float32), 0, 0
    for particles, i, objects in stream:
        jet, sequence = _leading_jet(objects, i)
        if jet is None:
            continue
        in_window += 1
        if signal:
            top = _matched_top(particles, i, jet)
            if top is None:
                continue
            rows[done, len(COLUMNS):] = [getattr(particles, c)[top] for c in ("e", "px", "py", "pz")]
        momenta = _constituents(objects, jet)
        rows[done, :momenta.size] = momenta
        done += 1
        progress.update(done)
        if done == n:
            break
    return rows, {"generated": stream.generated, "in_window": in_window, "kept": n,
                  "sigma_pb": stream.cross_section()}


def _leading_jet(objects, i):
    """The hardest jet when it lies in the pT and eta window, else None; and its sequence."""
    jets, sequence = anti_kt(pseudojets(objects, objects.of(i)), RADIUS, 300.0)
    if not jets or not JET_PT[0] <= jets[0].pt() <= JET_PT[1] or abs(jets[0].eta()) >= JET_ETA:
        return None, sequence
    return jets[0], sequence


def _constituents(objects, jet):
    """(E, px, py, pz) of the hardest constituents, in falling pT, as one flat row."""
    index = np.array([p.user_index() for p in jet.constituents()])
    index = index[np.argsort(-objects.pt[index], kind="stable")][:CONSTITUENTS]
    return np.stack([getattr(objects, c)[index] for c in ("e", "px", "py", "pz")], 1).ravel()


def _matched_top(particles, i, jet):
    """The last top quark of event i that lies in the jet with its three decay quarks, or None."""
    matched = None
    for top, quarks in _hadronic_tops(particles, i):
        index = np.array([top] + quarks)
        _, eta, phi = pt_eta_phi(particles.px[index], particles.py[index], particles.pz[index])
        if (delta_r(eta, phi, jet.eta(), jet.phi_std()) < RADIUS).all():
            matched = top
    return matched


def _hadronic_tops(particles, i):
    """(top, its three quarks) for every top quark of event i with t -> W q, W -> q q'."""
    event = particles.of(i)
    ids = particles.id[event]
    first, last = particles.daughter1[event], particles.daughter2[event]
    tops = []
    for top in np.flatnonzero(np.abs(ids) == TOP):
        decay = particles.daughters(first[top], last[top])
        bosons = [k for k in decay if abs(ids[k]) == W]
        quark = [k for k in decay if abs(ids[k]) in (1, 3, 5)]
        if len(bosons) != 1 or len(quark) != 1:
            continue
        pair = [k for k in _final_decay(particles, ids, first, last, bosons[0])
                if 1 <= abs(ids[k]) <= 5]
        if len(pair) == 2:
            tops.append((event.start + top, [event.start + k for k in quark + pair]))
    return tops


def _final_decay(particles, ids, first, last, k):
    """Daughters of particle k, after the copies of itself that it leaves in the record."""
    while True:
        decay = list(particles.daughters(first[k], last[k])) or [first[k]]
        copies = [x for x in decay if ids[x] == ids[k]]
        if not copies:
            return decay
        k = copies[0]
