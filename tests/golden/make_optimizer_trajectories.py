#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden numbers for the optimizers and schedules, computed by Python PyTorch in float64.

Writes optimizer_trajectories.json and schedules.json beside this file:

    python3 tests/golden/make_optimizer_trajectories.py

The problem of optimizer_trajectories.json: two parameter tensors, "w" of shape (3, 4) and "b" of
shape (5,), stored flat in row-major order. At step t = 1..20 the gradients are
`gradients.w[t-1]` and `gradients.b[t-1]`; they are given as numbers and do not depend on the
parameters, so that one wrong step shows in every later value. The gradients hold zeros, a sign
change and values from 1e-4 to 10, where epsilon and the moments matter. `after[t]` holds the
parameters after step t. Every hyperparameter is spelt out in `hyperparameters`, also those left at
their default.

schedules.json: `learning_rate[k]` is the rate used for update k, k = 0, 1, 2 ...; for the
plateau schedule, the rate used in epoch k, before the loss of that epoch is known.
"""

import json
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
STEPS = 20
RECORDED = (1, 2, 5, 20)

ADAM = dict(lr=1e-2, betas=[0.9, 0.999], eps=1e-8, weight_decay=0.0, amsgrad=False)
SGD = dict(lr=1e-2, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False)
RMSPROP = dict(lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False)
ADADELTA = dict(lr=1.0, rho=0.9, eps=1e-6, weight_decay=0.0)

OPTIMIZERS = {
    "adam": (torch.optim.Adam, ADAM),
    "adam_weight_decay": (torch.optim.Adam, ADAM | dict(weight_decay=0.05)),
    "adamw": (torch.optim.AdamW, ADAM | dict(weight_decay=0.05)),
    "adamw_betas": (torch.optim.AdamW, ADAM | dict(betas=[0.8, 0.95], eps=1e-3, weight_decay=0.05)),
    "sgd": (torch.optim.SGD, SGD),
    "sgd_momentum": (torch.optim.SGD, SGD | dict(momentum=0.9)),
    "sgd_nesterov_weight_decay": (
        torch.optim.SGD,
        SGD | dict(momentum=0.9, nesterov=True, weight_decay=0.05),
    ),
    "rmsprop": (torch.optim.RMSprop, RMSPROP),
    "rmsprop_momentum_centered": (torch.optim.RMSprop, RMSPROP | dict(momentum=0.9, centered=True)),
    "adadelta": (torch.optim.Adadelta, ADADELTA),
    "adadelta_weight_decay": (
        torch.optim.Adadelta,
        ADADELTA | dict(lr=0.3, rho=0.95, eps=1e-8, weight_decay=0.05),
    ),
}


def numbers(array):
    """Row-major list of floats; repr keeps all digits of a float64."""
    return [float(x) for x in np.asarray(array).ravel()]


def problem():
    """Start values and gradients, rounded to six digits so that the file shows them exactly."""
    generator = np.random.default_rng(20)
    start = {"w": generator.normal(size=12).round(6), "b": generator.normal(size=5).round(6)}
    gradients = {}
    for name, values in start.items():
        scale = 10.0 ** generator.uniform(-2, 1, size=values.size)
        drift = generator.normal(size=values.size)
        noise = generator.normal(size=(STEPS, values.size))
        gradients[name] = (scale * (drift + noise)).round(6)
    gradients["w"][:, 3] = 0.0  # a parameter that never receives a gradient
    gradients["b"][10:, 1] *= -1.0  # one that turns round half way
    gradients["b"][:, 4] = (gradients["b"][:, 4] * 1e-3).round(8)  # one near Adam's epsilon
    return start, gradients


def trajectory(optimizer_class, hyperparameters, start, gradients):
    shapes = {"w": (3, 4), "b": (5,)}
    parameters = {
        name: torch.nn.Parameter(torch.tensor(values, dtype=torch.float64).reshape(shapes[name]))
        for name, values in start.items()
    }
    optimizer = optimizer_class(list(parameters.values()), foreach=False, **hyperparameters)
    after = {}
    for step in range(1, STEPS + 1):
        for name, parameter in parameters.items():
            gradient = torch.tensor(gradients[name][step - 1], dtype=torch.float64)
            parameter.grad = gradient.reshape(shapes[name])
        optimizer.step()
        if step in RECORDED:
            after[str(step)] = {n: numbers(p.detach().numpy()) for n, p in parameters.items()}
    return {
        "type": optimizer_class.__name__,
        "hyperparameters": hyperparameters,
        "after": after,
    }


def one_parameter(lr):
    parameter = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    parameter.grad = torch.zeros_like(parameter)
    return torch.optim.SGD([parameter], lr=lr)


def rates(optimizer, scheduler, count):
    sequence = []
    for _ in range(count):
        sequence.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return sequence


def step_schedule():
    keys = dict(lr=0.1, step_size=4, gamma=0.5)
    optimizer = one_parameter(keys["lr"])
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, keys["step_size"], keys["gamma"])
    return {"type": "StepLR", **keys, "learning_rate": rates(optimizer, scheduler, 18)}


def exponential_schedule():
    keys = dict(lr=0.1, gamma=0.9)
    optimizer = one_parameter(keys["lr"])
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, keys["gamma"])
    return {"type": "ExponentialLR", **keys, "learning_rate": rates(optimizer, scheduler, 18)}


def cosine_schedule(warmup_steps, total_steps, start_factor, minimum):
    """Linear warm-up from lr * start_factor, then a half cosine down to `minimum`."""
    lr = 0.1
    optimizer = one_parameter(lr)
    names = torch.optim.lr_scheduler
    scheduler = names.CosineAnnealingLR(optimizer, total_steps - warmup_steps, eta_min=minimum)
    if warmup_steps > 0:
        optimizer = one_parameter(lr)
        scheduler = names.SequentialLR(
            optimizer,
            [
                names.LinearLR(optimizer, start_factor, 1.0, total_iters=warmup_steps),
                names.CosineAnnealingLR(optimizer, total_steps - warmup_steps, eta_min=minimum),
            ],
            milestones=[warmup_steps],
        )
    return {
        "type": "LinearLR then CosineAnnealingLR",
        "lr": lr,
        "warmup_steps": warmup_steps,
        "total_steps": total_steps,
        "warmup_start_factor": start_factor,
        "minimum_lr": minimum,
        "definition": "k < warmup_steps: lr * (f + (1 - f) * k / warmup_steps), f = "
        "warmup_start_factor; else minimum_lr + (lr - minimum_lr) * (1 + cos(pi * (k - "
        "warmup_steps) / (total_steps - warmup_steps))) / 2",
        "learning_rate": rates(optimizer, scheduler, total_steps),
    }


def one_cycle_schedule(total_steps, keys):
    optimizer = one_parameter(0.1)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, total_steps=total_steps, anneal_strategy="cos", cycle_momentum=False, **keys
    )
    sequence = []
    for step in range(total_steps):
        sequence.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < total_steps:  # one call more would be refused
            scheduler.step()
    return {
        "type": "OneCycleLR",
        "total_steps": total_steps,
        **keys,
        "definition": "peak = max_lr, first = peak / div_factor, last = first / final_div_factor; "
        "the peak lies at update pct_start * total_steps - 1 (not rounded), the last rate at "
        "update total_steps - 1; a half cosine joins them on each side",
        "learning_rate": sequence,
    }


def plateau_schedule(keys, losses):
    optimizer = one_parameter(keys["lr"])
    options = {key: value for key, value in keys.items() if key != "lr"}
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    sequence = []
    for loss in losses:
        sequence.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(loss)
    return {
        "type": "ReduceLROnPlateau",
        **keys,
        "losses": losses,
        "definition": "a loss improves when it is below best * (1 - threshold) (rel) or best - "
        "threshold (abs); more than `patience` epochs in a row without: rate = max(rate * factor, "
        "min_lr), the count starts anew and stands still for `cooldown` epochs",
        "learning_rate": sequence,
    }


def schedules():
    losses = [1.0, 0.8, 0.7, 0.6999, 0.7, 0.71, 0.72, 0.69, 0.695, 0.7, 0.7, 0.7, 0.7, 0.5, 0.6]
    losses += [0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]
    plateau = dict(lr=0.1, mode="min", factor=0.5, patience=2, threshold=1e-3, cooldown=0)
    plateau["min_lr"] = 0.0
    one_cycle = dict(max_lr=0.1, pct_start=0.3, div_factor=25.0, final_div_factor=1e4)
    uneven = one_cycle | dict(pct_start=0.1, div_factor=10.0)
    return {
        "step": step_schedule(),
        "exponential": exponential_schedule(),
        "cosine": cosine_schedule(0, 20, 1.0, 0.0),
        "cosine_warmup": cosine_schedule(5, 25, 0.1, 0.001),
        "one_cycle": one_cycle_schedule(20, one_cycle),
        "one_cycle_uneven": one_cycle_schedule(33, uneven),
        "plateau_relative": plateau_schedule(plateau | dict(threshold_mode="rel"), losses),
        "plateau_absolute_cooldown": plateau_schedule(
            plateau | dict(threshold_mode="abs", cooldown=2, min_lr=0.02), losses
        ),
    }


def write(name, content):
    """One array of numbers per line."""
    text = json.dumps(content, indent=1)
    lines, depth_open = [], False
    for line in text.split("\n"):
        bare = line.strip()
        number = bare.rstrip(",").lstrip("-")[:1].isdigit()
        closes = bare.startswith("]") and depth_open
        if (number or closes) and lines:
            lines[-1] += (" " if number and not lines[-1].endswith("[") else "") + bare
        else:
            lines.append(line)
        depth_open = number or bare.endswith("[")
    compact = "\n".join(lines) + "\n"
    assert json.loads(compact) == content
    (HERE / name).write_text(compact)


def main():
    start, gradients = problem()
    origin = f"Python PyTorch {torch.__version__.split('+')[0]}, make_optimizer_trajectories.py"
    write(
        "optimizer_trajectories.json",
        {
            "source": origin + ": torch.optim, float64",
            "shapes": {"w": [3, 4], "b": [5]},
            "start": {name: numbers(values) for name, values in start.items()},
            "gradients": {name: [numbers(g) for g in rows] for name, rows in gradients.items()},
            "optimizers": {
                name: trajectory(cls, keys, start, gradients)
                for name, (cls, keys) in OPTIMIZERS.items()
            },
        },
    )
    write(
        "schedules.json",
        {
            "source": origin + ": torch.optim.lr_scheduler",
            "schedules": schedules(),
        },
    )


if __name__ == "__main__":
    main()
