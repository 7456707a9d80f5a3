#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Peer of the event network's benchmark: the same dense network in Python PyTorch, fp32, Adam.

    train_dnn.py --features F --classes C --batch-size N [--loader] [--rows N] [--steps N] [--threads N]

The features are made beforehand (random numbers; their values do not matter for the rate) and lie in
memory. Without options a loop gathers batches by index from two tensors; with --loader a DataLoader
over a TensorDataset does, as most users write it. Prints one JSON line. Needs torch.
"""
import argparse
import json
import time

import torch
from torch import nn


def batches_forever(options, features, labels):
    """Shuffled batches, epoch after epoch."""
    if options.loader:
        loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(features, labels),
                                             batch_size=options.batch_size, shuffle=True,
                                             drop_last=True)
        while True:
            yield from loader
    while True:
        order = torch.randperm(len(features))
        for first in range(0, len(order) - options.batch_size + 1, options.batch_size):
            rows = order[first:first + options.batch_size]
            yield features[rows], labels[rows]


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--features", type=int, required=True)
    parser.add_argument("--classes", type=int, required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--loader", action="store_true")
    parser.add_argument("--rows", type=int, default=16200)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    features = torch.randn(options.rows, options.features)
    labels = torch.randint(options.classes, (options.rows,))
    sizes = [options.features, 128, 128, 128]
    layers = [layer for a, b in zip(sizes, sizes[1:]) for layer in (nn.Linear(a, b), nn.ReLU())]
    network = nn.Sequential(*layers, nn.Linear(128, options.classes))
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    loss_of = nn.CrossEntropyLoss()
    batches = batches_forever(options, features, labels)

    def steps(count):
        for _ in range(count):
            x, y = next(batches)
            optimizer.zero_grad()
            loss_of(network(x), y).backward()
            optimizer.step()

    steps(30)
    start = time.perf_counter()
    steps(options.steps)
    seconds = time.perf_counter() - start
    print(json.dumps({"program": "torch " + torch.__version__, "loader": options.loader,
                      "parameters": sum(p.numel() for p in network.parameters()),
                      "rows_per_second": options.steps * options.batch_size / seconds}))


if __name__ == "__main__":
    main()
