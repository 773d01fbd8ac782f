"""Cells that several encoders share: what may be compared between them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from stiltwalk.analyse.responses import Bools, Responses

Cell = tuple[str, str]
"""A target and a language."""


def shared_cells(tables: Mapping[str, Responses], own: Mapping[str, Bools]) -> dict[str, Bools] | None:
    """Encoder → its cells among those that ``own`` marks with every encoder; ``None``: there are none.

    Args:
        tables: encoder → its scores.
        own: encoder → ``(cells,)``: what counts with it.
    """
    marked = [_named(tables[encoder], mask) for encoder, mask in own.items()]
    shared = set.intersection(*marked) if marked else set()
    if not shared:
        return None
    return {
        encoder: np.array([cell in shared for cell in _cells(tables[encoder])], dtype=bool) for encoder in own
    }


def cells_somewhere(tables: Mapping[str, Responses], own: Mapping[str, Bools]) -> set[Cell]:
    """The cells that ``own`` marks with any encoder."""
    return set().union(*(_named(tables[encoder], mask) for encoder, mask in own.items()))


def _named(table: Responses, mask: Bools) -> set[Cell]:
    return {cell for cell, taken in zip(_cells(table), mask, strict=True) if taken}


def _cells(table: Responses) -> list[Cell]:
    return list(zip(table.targets, table.languages, strict=True))
