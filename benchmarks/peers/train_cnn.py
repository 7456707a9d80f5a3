#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Peer of the CNN training benchmark: the published 609,666-parameter CNN in Python PyTorch.

Without options it trains as most users write it: images made once and held in memory, a
DataLoader, fp32, the default memory layout. With --fast the same network runs in bf16 autocast
with channels-last memory and batches gathered by index, which is the best we know in Python on a
CPU. Prints one JSON line.

    python3 train_cnn.py train.h5 --rows 8000 --steps 40 --threads 2
    python3 train_cnn.py train.h5 --fast --epochs 4 --val val.h5 --threads 2

Input: top-tagging tables as published (`/table/table`), or HDF5 files with the datasets `images`
(N, C, H, W) and `labels` (N,). Needs: torch, numpy, h5py, hdf5plugin.
"""

import argparse
import json
import platform
import time

import h5py
import hdf5plugin  # noqa: F401  registers the blosc filter of the published files
import numpy as np
import torch
from torch import nn


def read_table(path, rows):
    """Momenta (N, 200, 4) [GeV; E, px, py, pz], zero padded, and labels (N,)."""
    with h5py.File(path) as file:
        block = file["table/table"][:rows]
    return block["values_block_0"][:, :800].reshape(-1, 200, 4), block["values_block_1"][:, 1]


def pixelate(momenta, pixels, width):
    """Images (N, 1, H, W) of pT fractions: centred, turned to the principal axis, flipped."""
    count = len(momenta)
    real = momenta[:, :, 0] > 0
    jet = np.repeat(np.arange(count), real.sum(1))
    _, px, py, pz = momenta[real].T.astype(np.float64)
    pt = np.hypot(px, py)
    eta, phi = np.arcsinh(pz / pt), np.arctan2(py, px)

    def total(values):
        return np.bincount(jet, values, count)

    first = np.concatenate([[0], np.cumsum(real.sum(1))[:-1]])
    phi = np.remainder(phi - phi[first][jet] + np.pi, 2 * np.pi) - np.pi
    pt /= total(pt)[jet]
    eta -= total(pt * eta)[jet]
    phi -= total(pt * phi)[jet]
    angle = np.arctan2(2 * total(pt * eta * phi), total(pt * (eta**2 - phi**2)))[jet] / 2
    x = eta * np.cos(angle) + phi * np.sin(angle)
    y = phi * np.cos(angle) - eta * np.sin(angle)
    x *= np.where(total(pt * np.sign(x)) < 0, -1, 1)[jet]
    y *= np.where(total(pt * np.sign(y)) < 0, -1, 1)[jet]
    column = np.floor((x / width + 0.5) * pixels).astype(int)
    row = np.floor((y / width + 0.5) * pixels).astype(int)
    inside = (np.minimum(column, row) >= 0) & (np.maximum(column, row) < pixels)
    cell = (jet * pixels + row) * pixels + column
    image = np.bincount(cell[inside], pt[inside], count * pixels**2)
    return image.reshape(count, 1, pixels, pixels).astype(np.float32)


def load(paths, options):
    """All images and labels of the files as tensors."""
    images, labels = [], []
    for path in paths:
        with h5py.File(path) as file:
            ready = "images" in file
            if ready:
                images.append(file["images"][: options.rows])
                labels.append(file["labels"][: options.rows])
        if not ready:
            momenta, label = read_table(path, options.rows)
            labels.append(label)
            images += [
                np.sqrt(pixelate(momenta[k : k + 2000], options.pixels, options.width))
                for k in range(0, len(momenta), 2000)
            ]
    return torch.from_numpy(np.concatenate(images)), torch.from_numpy(np.concatenate(labels)).long()


def network(channels, pixels, dropout):
    """128C4-64C4-MP2-64C4-64C4-MP2-64N-256N-256N-2; the first convolution is valid."""
    flat = 64 * ((pixels - 3) // 2 // 2) ** 2
    dense = [nn.Linear(flat, 64), nn.Linear(64, 256), nn.Linear(256, 256)]
    return nn.Sequential(
        nn.Conv2d(channels, 128, 4),
        nn.ReLU(),
        nn.Conv2d(128, 64, 4, padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 4, padding="same"),
        nn.ReLU(),
        nn.Conv2d(64, 64, 4, padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        *[layer for d in dense for layer in (d, nn.ReLU(), nn.Dropout(dropout))],
        nn.Linear(256, 2),
    )


def channels_last(tensor):
    """A copy in channels-last order. With one channel `contiguous` returns its argument as it is,
    and the whole network would then run in the default order."""
    return tensor.to(memory_format=torch.channels_last, copy=True)


def batches(images, labels, options, generator):
    """One pass over shuffled data; the last partial batch is left out."""
    if not options.fast:
        data = torch.utils.data.TensorDataset(images, labels)
        yield from torch.utils.data.DataLoader(
            data, options.batch_size, shuffle=True, drop_last=True, generator=generator
        )
        return
    order = torch.randperm(len(labels), generator=generator)
    for k in range(0, len(order) - options.batch_size + 1, options.batch_size):
        rows = order[k : k + options.batch_size]
        yield channels_last(images[rows]), labels[rows]


def random_flips(images):
    """Mirrors each image in eta and phi with probability one half."""
    for axis in (2, 3):
        chosen = torch.rand(len(images), 1, 1, 1) < 0.5
        images = torch.where(chosen, images.flip(axis), images)
    return images


def autocast(options):
    return torch.autocast(options.device, torch.bfloat16, enabled=options.fast)


def train(model, images, labels, options):
    """Trains and returns the number of steps and the images per second after the warm-up steps."""
    per_epoch = len(labels) // options.batch_size
    steps = options.steps or options.epochs * per_epoch
    optimizer = torch.optim.AdamW(model.parameters(), options.lr, fused=options.fast)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.lr, total_steps=steps, cycle_momentum=False
    )
    loss_function = nn.CrossEntropyLoss()
    generator = torch.Generator().manual_seed(options.seed)
    done, start = 0, time.perf_counter()
    while done < steps:
        for x, y in batches(images, labels, options, generator):
            if options.flips:
                x = random_flips(x)
            x, y = x.to(options.device), y.to(options.device)
            with autocast(options):
                loss = loss_function(model(x).float(), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            done += 1
            if done in (options.warmup, steps) and options.device == "cuda":
                torch.cuda.synchronize()
            if done == options.warmup:
                start = time.perf_counter()
            if done == steps:
                break
    seconds = time.perf_counter() - start
    return steps, (steps - options.warmup) * options.batch_size / seconds


def area_under_curve(scores, labels):
    """Mann-Whitney statistic, ties count half."""
    values, inverse = np.unique(scores, return_inverse=True)
    signal = np.bincount(inverse, labels == 1, len(values))
    background = np.bincount(inverse, labels == 0, len(values))
    below = np.cumsum(background) - background
    return float((signal * (below + background / 2)).sum() / signal.sum() / background.sum())


def validate(model, images, labels, options):
    """AUC and its standard error (Hanley and McNeil 1982)."""
    model.eval()
    scores = []
    with torch.no_grad(), autocast(options):
        for k in range(0, len(images), 500):
            x = images[k : k + 500].to(options.device)
            logits = model(channels_last(x) if options.fast else x).float()
            scores.append((logits[:, 1] - logits[:, 0]).cpu())
    auc = area_under_curve(torch.cat(scores).numpy(), labels.numpy())
    signal = int(labels.sum())
    background = len(labels) - signal
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (signal - 1) * (q1 - auc**2) + (background - 1) * (q2 - auc**2)
    return auc, (variance / signal / background) ** 0.5


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("files", nargs="+", help="top-tagging tables, or HDF5 with `images` and `labels`")
    add("--val", nargs="*", default=[], help="validation files; their AUC is printed")
    add("--rows", type=int, help="rows read from the start of each file; default all")
    add("--steps", type=int, help="number of updates; default --epochs passes over the data")
    add("--epochs", type=int, default=1)
    add("--warmup", type=int, default=5, help="first updates left out of the rate")
    add("--batch-size", type=int, default=128)
    add("--threads", type=int, help="default: PyTorch's own choice")
    add("--fast", action="store_true", help="bf16 autocast, channels-last, no DataLoader")
    add("--compile", action="store_true", help="torch.compile the network")
    add("--device", default="cpu", choices=["cpu", "cuda"])
    add("--pixels", type=int, default=37)
    add("--width", type=float, default=1.6, help="image width in eta and phi")
    add("--lr", type=float, default=1e-3)
    add("--dropout", type=float, default=0.5)
    add("--flips", action="store_true", help="mirror images at random")
    add("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.steps is not None and options.steps <= options.warmup:
        parser.error("--steps must exceed --warmup")
    return options


def main():
    options = arguments()
    torch.manual_seed(options.seed)
    if options.threads:
        torch.set_num_threads(options.threads)
    images, labels = load(options.files, options)
    model = network(images.shape[1], images.shape[2], options.dropout).to(options.device)
    parameters = sum(p.numel() for p in model.parameters())
    if options.fast:
        for layer in model:
            if isinstance(layer, nn.Conv2d):
                layer.weight.data = channels_last(layer.weight.data)
    runner = torch.compile(model) if options.compile else model
    steps, rate = train(runner, images, labels, options)
    result = {
        "images_per_second": round(rate, 1),
        "mode": "bf16 channels-last" if options.fast else "fp32",
        "compiled": options.compile,
        "device": options.device,
        "batch_size": options.batch_size,
        "steps": steps,
        "training_rows": len(labels),
        "parameters": parameters,
        "threads": torch.get_num_threads(),
    }
    if options.val:
        auc, error = validate(model, *load(options.val, options), options)
        result |= {"validation_auc": round(auc, 5), "validation_auc_error": round(error, 5)}
    result["versions"] = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "h5py": h5py.__version__,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
