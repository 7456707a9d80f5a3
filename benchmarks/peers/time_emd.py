#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Peers of the EMD benchmark: Wasserstein's PairwiseEMD and POT's ot.emd2 on the same jets.

    time_emd.py prepare TOP_TAGGING.h5 JETS.h5 --jets 200 --particles 50 [--exactly]
    time_emd.py wasserstein JETS.h5 [--threads 1] [--repeats 3] [--out VALUES]
    time_emd.py pot JETS.h5 [--pairs 2000] [--out VALUES]
    time_emd.py compare JETS.h5 VALUES VALUES
    time_emd.py prepare-events EVENTS.h5 [--events 150] [--objects 12]
    time_emd.py wasserstein-events|pot-events EVENTS.h5 [--pairs 2000] [--out VALUES]

JETS.h5: dataset `jets` (N, P, 3) of pt, y, phi in float64, padded with zeros. VALUES: distances as
raw doubles, condensed. R = 0.8, beta = 1, norm off. Rates are those of the call alone, without reading
files: PairwiseEMD on a list of arrays; ot.emd2 on masses and a cost matrix that are ready (`loop`: with
making them). Events: dataset `events` (N, P, 4) of pt, eta, phi, kind, drawn at random; costs
dR |pT - pT'| ID, ID 2 of different kinds, |dphi| for the missing momentum; one call per pair on masses and
costs that are ready. Each prints one JSON line. Needs numpy 1, h5py, hdf5plugin, wasserstein, POT.
"""
import argparse
import json
import statistics
import time

import h5py
import hdf5plugin  # noqa: F401  registers the blosc filter of the published files
import numpy as np

RADIUS = 0.8
MET = 7


def constituents(row):
    """pt, y, phi of the constituents of a jet, hardest first, about their pT-weighted centroid."""
    energy, px, py, pz = row[row[:, 0] > 0].T
    pt = np.hypot(px, py)
    jet = np.stack([pt, 0.5 * np.log((energy + pz) / (energy - pz)), np.arctan2(py, px)], 1)
    eta = np.arcsinh(pz / pt)
    bad = ~(np.abs(jet[:, 1]) < 10)
    jet[bad, 1] = eta[bad]
    jet = jet[np.argsort(-pt, kind="stable")]
    jet[:, 2] = np.remainder(jet[:, 2] - jet[0, 2] + np.pi, 2 * np.pi) - np.pi
    jet[:, 1:] -= np.average(jet[:, 1:], axis=0, weights=jet[:, 0])
    return jet


def exactly(jets, particles):
    """Jets laid over each other until each has this many particles: the hardest of them."""
    made = []
    for first in range(len(jets)):
        pile, k = jets[first], first
        while len(pile) < particles:
            k += 1
            pile = np.concatenate([pile, jets[k % len(jets)]])
        made.append(pile[np.argsort(-pile[:, 0], kind="stable")][:particles])
    return made


def prepare(args):
    """Writes the leading particles of real jets."""
    with h5py.File(args.file) as file:
        block = file["table/table"][: args.jets]["values_block_0"][:, :800]
    jets = [constituents(row) for row in block.astype(np.float64).reshape(len(block), 200, 4)]
    if args.exactly:
        jets = exactly(jets, args.particles)
    jets = [jet[: args.particles] for jet in jets]
    padded = np.zeros((len(jets), max(map(len, jets)), 3))
    for row, jet in zip(padded, jets):
        row[: len(jet)] = jet
    with h5py.File(args.jets_file, "w") as file:
        file["jets"] = padded
    return {"jets": len(jets), "mean_particles": float(np.mean([len(jet) for jet in jets]))}


def read(path):
    """Arrays (n, 3), one per jet."""
    with h5py.File(path) as file:
        return [np.ascontiguousarray(jet[jet[:, 0] > 0]) for jet in file["jets"][:]]


def wasserstein(args):
    """PairwiseEMD of all jets."""
    import wasserstein as package
    jets = read(args.file)
    times = []
    for repeat in range(args.repeats + 1):
        emd = package.PairwiseEMD(R=RADIUS, beta=1.0, norm=False, num_threads=args.threads, verbose=0,
                                  dtype="float64")
        start = time.perf_counter()
        emd(jets)
        if repeat > 0:  # the first warms up
            times.append(time.perf_counter() - start)
    values = emd.emds()[np.triu_indices(len(jets), 1)]
    return values, {"pairs_per_second": len(values) / statistics.median(times),
                    "version": package.__version__, "threads": args.threads}


def problem(first, second):
    """Masses and costs with a particle at distance R that takes what one jet has more."""
    a, b = first[:, 0], second[:, 0]
    cost = np.hypot(first[:, None, 1] - second[None, :, 1], first[:, None, 2] - second[None, :, 2])
    cost /= RADIUS
    excess, total = a.sum() - b.sum(), max(a.sum(), b.sum())
    if excess > 0:
        b, cost = np.append(b, excess), np.hstack([cost, np.ones((len(a), 1))])
    elif excess < 0:
        a, cost = np.append(a, -excess), np.vstack([cost, np.ones((1, len(b)))])
    return a / total, b / total, np.ascontiguousarray(cost), total


def pot(args):
    """ot.emd2 of the first pairs, one after the other."""
    import ot
    jets = read(args.file)
    rows, columns = np.triu_indices(len(jets), 1)
    pairs = list(zip(rows, columns))[: args.pairs]
    values, inside = [], 0.0
    begin = time.perf_counter()
    for i, j in pairs:
        a, b, cost, total = problem(jets[i], jets[j])
        start = time.perf_counter()
        value = ot.emd2(a, b, cost)
        inside += time.perf_counter() - start
        values.append(value * total)
    whole = time.perf_counter() - begin
    return np.array(values), {"pairs_per_second": len(pairs) / inside,
                              "loop_pairs_per_second": len(pairs) / whole, "version": ot.__version__,
                              "threads": 1}


def prepare_events(args):
    """Writes events with a steep pT spectrum, the last object of each being the missing momentum."""
    rng = np.random.default_rng(1)
    shape = args.events, args.objects
    kinds = rng.choice([0, 0, 0, 1, 3, 4], shape)
    kinds[:, -1] = MET
    columns = [20 + rng.exponential(60, shape), rng.uniform(-2.5, 2.5, shape), rng.uniform(-np.pi, np.pi, shape),
               kinds]
    with h5py.File(args.file, "w") as file:
        file["events"] = np.stack(columns, 2).astype(np.float64)
    return {"events": args.events}


def event_problem(first, second):
    """Masses and costs (2004.09360)."""
    dphi = np.abs(first[:, None, 2] - second[None, :, 2])
    dphi = np.minimum(dphi, 2 * np.pi - dphi)
    met = (first[:, None, 3] == MET) | (second[None, :, 3] == MET)
    deta = np.where(met, 0, first[:, None, 1] - second[None, :, 1])
    cost = np.hypot(deta, dphi) * np.abs(first[:, None, 0] - second[None, :, 0])
    cost *= np.where(first[:, None, 3] == second[None, :, 3], 1.0, 2.0)
    return first[:, 0] / first[:, 0].sum(), second[:, 0] / second[:, 0].sum(), np.ascontiguousarray(cost)


def of_events(args):
    """One call per pair of the first pairs of events."""
    import ot
    import wasserstein as package
    if args.verb == "pot-events":
        solve = ot.emd2
    else:
        solve = package.EMD(R=1.0, beta=1.0, norm=False, dtype="float64")
    with h5py.File(args.file) as file:
        events = file["events"][:]
    problems = [event_problem(events[i], events[j])
                for i, j in list(zip(*np.triu_indices(len(events), 1)))[: args.pairs]]
    times = []
    for _ in range(args.repeats + 1):
        start = time.perf_counter()
        values = [solve(*one) for one in problems]
        times.append(time.perf_counter() - start)
    return np.array(values), {"pairs_per_second": len(problems) / statistics.median(times[1:])}


def compare(args):
    """Largest difference in units of the larger total pT, over the pairs that both have."""
    totals = np.array([jet[:, 0].sum() for jet in read(args.file)])
    rows, columns = np.triu_indices(len(totals), 1)
    first, second = np.fromfile(args.first), np.fromfile(args.second)
    count = min(len(first), len(second))
    unit = np.maximum(totals[rows], totals[columns])[:count]
    return {"pairs": count, "largest": float(np.max(np.abs(first[:count] - second[:count]) / unit))}


def arguments():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("prepare")
    verb.add_argument("file")
    verb.add_argument("jets_file")
    verb.add_argument("--jets", type=int, default=200)
    verb.add_argument("--particles", type=int, default=50)
    verb.add_argument("--exactly", action="store_true", help="as many in every jet")
    verb = verbs.add_parser("prepare-events")
    verb.add_argument("file")
    verb.add_argument("--events", type=int, default=150)
    verb.add_argument("--objects", type=int, default=12)
    for name in ("wasserstein", "pot", "wasserstein-events", "pot-events"):
        verb = verbs.add_parser(name)
        verb.add_argument("file")
        verb.add_argument("--out")
        verb.add_argument("--threads", type=int, default=1)
        verb.add_argument("--repeats", type=int, default=3)
        verb.add_argument("--pairs", type=int, default=2000, help="of POT")
    verb = verbs.add_parser("compare")
    verb.add_argument("file")
    verb.add_argument("first")
    verb.add_argument("second")
    return parser.parse_args()


def main():
    """Prints what the verb says."""
    args = arguments()
    plain = {"prepare": prepare, "compare": compare, "prepare-events": prepare_events}
    if args.verb in plain:
        print(json.dumps(plain[args.verb](args)))
        return
    timed = {"wasserstein": wasserstein, "pot": pot, "wasserstein-events": of_events, "pot-events": of_events}
    values, said = timed[args.verb](args)
    if args.out:
        values.astype(np.float64).tofile(args.out)
    print(json.dumps(said))


if __name__ == "__main__":
    main()
