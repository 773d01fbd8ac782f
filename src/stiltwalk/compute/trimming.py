"""Trimmed training: of the embedding table only the rows that the training data touches are trained.

AdamW leaves a row without gradient as it is, but for its weight decay, which is the same factor for all of
them. So the table is replaced by its touched rows for as long as training lasts: the same steps, without
gradient, moments and update of a quarter of a million rows. Nothing else changes: ids stay the tokenizer's,
and rows keep their order. The gradient's norm is the same number, summed in another order.

Not where masked LM is mixed in: its loss touches every row; nor beyond ``LARGEST_TRIMMED`` parameters, where
it does not pay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import mul
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from stiltwalk.compute import averaging, flat, loop
from stiltwalk.compute.rows import Rows, after, keep_table, untouched
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.trimmed_table import TrimmedEmbedding
from stiltwalk.plan.memory import LARGEST_TRIMMED
from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import read_json, write_json
from stiltwalk.store.store import Store

MOST_ROWS = 0.7
"""A table of which a larger share is touched is trained and kept whole: there is little to be gained."""

_NOTE = "rows.json"


def touched(items: Iterable[Item], specials: Sequence[int], vocabulary: int) -> NDArray[np.int64]:
    """Every id in ``items``, and the ``specials`` below ``vocabulary``, ascending."""
    seen = np.zeros(vocabulary, dtype=np.bool_)
    # a tokenizer may have more of them than its encoder has rows
    seen[[special for special in specials if special < vocabulary]] = True
    for item in items:
        for sequence in item.sequences:
            seen[sequence.ids] = True
    return np.flatnonzero(seen)


def trimmable(encoder: nn.Module) -> nn.Embedding | None:
    """The encoder's embedding table; ``None`` where a part of it would not do the same.

    That is a table of another class, which may do more than look up, one with a norm or a count that all rows
    share, and one that the encoder uses elsewhere too.
    """
    model: Any = encoder
    table = model.get_input_embeddings()
    plain = type(table) is nn.Embedding and table.max_norm is None and not table.scale_grad_by_freq
    if not plain:
        return None
    model.set_input_embeddings(nn.Identity())  # in T5 in two places
    elsewhere = any(p is table.weight for p in model.parameters())
    model.set_input_embeddings(table)
    return None if elsewhere else table


class Trimmed(NamedTuple):
    """A table that is trained in part.

    Attributes:
        table: the part.
        before: what the whole was when training began.
    """

    table: TrimmedEmbedding
    before: Rows

    def rows(self, decayed: float) -> Rows:
        """What the whole is now, if training multiplied all other rows by ``decayed``."""
        return after(self.before, self.table.ids.cpu(), self.table.weight.detach().cpu(), decayed)


def trim(
    encoder: nn.Module, ids: NDArray[np.int64], store: Store, parent: str, before: Rows | None = None
) -> Trimmed | None:
    """Put the rows ``ids`` of the embedding table in its place, once the store has the whole table.

    Args:
        encoder: what is to be trained.
        ids: ``(rows,)`` ascending.
        store: where the step will lie.
        parent: what the encoder came from, named as a step names its parent.
        before: what a trimmed parent in that store keeps.

    Returns:
        The rows; ``None``, and nothing is changed, where the table is not ``trimmable``, more than
        ``MOST_ROWS`` of it is wanted or the encoder is too large for it to pay.
    """
    if sum(parameter.numel() for parameter in encoder.parameters()) > LARGEST_TRIMMED:
        return None
    table = trimmable(encoder)
    if table is None or len(ids) > MOST_ROWS * table.num_embeddings:
        return None
    flat.goes_flat(encoder)  # found out once, on ids that a part of the table may not have
    if before is None:
        name = next(name for name, p in encoder.named_parameters() if p is table.weight)
        before = untouched(table.weight, keep_table(store, table.weight), parent, name)
    part = TrimmedEmbedding(table, torch.from_numpy(ids))
    model: Any = encoder
    model.set_input_embeddings(part)
    return Trimmed(part, before)


def decay(optimisation: loop.Optimisation, steps: int) -> float:
    """What ``steps`` optimiser steps multiply a weight without gradient by, averaged as the others are."""
    if not optimisation.weight_decay:
        return 1.0
    rates = (loop.learning_rate(optimisation, step) for step in range(steps))
    factors = accumulate((1 - rate * optimisation.weight_decay for rate in rates), mul)
    kept = 1.0
    for step, factor in enumerate(factors, start=1):
        newest = averaging.share(optimisation.average_decay, step)
        kept = kept * (1 - newest) + factor * newest
    return kept


def require_same_rows(folder: Path, ids: Tensor) -> None:
    """Note in ``folder`` which rows are trained; where work was begun there, they must be the same.

    Raises:
        UserError: they are others: its checkpoints hold other rows.
    """
    content = ids.cpu().numpy().astype("<i8").tobytes()
    rows = {"rows": len(ids), "sha256": hashlib.sha256(content).hexdigest()}
    begun = read_json(folder / _NOTE)
    if begun is None:
        write_json(folder / _NOTE, rows)
    elif begun != rows:
        raise UserError(
            f"The unfinished work in {folder} was begun with {begun.get('rows')} embedding rows, and now the "
            f"data touches {len(ids)} or others, so it cannot be gone on with. Delete that folder and run "
            "again."
        )
