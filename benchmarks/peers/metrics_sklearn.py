#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""AUC, accuracy and 1/eps_B of some taggers with scikit-learn.

    metrics_sklearn.py SCORES.h5 --labels NAME --scores NAME...

Prints one JSON line: per tagger `auc`, `accuracy` and `rejections` (at signal efficiencies 0.3 and
0.5, eps_B interpolated between ROC points), and `seconds` for these figures alone, reading and imports
left out. No errors are computed: scikit-learn has none. Needs: numpy, h5py, scikit-learn.
"""

import argparse
import json
import time

import h5py
import numpy as np
import sklearn
from sklearn.metrics import accuracy_score, roc_auc_score, roc_curve


def figures(labels, scores):
    """What one tagger reaches."""
    background, signal, _ = roc_curve(labels, scores)
    rejections = [1 / np.interp(wanted, signal, background) for wanted in (0.3, 0.5)]
    return {"auc": roc_auc_score(labels, scores), "rejections": rejections,
            "accuracy": accuracy_score(labels, scores > 0.5)}


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--labels", required=True)
    parser.add_argument("--scores", nargs="+", required=True)
    args = parser.parse_args()
    with h5py.File(args.file) as file:
        labels = file[args.labels][:]
        scores = {name: file[name][:] for name in args.scores}
    start = time.perf_counter()
    taggers = {name: figures(labels, values) for name, values in scores.items()}
    print(json.dumps({"program": "scikit-learn " + sklearn.__version__, "rows": len(labels),
                      "seconds": time.perf_counter() - start, "taggers": taggers}))


if __name__ == "__main__":
    main()
