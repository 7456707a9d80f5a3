# SPDX-License-Identifier: Apache-2.0
"""Simulated collider samples: Pythia 8 events, a simple fast detector, FastJet jets, HDF5 files.

generator -> detector -> jets -> one module per kind of sample (toptag, dijet, events) -> output.
Energies and momenta in GeV, angles in radians, cross-sections in pb.
"""
