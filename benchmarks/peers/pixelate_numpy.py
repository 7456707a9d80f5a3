#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps of the pixelation kernel in NumPy, as fast as we can write them there.

    pixelate_numpy.py FILE.h5 [--rows N] [--repeats N] [--threads N]

Ragged float32 columns, sums per jet by np.add.reduceat, pixels by one np.bincount per batch, batches
that stay in the cache (sizes are tried first), one batch per thread at a time (NumPy lets go of the
interpreter lock inside most of its loops). Jets come in random order, as in a training. The columns
are contiguous before the measurement, and the constituents of the file are ordered in pT, so that the
hardest is the first; NumPy gets both for free. Prints one JSON line.
"""
import argparse
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import ragged_jets

PIXELS, WIDTH = 37, 3.2


def images(px, py, pz, offsets):
    """(N, 37, 37) float32 images: unwrap phi, centre, rotate, flip, normalise, bin."""
    starts, counts = offsets[:-1], np.diff(offsets)
    jets = len(starts)

    def per_jet(values):
        return np.add.reduceat(values, starts)

    def spread(values):
        return np.repeat(values, counts)

    pt = np.sqrt(px * px + py * py)
    eta = np.arcsinh(pz / pt)
    phi = np.arctan2(py, px)
    phi -= spread(phi[starts])
    phi -= np.float32(2 * np.pi) * np.rint(phi * np.float32(1 / (2 * np.pi)))
    pt /= spread(per_jet(pt))
    eta -= spread(per_jet(pt * eta))
    phi -= spread(per_jet(pt * phi))
    pt_eta, pt_phi = pt * eta, pt * phi
    theta = 0.5 * np.arctan2(2 * per_jet(pt_eta * phi), per_jet(pt_eta * eta - pt_phi * phi))
    cosine, sine = spread(np.cos(theta)), spread(np.sin(theta))
    x, y = eta * cosine + phi * sine, phi * cosine - eta * sine
    x *= spread(np.where(per_jet(np.copysign(pt, x)) < 0, np.float32(-1), np.float32(1)))
    y *= spread(np.where(per_jet(np.copysign(pt, y)) < 0, np.float32(-1), np.float32(1)))
    row = np.floor(x * np.float32(PIXELS / WIDTH) + np.float32(PIXELS / 2)).astype(np.int32)
    column = np.floor(y * np.float32(PIXELS / WIDTH) + np.float32(PIXELS / 2)).astype(np.int32)
    inside = (row >= 0) & (row < PIXELS) & (column >= 0) & (column < PIXELS)
    pixel = np.repeat(np.arange(jets, dtype=np.int32) * PIXELS**2, counts) + row * PIXELS + column
    flat = np.bincount(pixel[inside], weights=pt[inside], minlength=jets * PIXELS**2)
    return flat.astype(np.float32).reshape(jets, PIXELS, PIXELS)


def take(columns, offsets, rows):
    """Columns and offsets of some jets of the store."""
    starts, counts = offsets[rows], offsets[rows + 1] - offsets[rows]
    ends = np.cumsum(counts)
    index = np.arange(ends[-1]) + np.repeat(starts - ends + counts, counts)
    return [c.take(index) for c in columns] + [np.concatenate([[0], ends])]


def seconds_of_pass(pool, work, batches):
    """Wall and processor time of one pass over all batches."""
    wall, processor = time.perf_counter(), time.process_time()
    for _ in pool.map(work, batches):
        pass
    return time.perf_counter() - wall, time.process_time() - processor


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--rows", type=int, default=60000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    momenta, offsets = ragged_jets.read(args.file, args.rows)
    columns = [np.ascontiguousarray(momenta[:, i]) for i in (1, 2, 3)]
    jets = len(offsets) - 1
    order = np.random.default_rng(1).permutation(jets)

    def work(rows):
        images(*take(columns, offsets, rows))

    def batches(size):
        return [order[first:first + size] for first in range(0, jets, size)]

    with ThreadPoolExecutor(args.threads) as pool:
        times = {}
        for size in (64, 128, 256, 512, 1024, 4096):
            part = batches(size)[:jets // size // 4 + 1]
            times[size] = min(seconds_of_pass(pool, work, part)) / sum(map(len, part))
        best = min(times, key=times.get)
        passes = [seconds_of_pass(pool, work, batches(best)) for _ in range(args.repeats)]
    square = sum(float((images(*take(columns, offsets, rows)).astype(np.float64)**2).sum())
                 for rows in batches(best))
    print(json.dumps({
        "program": "numpy " + np.__version__, "threads": args.threads, "jets": jets,
        "batch": best, "sum_of_squares": square,
        "jets_per_second": jets / statistics.median(p[0] for p in passes),
        "jets_per_cpu_second": jets / min(p[1] for p in passes)}))


if __name__ == "__main__":
    main()
