"""A trimmed embedding table: some rows of a table, and a gradient that is kept from step to step.

A step touches a thousand of its tens of thousands of rows. Torch would make a gradient of zeros anew for all
of them, and measure and clip it whole; here one buffer is written, measured, clipped and cleared at the
touched rows alone.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class TrimmedEmbedding(nn.Module):
    """Some rows of an embedding table, looked up by the ids that the whole table is looked up by.

    Attributes:
        ids: ``(rows,)`` of the rows, ascending.
        weight: ``(rows, width)`` the rows.
        places: ``(vocabulary,)`` the place of each id among them; -1, which no look-up survives, where it
            has none.
    """

    ids: Tensor
    places: Tensor

    def __init__(self, whole: nn.Embedding, ids: Tensor) -> None:
        super().__init__()
        device = whole.weight.device
        places = torch.full((whole.num_embeddings,), -1)
        places[ids] = torch.arange(len(ids))
        self.register_buffer("ids", ids.to(device), persistent=False)
        self.register_buffer("places", places.to(device), persistent=False)
        self.weight = nn.Parameter(whole.weight.detach()[self.ids])
        padding = -1 if whole.padding_idx is None else int(places[whole.padding_idx])
        self.padding_idx = None if padding < 0 else padding
        self._buffer: Tensor | None = None
        self._touched: list[Tensor] = []

    def forward(self, ids: Tensor) -> Tensor:
        """``(...,)`` ids of the whole table → ``(..., width)``."""
        found: Tensor = _LookUp.apply(self.weight, self.places[ids], self)  # type: ignore[no-untyped-call]
        return found

    def learn(self, places: Tensor, gradient: Tensor) -> None:
        """Add to the weight's gradient ``(..., width)``: that of what was found at ``(...,)`` places."""
        kept = self.gradient()
        rows, where = torch.unique(places, return_inverse=True)
        own = torch.ops.aten.embedding_dense_backward(gradient, where, len(rows), -1, False)
        if self.padding_idx is not None:
            own.masked_fill_((rows == self.padding_idx)[:, None], 0)
        kept.index_copy_(0, rows, kept.index_select(0, rows) + own)
        self._touched.append(rows)

    def touched(self) -> Tensor:
        """``(touched,)`` places of the rows that have learnt since the gradient was last dropped."""
        if not self._touched:
            return torch.empty(0, dtype=torch.int64, device=self.weight.device)
        found: Tensor = torch.unique(torch.cat(self._touched))
        return found

    def gradient(self) -> Tensor:
        """The weight's gradient, which it has from now on: zeros, if it had none."""
        found: Tensor | None = self.weight.grad
        if found is None:
            found = self.weight.grad = self._cleared()
        return found

    def learnt_elsewhere(self, rows: Tensor) -> None:
        """Say that the ``(rows,)`` may have a gradient by now: other processes' was added."""
        self._touched.append(rows)

    def _cleared(self) -> Tensor:
        """Zeros in the shape of the weight, by clearing the rows that were touched last."""
        if self._buffer is None:
            self._buffer = torch.zeros_like(self.weight)
        for rows in self._touched:
            self._buffer.index_fill_(0, rows, 0)
        self._touched = []
        return self._buffer


class _LookUp(torch.autograd.Function):
    """Looks rows up; their gradient goes to the table itself, and autograd sees none."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, places: Tensor, table: TrimmedEmbedding) -> Tensor:
        """``(..., width)`` at ``(...,)`` places."""
        ctx.places, ctx.table = places, table
        return functional.embedding(places, weight)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, None, None]:
        """Hand the gradient to the table."""
        ctx.table.learn(ctx.places, gradients[0])
        return None, None, None
