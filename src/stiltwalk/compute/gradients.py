"""Gradients of an optimiser step: clipped, or put aside; of trimmed tables only where they are not zero."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from stiltwalk.compute.sharding import whole
from stiltwalk.compute.trimmed_table import TrimmedEmbedding


class Aside(NamedTuple):
    """Gradients that were taken from a module.

    Attributes:
        whole: parameters and their gradients.
        rows: trimmed tables, their rows that have learnt, and those rows' gradients.
    """

    whole: list[tuple[nn.Parameter, Tensor]]
    rows: list[tuple[TrimmedEmbedding, Tensor, Tensor]]


def trained(module: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """The parameters of ``module`` that training changes, by name, each once: all that are not frozen."""
    return ((name, p) for name, p in module.named_parameters() if p.requires_grad)


def norm(module: nn.Module) -> float:
    """The common norm of all gradients of ``module``."""
    return _norm([p.grad for p in module.parameters() if p.grad is not None])


def take(module: nn.Module) -> Aside:
    """Take the gradients of ``module`` away: it has none afterwards."""
    rows = []
    for table in tables(module):
        places = table.touched()
        rows.append((table, places, table.gradient().index_select(0, places)))
        table.weight.grad = None
    whole = [(p, p.grad) for p in module.parameters() if p.grad is not None]
    for parameter, _ in whole:
        parameter.grad = None
    return Aside(whole, rows)


def give_back(aside: Aside) -> None:
    """Add gradients to those that their parameters have by now."""
    for parameter, gradient in aside.whole:
        parameter.grad = gradient if parameter.grad is None else parameter.grad.add_(gradient)
    for table, places, values in aside.rows:
        kept = table.gradient()
        kept.index_copy_(0, places, kept.index_select(0, places) + values)
        table.learnt_elsewhere(places)


def clip(module: nn.Module, most: float) -> float:
    """Scale the gradients of ``module`` so that their common norm is at most ``most``; returns what it was.

    As torch's ``clip_grad_norm_`` to the bit, but that gradients within the bound are not touched at all, nor
    rows of a trimmed table that have none.
    """
    gradients = {p: p.grad for p in module.parameters() if p.grad is not None}
    norm = _norm(list(gradients.values()))
    scale = most / (norm + 1e-6)  # torch's guard against a norm of zero
    if scale < 1:
        for table in tables(module):
            rows, gradient = table.touched(), gradients.pop(table.weight)
            gradient.index_copy_(0, rows, gradient.index_select(0, rows) * scale)
        torch._foreach_mul_(list(gradients.values()), scale)
    return norm


def tables(module: nn.Module) -> list[TrimmedEmbedding]:
    """The trimmed tables in ``module`` that have a gradient."""
    return [
        each
        for each in module.modules()
        if isinstance(each, TrimmedEmbedding) and each.weight.grad is not None
    ]


def _norm(gradients: list[Tensor]) -> float:
    """Of all of them in common; of those that are cut over ranks that of all their pieces."""
    return float(whole(torch.nn.utils.get_total_norm(gradients)))
