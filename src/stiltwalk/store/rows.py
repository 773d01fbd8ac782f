"""Result rows of studies: what the steps know, called what the study calls it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stiltwalk.plan.nodes import Cell, Plan
from stiltwalk.store.columns import COLUMNS, INDEXED
from stiltwalk.store.index import open_index
from stiltwalk.store.narrowing import ALL, Narrowing
from stiltwalk.store.store import Store

if TYPE_CHECKING:
    import pandas as pd


def study_rows(store: Store, plan: Plan, narrowing: Narrowing = ALL) -> pd.DataFrame:
    """``study_table`` as a frame.

    Raises:
        UserError: a finished step is damaged; named, with the cure.
    """
    found: pd.DataFrame = study_table(store, plan, narrowing).to_pandas()
    return found


def study_table(store: Store, plan: Plan, narrowing: Narrowing = ALL) -> pa.Table:
    """Rows of every finished cell of ``plan`` that are asked for, as the study calls them; see ``COLUMNS``.

    Raises:
        UserError: a finished step is damaged; named, with the cure.
    """
    cells = [cell for cell in plan.cells if narrowing.takes(cell)]
    columns = [name for name in INDEXED.names if name not in {"study", "encoder", "intermediate", "recipe"}]
    table, lengths = open_index(store).rows([cell.key for cell in cells], columns)
    number = np.repeat(np.arange(len(cells)), lengths)  # of each row's cell
    chosen = _chosen(table, narrowing)
    if chosen is not None:
        table, number = table.take(pa.array(chosen)), number[chosen]
    named = {
        "study": [plan.study.study] * len(cells),
        "step": [cell.key for cell in cells],
        "encoder": [cell.encoder for cell in cells],
        "intermediate": [cell.intermediate for cell in cells],
        "seed": [cell.seed for cell in cells],
        "recipe": _recipes(plan, cells),
    }
    given = {name: pa.array(values, COLUMNS.field(name).type).take(number) for name, values in named.items()}
    given["caveats"] = _caveats(table["caveats"], cells, number)
    whole = {name: given[name] if name in given else table[name] for name in COLUMNS.names}
    return pa.table(whole, schema=COLUMNS)


def _chosen(table: pa.Table, narrowing: Narrowing) -> np.ndarray | None:
    """Which rows are in the languages and metrics asked for; ``None``: all."""
    mask = None
    for name, wanted in (("language", narrowing.languages), ("metric", narrowing.metrics)):
        if wanted:
            is_in = pc.is_in(table[name], value_set=pa.array(wanted)).to_numpy()
            mask = is_in if mask is None else mask & is_in
    return None if mask is None else np.flatnonzero(mask)


def _recipes(plan: Plan, cells: Sequence[Cell]) -> list[str]:
    of_arm = {arm: plan.study.recipe_of(arm) for arm in {cell.intermediate for cell in cells}}
    return [of_arm[cell.intermediate] for cell in cells]


def _caveats(own: pa.ChunkedArray, cells: Sequence[Cell], number: np.ndarray) -> pa.Array:
    """The caveats of each row's cell and its own, each once; few different ones come again and again."""
    shared: dict[tuple[str, ...], int] = {}
    of_cell = np.array([shared.setdefault(cell.caveats, len(shared)) for cell in cells], np.int64)
    said = pc.dictionary_encode(pc.fill_null(own, "")).combine_chunks()
    words = said.dictionary.to_pylist()
    pairs = of_cell[number] * max(1, len(words)) + said.indices.to_numpy(zero_copy_only=False)
    different, place = np.unique(pairs, return_inverse=True)
    lists = list(shared)
    texts = [
        ";".join(
            dict.fromkeys([*lists[pair // len(words)], *filter(None, words[pair % len(words)].split(";"))])
        )
        for pair in different.tolist()
    ]
    return pa.array(texts, pa.string()).take(pa.array(place))
