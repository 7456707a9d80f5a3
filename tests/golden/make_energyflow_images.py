# SPDX-License-Identifier: Apache-2.0
"""Writes energyflow_images.json: jet images of EnergyFlow 1.4.0, for tests/kernels.

    python -m venv venv && venv/bin/pip install energyflow==1.4.0 "numpy<2"
    venv/bin/python tests/golden/make_energyflow_images.py

EnergyFlow snaps the centroid to its pixel grid; jets that are centred on their pT centroid already
are not moved by that, so that both programs bin the same numbers. Its images are [phi, y, channel].
"""
import json
import pathlib

import numpy as np
from energyflow.utils import pixelate

PIXELS, WIDTH, JETS = 33, 0.8, 20


def centred_jet(random):
    n = random.integers(5, 40)
    pt = np.round(random.exponential(20, n) + 0.5, 3)
    eta, phi = np.round(random.normal(0, 0.15, (2, n)), 4)
    return np.stack([pt, eta - np.average(eta, weights=pt), phi - np.average(phi, weights=pt)], 1)


def main():
    random = np.random.default_rng(20261123)
    jets = []
    for _ in range(JETS):
        jet = centred_jet(random)
        image = pixelate(jet, npix=PIXELS, img_width=WIDTH, nb_chan=2, norm=False)
        column, row = np.nonzero(image[:, :, 1])
        jets.append({
            "constituents": jet.round(12).tolist(),
            "pixels": [[int(r), int(c), round(float(image[c, r, 0]), 6), int(image[c, r, 1])]
                       for r, c in zip(row, column)],
        })
    path = pathlib.Path(__file__).with_name("energyflow_images.json")
    path.write_text(json.dumps({"pixels": PIXELS, "width": WIDTH, "jets": jets}) + "\n")


if __name__ == "__main__":
    main()
