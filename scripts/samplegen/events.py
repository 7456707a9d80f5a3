# SPDX-License-Identifier: Apache-2.0
"""Kind events: reconstructed objects of six processes with at least one lepton, at 13 TeV.

Writes train.h5, val.h5 and test.h5 (60 : 20 : 20) with the compound datasets jets, fatjets,
electrons, muons and event. N counts the selected events of each of zjets, diboson and ttbar; the
other processes get N/2.
"""
import json
import os
import sys

import h5py
import numpy as np

from .event_objects import TABLES, reconstruct
from .generator import EventStream, version
from .output import atomic_path
from .progress import Progress

DEFAULT_N, SMALLEST_N = 6000, 2
LUMINOSITY = 36100.0  # pb^-1
SPLITS = ("train", "val", "test")


def _heavy_quark(code, boson, partner, top_or_bottom):
    """A 1 TeV quark to (W, Z, h) + quark in the ratio 50 : 25 : 25, pair-produced."""
    shape = ["m0 = 1000.", "mWidth = 10.", "doForceWidth = on", "mMin = 900.", "mMax = 1100."]
    return [f"{code}:{line}" for line in shape] + [
        f"{code}:oneChannel = 1 0.50 100 {boson} {partner}",
        f"{code}:addChannel = 1 0.25 100 23 {top_or_bottom}",
        f"{code}:addChannel = 1 0.25 100 25 {top_or_bottom}"]


PROCESSES = {  # name: (settings, share of N); the place in this table is the code in the file
    "zjets": (["WeakBosonAndParton:qqbar2gmZg = on", "WeakBosonAndParton:qg2gmZq = on",
               "PhaseSpace:pTHatMin = 50.", "23:mMin = 66.", "23:mMax = 116.", "23:onMode = off",
               "23:onIfAny = 11 13"], 1.0),
    "diboson": (["WeakDoubleBoson:all = on", "23:mMin = 66.", "23:mMax = 116."], 1.0),
    "ttbar": (["Top:gg2ttbar = on", "Top:qqbar2ttbar = on"], 1.0),
    "tth": (["HiggsSM:gg2Httbar = on", "HiggsSM:qqbar2Httbar = on"], 0.5),
    "vlq_tt": (["FourthTop:gg2tPrimetPrimebar = on", "FourthTop:qqbar2tPrimetPrimebar = on"]
               + _heavy_quark(8, 24, 5, 6), 0.5),
    "vlq_bb": (["FourthBottom:gg2bPrimebPrimebar = on", "FourthBottom:qqbar2bPrimebPrimebar = on"]
               + _heavy_quark(7, -24, 6, 5), 0.5),
}


def make(folder, n, seed):
    """Writes the three files; returns a summary."""
    rng = np.random.default_rng([seed, 3])
    parts, summary = [], {}
    for code, (name, (_, share)) in enumerate(PROCESSES.items()):
        part, summary[name] = _rows(name, int(n * share), code, seed * 10 + 5 + code, rng)
        parts.append(part)
        print(name, json.dumps(summary[name]), file=sys.stderr, flush=True)
    total = sum(len(part["event"]) for part in parts)
    order = rng.permutation(total)
    tables = {name: np.concatenate([part[name] for part in parts])[order] for name in TABLES}
    edges = [0, total * 3 // 5, total * 4 // 5, total]
    for split, name in enumerate(SPLITS):
        part = slice(edges[split], edges[split + 1])
        _write(os.path.join(folder, f"{name}.h5"),
               {table: rows[part] for table, rows in tables.items()},
               _attributes(summary, name, (part.stop - part.start) / total, seed))
    return summary


def _rows(name, n, code, seed, rng):
    """n selected events of one process, and how they came about; weights give the expected yield."""
    stream = EventStream(["Beams:eCM = 13000."] + PROCESSES[name][0], seed, rng)
    progress = Progress(name, n)
    tables = {table: np.zeros((n, slots) if slots else n, dtype)
              for table, (dtype, slots) in TABLES.items()}
    done = 0
    for particles, i, objects in stream:
        event = reconstruct(particles, i, objects, rng)
        if event is None:
            continue
        for table in tables:
            tables[table][done] = event[table]
        done += 1
        progress.update(done)
        if done == n:
            break
    generated, sigma = stream.handed_out, stream.cross_section()
    tables["event"]["weight"] = sigma * LUMINOSITY / generated
    tables["event"]["process"] = code
    return tables, {"generated": generated, "kept": n, "sigma_pb": sigma,
                    "expected_yield": sigma * LUMINOSITY * n / generated}


def _attributes(summary, split, fraction, seed):
    return {
        "process_names": np.array(list(PROCESSES), dtype=h5py.string_dtype()),
        "units": "pt, mass, met, ht in GeV; eta, phi, met_phi in radians or dimensionless; "
                 "weight in events",
        "luminosity_pb": LUMINOSITY,
        "split": split,
        "split_fraction": fraction,
        "cross_section_pb": np.array([summary[name]["sigma_pb"] for name in PROCESSES]),
        "generated": np.array([summary[name]["generated"] for name in PROCESSES]),
        "preselected": np.array([summary[name]["kept"] for name in PROCESSES]),
        "generator": f"Pythia {version():.3f}, pp at 13 TeV, leading order, multiparton "
                     f"interactions off, seed {seed}; simple fast detector; FastJet anti-kT jets",
    }


def _write(path, tables, attributes):
    with atomic_path(path) as temporary:
        with h5py.File(temporary, "w") as file:
            for name, rows in tables.items():
                file.create_dataset(name, data=rows,
                                    chunks=(min(1000, len(rows)),) + rows.shape[1:],
                                    compression="gzip", compression_opts=9, shuffle=True)
            for name, value in attributes.items():
                file.attrs[name] = value
