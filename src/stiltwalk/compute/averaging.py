"""Averaged weights: what a training at a constant rate is judged by, since its last step's are noisy.

In the average after step t that step's weights count ``max(1 / t, 1 - decay)``, and the average before it the
rest: it is the plain mean of all steps so far, until there are ``1 / (1 - decay)`` of them, and then an
exponential one. What the training began with is no part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

Averages = dict[str, Tensor]
"""Parameter → its average; empty where nothing is averaged."""


def averages_of(module: nn.Module, decay: float) -> Averages:
    """Room for the average of every parameter of ``module``, if there is to be one."""
    return {name: p.detach().clone() for name, p in module.named_parameters()} if decay else {}


def share(decay: float, step: int) -> float:
    """How much the weights after ``step`` (from 1) count in the average; all where nothing is averaged."""
    return max(1 / step, 1 - decay)


@torch.no_grad()
def update(averages: Averages, module: nn.Module, newest: float) -> None:
    """Let the parameters of ``module`` count ``newest`` in their averages."""
    if averages:
        torch._foreach_lerp_(list(averages.values()), list(module.parameters()), newest)


@contextmanager
def in_place(averages: Averages, module: nn.Module) -> Iterator[None]:
    """Inside, the parameters of ``module`` are their averages; nothing must be trained there."""
    _swap(averages, module)
    try:
        yield
    finally:
        _swap(averages, module)


@torch.no_grad()
def take_over(averages: Averages, module: nn.Module) -> None:
    """Make the parameters of ``module`` their averages, for good."""
    for name, parameter in module.named_parameters():
        if averages:
            parameter.copy_(averages[name])


def _swap(averages: Averages, module: nn.Module) -> None:
    for name, parameter in module.named_parameters():
        if averages:
            parameter.data, averages[name] = averages[name], parameter.data
