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

from stiltwalk.compute.gradients import trained
from stiltwalk.compute.sharding import is_sharded, local

Averages = dict[str, Tensor]
"""Parameter → its average, or of one that is cut over ranks this rank's piece; empty: nothing is averaged."""


def averages_of(module: nn.Module, decay: float) -> Averages:
    """Room for the average of every parameter of ``module`` that is trained, if there is to be one."""
    return {name: local(p).clone() for name, p in trained(module)} if decay else {}


def share(decay: float, step: int) -> float:
    """How much the weights after ``step`` (from 1) count in the average; all where nothing is averaged."""
    return max(1 / step, 1 - decay)


@torch.no_grad()
def update(averages: Averages, module: nn.Module, newest: float) -> None:
    """Let the parameters of ``module`` count ``newest`` in their averages."""
    if averages:
        torch._foreach_lerp_(list(averages.values()), [local(p) for _, p in trained(module)], newest)


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
    for name, parameter in trained(module):
        if averages:
            local(parameter).copy_(averages[name])


def _swap(averages: Averages, module: nn.Module) -> None:
    if not averages:
        return
    in_pieces = is_sharded(module)
    for name, parameter in trained(module):
        if in_pieces:  # a piece must stay where it lies
            piece = local(parameter)
            before = piece.clone()
            piece.copy_(averages[name])
            averages[name].copy_(before)
        else:
            parameter.data, averages[name] = averages[name], parameter.data
