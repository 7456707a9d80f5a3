#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden numbers for models/autoencoder_prelu.cpp, computed by Python PyTorch in float64.

Writes autoencoder_prelu.json beside this file:

    python3 tests/golden/make_autoencoder_prelu.py

The layers are torch.nn.Conv2d, Linear, AvgPool2d, Upsample and PReLU in sequence, built from the
layer list of 1808.08979 with other widths: 2-channel images of 8 x 8 pixels, convolutions of 4 and 3
maps, dense layers of 12, 7, 5 (latent), 7 and 16. PReLU of PyTorch shares slopes per layer or per
channel; a slope per pixel is PReLU per channel on values reshaped to (B, C H W, 1). No array is
stored but the results: element i of the flattened parameter number k (weight, bias, slopes of each
layer in turn) is 0.3 sin(1.7 i + 0.9 k + 0.5), of a bias or slope half of that; pixel i of the
flattened images is sin(0.37 i). "parameters": trainable parameters of the published network.
"""

import json
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).resolve().parent


class PixelSlopes(nn.Module):
    def __init__(self, channels, height, width):
        super().__init__()
        self.slope = nn.PReLU(channels * height * width)

    def forward(self, x):
        return self.slope(x.reshape(len(x), -1, 1)).reshape(x.shape)


def slope(slopes, channels, size=None):
    if slopes == "none":
        return nn.ReLU()
    if slopes == "pixel" and size:
        return PixelSlopes(channels, size, size)
    return nn.PReLU(1 if slopes == "layer" else channels)


class ChannelsLastFlatten(nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1).reshape(len(x), -1)


def network(slopes, channels, pixels, maps, narrow, dense, latent):
    half = pixels // 2

    def conv(i, o, size):
        return [nn.Conv2d(i, o, 3, padding="same"), slope(slopes, o, size)]

    def full(i, o):
        return [nn.Linear(i, o), slope(slopes, o)]

    encoder = nn.Sequential(
        *conv(channels, maps, pixels), *conv(maps, maps, pixels), nn.AvgPool2d(2),
        *conv(maps, maps, half), *conv(maps, narrow, half), *conv(narrow, narrow, half),
        ChannelsLastFlatten(), *full(narrow * half * half, dense[0]), *full(dense[0], dense[1]),
        *full(dense[1], latent))
    decoder = nn.Sequential(
        *full(latent, dense[1]), *full(dense[1], half * half), nn.Unflatten(1, (1, half, half)),
        *conv(1, narrow, half), *conv(narrow, narrow, half), nn.Upsample(scale_factor=2),
        *conv(narrow, narrow, pixels), *conv(narrow, maps, pixels),
        nn.Conv2d(maps, channels, 3, padding="same"))
    return encoder, decoder


def fill(parameters):
    with torch.no_grad():
        for k, p in enumerate(parameters):
            i = torch.arange(p.numel(), dtype=torch.float64)
            value = 0.3 * torch.sin(1.7 * i + 0.9 * k + 0.5)
            p.copy_((value if p.dim() > 1 else 0.5 * value).reshape(p.shape))


def main():
    result = {"torch": torch.__version__, "parameters": {}, "small": {}}
    images = torch.sin(0.37 * torch.arange(2 * 2 * 8 * 8, dtype=torch.float64)).reshape(2, 2, 8, 8)
    for slopes in ("none", "layer", "channel", "pixel"):
        parts = network(slopes, 1, 40, 10, 5, (400, 100), 32)
        result["parameters"][slopes] = sum(p.numel() for part in parts for p in part.parameters())
        encoder, decoder = network(slopes, 2, 8, 4, 3, (12, 7), 5)
        encoder.double(), decoder.double()
        fill([*encoder.parameters(), *decoder.parameters()])
        latent = encoder(images)
        result["small"][slopes] = {
            "latent": latent.flatten().tolist(),
            "reconstruction": decoder(latent).flatten().tolist(),
        }
    (HERE / "autoencoder_prelu.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
