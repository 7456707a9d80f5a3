#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes simulated collider samples of any size with Pythia 8, a fast detector and FastJet.

kinds (files are written to OUT/<kind>/):
  toptag   {train,val,test}.h5: top jets against quark and gluon jets at 14 TeV, in the layout of
           the public top-tagging reference set. N: rows in all, split 4:1:2 (default 14000).
  dijet    events.h5: QCD dijets and a W' -> X Y resonance at 13 TeV, in the layout of the LHC
           Olympics R&D file. N: rows in all, one in ten of them signal (default 2000).
  events   {train,val,test}.h5: reconstructed objects of six processes at 13 TeV. N: selected events
           of each of zjets, diboson and ttbar, half as many of the others, split 60:20:20
           (default 6000).

One seed fixes all: Pythia's random numbers, the detector's smearing, the tagging, the row order.
A JSON summary (events generated and kept, cross-sections, seconds) goes to stdout, progress to
stderr. datasets/samples/top_tagging was made with: OUT --kind toptag --n 14000 --seed 20
"""
import argparse
import importlib
import importlib.util
import json
import os
import sys
import time

PACKAGES = ("pythia8mc", "fastjet", "awkward", "numpy", "pandas", "tables", "h5py")
KINDS = ("toptag", "dijet", "events")
LARGEST_SEED = 80_000_000  # Pythia takes seeds up to 900,000,000, and one of ours stands for ten


class Refused(Exception):
    """A mistake on the command line or a missing package; one line, exit code 2."""


def parse(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", metavar="OUT", help="folder to write below")
    parser.add_argument("--kind", required=True, choices=KINDS)
    parser.add_argument("--n", type=int, metavar="N", help="size, see above")
    parser.add_argument("--seed", type=int, default=20, metavar="S", help="default 20")
    return parser.parse_args(arguments)


def load(kind):
    """The module of a kind of sample, once the packages that it needs are known to be there."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        names = " ".join(missing)
        raise Refused(f"Python packages are missing ({names}). Install them, for example with "
                      f"python3 -m pip install {names} in a virtual environment.")
    return importlib.import_module(f"samplegen.{kind}")


def generate(options):
    """Makes one sample; returns its summary."""
    if not 0 <= options.seed <= LARGEST_SEED:
        raise Refused(f"--seed: {options.seed} is out of range (must be between 0 and "
                      f"{LARGEST_SEED}).")
    module = load(options.kind)
    n = module.DEFAULT_N if options.n is None else options.n
    if n < module.SMALLEST_N:
        raise Refused(f"--n: {n} is too small for {options.kind} (must be at least "
                      f"{module.SMALLEST_N}, so that no file is empty).")
    folder = os.path.join(options.out, options.kind)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise Refused(f"{folder}: cannot be made a folder ({error.strerror}).") from error
    start = time.monotonic()
    summary = module.make(folder, n, options.seed)
    summary["seconds"] = round(time.monotonic() - start, 1)
    return summary


def keep_stdout_for_the_summary():
    """Sends what libraries print to stdout (FastJet's request to be cited) to stderr from now on."""
    sys.stdout = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)


def main(arguments=None):
    """Runs the command; returns the exit code (those of jetsmith itself)."""
    keep_stdout_for_the_summary()
    try:
        print(json.dumps(generate(parse(arguments)), indent=1))
        return 0
    except Refused as error:
        return complain(error, 2)
    except (OSError, MemoryError, RuntimeError) as error:
        return complain(f"could not go on ({reason(error)}). Finished files were kept.", 4)
    except KeyboardInterrupt:
        return complain("stopped. Finished files were kept.", 130)


def reason(error):
    """What went wrong, without the page of back trace that HDF5 prints around it."""
    text = str(error).strip()
    if "No space left on device" in text:
        return "no space left on device"
    return text.splitlines()[-1] if text else type(error).__name__


def complain(sentence, code):
    """Says why it ends, in one line; returns the exit code."""
    print(f"generate_samples: {sentence}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
