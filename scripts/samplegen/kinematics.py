# SPDX-License-Identifier: Apache-2.0
"""Angles and distances in the eta-phi plane."""
import numpy as np


def pt_eta_phi(px, py, pz):
    """Transverse momentum, pseudorapidity, azimuth; along the beam |eta| stays finite (about 20)."""
    pt = np.hypot(px, py)
    floor = 1e-8 + 1e-9 * np.abs(pz)
    return pt, np.arcsinh(pz / np.maximum(pt, floor)), np.arctan2(py, px)


def delta_phi(a, b):
    """Azimuth difference, wrapped into [-pi, pi)."""
    return (a - b + np.pi) % (2 * np.pi) - np.pi


def delta_r(eta1, phi1, eta2, phi2):
    """Distance in the eta-phi plane."""
    return np.hypot(eta1 - eta2, delta_phi(phi1, phi2))
