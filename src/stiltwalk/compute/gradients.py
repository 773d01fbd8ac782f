"""Gradients of an optimiser step: clipped, of trimmed tables only where they are not zero."""

from __future__ import annotations

import torch
from torch import nn

from stiltwalk.compute.trimmed_table import TrimmedEmbedding


def clip(module: nn.Module, most: float) -> float:
    """Scale the gradients of ``module`` so that their common norm is at most ``most``; returns what it was.

    As torch's ``clip_grad_norm_`` to the bit, but that gradients within the bound are not touched at all, nor
    rows of a trimmed table that have none.
    """
    gradients = {p: p.grad for p in module.parameters() if p.grad is not None}
    norm = float(torch.nn.utils.get_total_norm(list(gradients.values())))
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
