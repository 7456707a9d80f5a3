# SPDX-License-Identifier: Apache-2.0
"""A fast detector with perfect particle flow: stable particles in, massless objects out."""
from dataclasses import dataclass

import numpy as np

from .kinematics import pt_eta_phi

TRACK_ETA, CALORIMETER_ETA, PT_MIN = 2.5, 4.9, 0.5
PHOTON_CELL, HADRON_CELL = 0.025, 0.1
PHOTON_RESOLUTION, HADRON_RESOLUTION = 0.10, 0.50  # sigma(E)/E = resolution / sqrt(E/GeV)
TRACK, PHOTON, NEUTRAL = 0, 1, 2  # kinds of object, in output order
ELECTRON, MUON, GAMMA = 11, 13, 22
NEUTRINOS = (12, 14, 16)
CHARGED = (ELECTRON, MUON, 211, 321, 2212, 3112, 3222, 3312, 3334)


@dataclass
class Objects:
    """Detector objects of a batch, ordered by event, then kind. `id` is 0 for calorimeter objects."""

    event: np.ndarray
    pt: np.ndarray
    eta: np.ndarray
    phi: np.ndarray
    kind: np.ndarray
    id: np.ndarray

    def complete(self, events):
        """Adds Cartesian momenta and the offsets of the events."""
        self.px, self.py = self.pt * np.cos(self.phi), self.pt * np.sin(self.phi)
        self.pz, self.e = self.pt * np.sinh(self.eta), self.pt * np.cosh(self.eta)
        self._offsets = np.searchsorted(self.event, np.arange(events + 1))
        return self

    def of(self, i):
        """Indices of the objects of event i."""
        return np.arange(self._offsets[i], self._offsets[i + 1])


def detect(particles, rng):
    """Turns the stable particles of a batch into detector objects above pT = 0.5 GeV.

    Tracks: charged particles within |eta| < 2.5; exact angles, pT smeared by 1 % (+) 1e-4 pT/GeV.
    Photons: cells of 0.025 within |eta| < 2.5 and 0.1 beyond, 10 %/sqrt(E). Neutral hadrons: cells
    of 0.1, 50 %/sqrt(E). Electrons and charged hadrons at 2.5 < |eta| < 4.9 go to the cells.
    Neutrinos are lost, and muons beyond |eta| = 2.5.
    """
    keep = np.flatnonzero(particles.status > 0)
    keep = keep[~np.isin(np.abs(particles.id[keep]), NEUTRINOS)]
    event, pid, energy = particles.event[keep], particles.id[keep], particles.e[keep]
    pt, eta, phi = pt_eta_phi(particles.px[keep], particles.py[keep], particles.pz[keep])

    species, central = np.abs(pid), np.abs(eta) < TRACK_ETA
    charged = np.isin(species, CHARGED)
    in_cells = (np.abs(eta) < CALORIMETER_ETA) & (species != MUON) & ~(charged & central)
    photon_like = in_cells & np.isin(species, (ELECTRON, GAMMA))
    hadron_like = in_cells & ~photon_like

    # The order of the parts fixes the order in which random numbers are drawn.
    seen = np.flatnonzero(charged & central & (pt > PT_MIN))
    parts = [_tracks(event[seen], pt[seen], eta[seen], phi[seen], pid[seen], rng)]
    for chosen, size, resolution, kind in (
            (photon_like & central, PHOTON_CELL, PHOTON_RESOLUTION, PHOTON),
            (photon_like & ~central, HADRON_CELL, PHOTON_RESOLUTION, PHOTON),
            (hadron_like, HADRON_CELL, HADRON_RESOLUTION, NEUTRAL)):
        parts.append(_cells(event[chosen], eta[chosen], phi[chosen], energy[chosen], size,
                            resolution, kind, rng))
    return _assemble(parts, particles.n)


def _tracks(event, pt, eta, phi, pid, rng):
    smear = 1 + np.hypot(0.01, 1e-4 * pt) * rng.standard_normal(len(pt))
    return event, pt * np.maximum(smear, 0), eta, phi, np.full(len(pt), TRACK), pid


def _cells(event, eta, phi, energy, size, resolution, kind, rng):
    """Sums energies per cell, smears each sum and places it at random inside its cell."""
    edge = CALORIMETER_ETA + 1
    columns = int(round(2 * np.pi / size))
    width = 2 * np.pi / columns
    rows = int(np.ceil(2 * edge / size))
    row = np.floor((eta + edge) / size).astype(np.int64)
    column = np.floor((phi + np.pi) / width).astype(np.int64) % columns
    key, inverse = np.unique((event.astype(np.int64) * rows + row) * columns + column,
                             return_inverse=True)
    total = np.bincount(inverse, weights=energy, minlength=len(key))
    total = total + resolution * np.sqrt(total) * rng.standard_normal(len(key))
    cell_eta = (key // columns % rows + rng.random(len(key))) * size - edge
    cell_phi = (key % columns + rng.random(len(key))) * width - np.pi
    pt = np.maximum(total, 0) / np.cosh(cell_eta)
    return (key // (rows * columns), pt, cell_eta, cell_phi, np.full(len(key), kind),
            np.zeros(len(key), int))


def _assemble(parts, events):
    columns = [np.concatenate(column) for column in zip(*parts)]
    event, pt, kind = columns[0], columns[1], columns[4]
    kept = np.flatnonzero(pt > PT_MIN)
    order = kept[np.lexsort((kind[kept], event[kept]))]
    return Objects(*(column[order] for column in columns)).complete(events)
