# SPDX-License-Identifier: Apache-2.0
"""Kind dijet: QCD dijets and a W' -> X Y resonance at 13 TeV.

Writes events.h5 in the layout of the LHC Olympics R&D file (Zenodo 6466204): pandas fixed frame "df"
with 700 x (pT, eta, phi), zero padded, then the label. One row in ten is signal.
"""
import os

import numpy as np
import pandas as pd

from .generator import EventStream
from .jets import anti_kt, pseudojets
from .output import write_frame
from .progress import Progress

DEFAULT_N, SMALLEST_N = 2000, 10
OBJECTS, RADIUS, JET_PT, JET_ETA = 700, 1.0, 1200, 2.5
BACKGROUND = ["Beams:eCM = 13000.", "HardQCD:all = on", "PhaseSpace:pTHatMin = 1000."]
SIGNAL = [  # W' of 3.5 TeV, X of 500 GeV to u ubar, Y of 100 GeV to u dbar
    "Beams:eCM = 13000.", "NewGaugeBoson:ffbar2Wprime = on",
    "5000001:new = X void 1 0 0 500. 1. 480. 520. 0.", "5000001:isResonance = on",
    "5000001:oneChannel = 1 1.0 100 2 -2",
    "5000002:new = Y+ Y- 1 3 0 100. 1. 80. 120. 0.", "5000002:isResonance = on",
    "5000002:oneChannel = 1 1.0 100 2 -1",
    "34:m0 = 3500.", "34:mWidth = 35.", "34:doForceWidth = on", "34:mMin = 3000.",
    "34:mMax = 4000.", "34:oneChannel = 1 1.0 100 5000001 5000002"]


def make(folder, n, seed):
    """Writes the file; returns a summary."""
    rng = np.random.default_rng([seed, 2])
    signal, signal_info = _rows(n // 10, True, seed * 10 + 3, rng)
    background, background_info = _rows(n - n // 10, False, seed * 10 + 4, rng)
    rows = np.concatenate([signal, background])[rng.permutation(n)]
    write_frame(pd.DataFrame(rows), os.path.join(folder, "events.h5"), key="df", format="fixed",
                complevel=5)
    return {"signal": signal_info, "background": background_info}


def _rows(n, signal, seed, rng):
    """n rows of 2101 float64 of one class, and how they came about."""
    stream = EventStream(SIGNAL if signal else BACKGROUND, seed, rng)
    progress = Progress("resonance events" if signal else "dijet events", n)
    rows, done, truncated = np.zeros((n, 3 * OBJECTS + 1)), 0, 0
    rows[:, -1] = signal
    for _, i, objects in stream:
        index = objects.of(i)
        jets, _sequence = anti_kt(pseudojets(objects, index), RADIUS, 200.0)
        if not jets or jets[0].pt() <= JET_PT or abs(jets[0].eta()) >= JET_ETA:
            continue
        if len(index) > OBJECTS:  # the hardest stay, in detector order
            index = np.sort(index[np.argsort(-objects.pt[index], kind="stable")][:OBJECTS])
            truncated += 1
        values = np.stack([objects.pt[index], objects.eta[index], objects.phi[index]], 1)
        rows[done, :values.size] = values.astype(np.float32).ravel()
        done += 1
        progress.update(done)
        if done == n:
            break
    return rows, {"generated": stream.generated, "kept": n, "truncated": truncated,
                  "sigma_pb": stream.cross_section()}
