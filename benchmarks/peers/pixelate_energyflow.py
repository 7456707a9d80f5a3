#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""EnergyFlow's pixelate on the jets of the pixelation benchmark.

    pixelate_energyflow.py FILE.h5 [--rows N] [--repeats N]

Its images are centred on a pixel, neither rotated nor flipped; it gets pT, y and phi ready-made.
Prints one JSON line. Needs NumPy 1 beside EnergyFlow 1.4.
"""
import argparse
import json
import statistics
import time

import energyflow
import numpy as np
import ragged_jets
from energyflow.utils import pixelate


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    momenta, offsets = ragged_jets.read(args.file, args.rows)
    pt = np.hypot(momenta[:, 1], momenta[:, 2])
    columns = np.stack([pt, np.arcsinh(momenta[:, 3] / pt),
                        np.arctan2(momenta[:, 2], momenta[:, 1])], axis=1)
    columns[:, 2] -= np.repeat(columns[offsets[:-1], 2], np.diff(offsets))  # it does not unwrap phi
    columns[:, 2] -= 2 * np.pi * np.rint(columns[:, 2] / (2 * np.pi))
    jets = [columns[a:b] for a, b in zip(offsets[:-1], offsets[1:])]
    passes = []
    for _ in range(args.repeats):
        wall, processor = time.perf_counter(), time.process_time()
        for jet in jets:
            pixelate(jet, npix=37, img_width=3.2, nb_chan=1, norm=True)
        passes.append((time.perf_counter() - wall, time.process_time() - processor))
    print(json.dumps({
        "program": "energyflow " + energyflow.__version__, "threads": 1, "jets": len(jets),
        "jets_per_second": len(jets) / statistics.median(p[0] for p in passes),
        "jets_per_cpu_second": len(jets) / min(p[1] for p in passes)}))


if __name__ == "__main__":
    main()
