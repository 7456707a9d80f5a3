# SPDX-License-Identifier: Apache-2.0
"""Pythia 8: settings, seeds, and batches of events as flat arrays."""
import awkward as ak
import numpy as np
import pythia8mc

from .detector import detect

BATCH = 200  # events per call of Pythia; a seed fixes the content of a file only together with it
MB_TO_PB = 1e9
COMMON = ["Print:quiet = on", "Random:setSeed = on", "PartonLevel:MPI = off"]


def make_pythia(settings, seed):
    """A quiet Pythia, initialised with these settings and this seed."""
    pythia = pythia8mc.Pythia("", False)
    for line in COMMON + [f"Random:seed = {seed}"] + settings:
        if not pythia.readString(line):
            raise RuntimeError(f"this version of Pythia does not accept the setting '{line}'")
    if not pythia.init():
        raise RuntimeError("Pythia did not initialise")
    return pythia


def version():
    """Pythia's version number, such as 8.317."""
    return pythia8mc.Pythia("", False).settings.parm("Pythia:versionNumber")


class Particles:
    """Event records of one batch, flat: event `i` is the slice `of(i)` of every array."""

    def __init__(self, pythia, n):
        records = pythia.nextBatch(n).prt
        counts = ak.to_numpy(ak.num(records))
        flat = ak.flatten(records)
        self.n = len(counts)
        self.event = np.repeat(np.arange(self.n), counts)
        self._offsets = np.concatenate([[0], np.cumsum(counts)])
        self.id, self.status, self.daughter1, self.daughter2 = (
            ak.to_numpy(flat[name]) for name in ("id", "status", "daughter1", "daughter2"))
        self.px, self.py, self.pz, self.e = (ak.to_numpy(flat.p[c]) for c in ("px", "py", "pz", "e"))

    def of(self, i):
        """Where event i lies."""
        return slice(self._offsets[i], self._offsets[i + 1])

    def daughters(self, first, last):
        """Range of daughters as Pythia stores it; empty when there is none."""
        return range(first, last + 1) if last >= first > 0 else range(0)


class EventStream:
    """Endless simulated events as (particles, i, detector objects), with counts of what was made."""

    def __init__(self, settings, seed, rng):
        self._pythia = make_pythia(settings, seed)
        self._rng = rng
        self.generated = 0  # whole batches
        self.handed_out = 0

    def __iter__(self):
        while True:
            particles = Particles(self._pythia, BATCH)
            self.generated += particles.n
            objects = detect(particles, self._rng)
            for i in range(particles.n):
                self.handed_out += 1
                yield particles, i, objects

    def cross_section(self):
        """Pythia's estimate so far [pb]."""
        return self._pythia.infoPython().sigmaGen() * MB_TO_PB
