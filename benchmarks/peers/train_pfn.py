#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Peer of the deep-sets benchmark: the published particle flow network in Python PyTorch.

Jets as padded arrays of 100 slots x (z, y, phi), made once and held in memory; Phi on every slot,
empty ones masked out of the sum; 82,458 parameters. Without options it trains as most users write
it: fp32, a DataLoader. --fast uses bf16 autocast, a fused optimizer and batches gathered by index.
Prints one JSON line.

    python3 train_pfn.py train.h5 --rows 20000 --epochs 8 --val val.h5 --threads 2 [--fast]

Input: top-tagging tables as published (`/table/table`). Needs: torch, numpy, h5py, hdf5plugin.
"""

import argparse
import json
import time

import h5py
import hdf5plugin  # noqa: F401  registers the blosc filter of the published files
import numpy as np
import torch
from torch import nn


def features(momenta, slots):
    """(N, slots, 3) of pT fraction, rapidity and phi about the pT-weighted centroid; 0 if empty."""
    momenta = momenta[:, :slots].astype(np.float64)
    energy, px, py, pz = np.moveaxis(momenta, 2, 0)
    real = energy > 0
    pt = np.hypot(px, py)
    transverse = np.sqrt(np.maximum(energy**2 - pz**2, pt**2))
    y = np.arcsinh(pz / np.where(real, transverse, 1))
    phi = np.arctan2(py, px)
    phi = np.remainder(phi - phi[:, :1] + np.pi, 2 * np.pi) - np.pi
    z = pt / pt.sum(1, keepdims=True)
    y -= (z * y).sum(1, keepdims=True)
    phi -= (z * phi).sum(1, keepdims=True)
    return (np.stack([z, y, phi], 2) * real[:, :, None]).astype(np.float32)


def load(path, options):
    """Features and labels of the first rows of a file as tensors."""
    with h5py.File(path) as file:
        block = file["table/table"][: options.rows]
    momenta = block["values_block_0"][:, :800].reshape(-1, 200, 4)
    parts = [features(momenta[k : k + 2000], options.slots) for k in range(0, len(momenta), 2000)]
    labels = block["values_block_1"][:, 1]
    return torch.from_numpy(np.concatenate(parts)), torch.from_numpy(labels.astype(np.int64))


def layers(widths):
    """Linear and ReLU for each pair of widths, He-uniform weights and zero biases."""
    stack = []
    for inside, outside in zip(widths, widths[1:]):
        linear = nn.Linear(inside, outside)
        nn.init.kaiming_uniform_(linear.weight, nonlinearity="relu")
        nn.init.zeros_(linear.bias)
        stack += [linear, nn.ReLU()]
    return stack


class ParticleFlow(nn.Module):
    """F(sum over slots of mask x Phi)."""

    def __init__(self):
        super().__init__()
        self.phi = nn.Sequential(*layers([3, 100, 100, 256]))
        self.f = nn.Sequential(*layers([256, 100, 100, 100, 2])[:-1])

    def forward(self, x):
        mask = (x[:, :, :1] > 0).to(x.dtype)
        return self.f((self.phi(x) * mask).sum(1))


def batches(x, labels, options, generator):
    """One pass over shuffled data; the last partial batch is left out."""
    if not options.fast:
        data = torch.utils.data.TensorDataset(x, labels)
        yield from torch.utils.data.DataLoader(
            data, options.batch_size, shuffle=True, drop_last=True, generator=generator
        )
        return
    order = torch.randperm(len(labels), generator=generator)
    for k in range(0, len(order) - options.batch_size + 1, options.batch_size):
        rows = order[k : k + options.batch_size]
        yield x[rows], labels[rows]


def train(model, x, labels, options):
    """Trains and returns the jets per second of the fastest epoch."""
    steps = options.epochs * (len(labels) // options.batch_size)
    optimizer = torch.optim.AdamW(model.parameters(), options.lr, fused=options.fast)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.lr, total_steps=steps, cycle_momentum=False
    )
    generator = torch.Generator().manual_seed(options.seed)
    rates = []
    for _ in range(options.epochs):
        start, jets = time.perf_counter(), 0
        for batch, wanted in batches(x, labels, options, generator):
            with torch.autocast("cpu", torch.bfloat16, enabled=options.fast):
                loss = nn.functional.cross_entropy(model(batch).float(), wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            jets += len(wanted)
        rates.append(jets / (time.perf_counter() - start))
    return max(rates)


def validation_auc(model, x, labels, options):
    """Mann-Whitney statistic; ties between float32 scores count half."""
    scores = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=options.fast):
        for k in range(0, len(x), 500):
            logits = model(x[k : k + 500]).float()
            scores.append(logits[:, 1] - logits[:, 0])
    values, inverse = np.unique(torch.cat(scores).numpy(), return_inverse=True)
    signal = np.bincount(inverse, labels.numpy() == 1, len(values))
    background = np.bincount(inverse, labels.numpy() == 0, len(values))
    below = np.cumsum(background) - background
    return float((signal * (below + background / 2)).sum() / signal.sum() / background.sum())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("train", help="top-tagging table")
    add("--val", required=True, help="validation table; its AUC is printed")
    add("--rows", type=int, help="rows read from the start of each file; default all")
    add("--slots", type=int, default=100)
    add("--epochs", type=int, default=8)
    add("--batch-size", type=int, default=250)
    add("--lr", type=float, default=3e-3)
    add("--threads", type=int, help="default: PyTorch's own choice")
    add("--fast", action="store_true", help="bf16 autocast, fused optimizer, no DataLoader")
    add("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    if options.threads:
        torch.set_num_threads(options.threads)
    model = ParticleFlow()
    x, labels = load(options.train, options)
    rate = train(model, x, labels, options)
    print(json.dumps({
        "jets_per_second": round(rate, 1),
        "validation_auc": round(validation_auc(model, *load(options.val, options), options), 5),
        "mode": "bf16" if options.fast else "fp32",
        "parameters": sum(p.numel() for p in model.parameters()),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()
