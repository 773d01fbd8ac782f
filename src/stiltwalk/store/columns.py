"""Result rows: tidy, one number a row, written once with the step; and packed into a line of the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stiltwalk.store.disk import writing

ROW_SCHEMA = 1

COLUMNS = pa.schema(
    [
        ("study", pa.string()),
        ("step", pa.string()),
        ("encoder", pa.string()),
        ("parameters", pa.int64()),
        ("intermediate", pa.string()),
        ("examples", pa.int64()),
        ("batch_size", pa.int64()),
        ("seed", pa.int64()),
        ("target", pa.string()),
        ("language", pa.string()),
        ("split", pa.string()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("n", pa.int64()),
        ("layer", pa.int64()),
        ("pooling", pa.string()),
        ("recipe", pa.string()),
        ("selection", pa.string()),
        ("language_seen_in_intermediate", pa.bool_()),
        ("overlap", pa.float64()),
        ("degenerate", pa.bool_()),
        ("caveats", pa.string()),
        ("wall_seconds", pa.float64()),
        ("versions", pa.string()),
        ("schema", pa.int64()),
    ]
)
"""``examples`` and ``batch_size`` are the intermediate stage's; ``value`` is on 0 to 100; ``n`` counts test
examples; ``language_seen_in_intermediate``: whether labelled data or masked-LM text of that stage was in the
row's language, by translation or not; ``overlap`` is the share (0 to 100) of test texts seen in training;
``caveats`` are ids joined by ``;``. What only a study knows (its name, the arm's, the seed of an unseeded
step) is filled in on reading."""

INDEXED = pa.schema([field for field in COLUMNS if field.name != "step"])
"""Those of the index, where the step is known by the place of its rows."""

WORDS = [field.name for field in INDEXED if field.type == pa.string()]
"""Columns whose values come again and again, and are read as numbers of a list."""

_COUNT = "count"


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write ``rows``; columns they leave out are null.

    Raises:
        DiskError: the disk is full, or may not be written.
    """
    full = [{name: row.get(name) for name in COLUMNS.names} for row in rows]
    with writing(path.parent):
        pq.write_table(pa.Table.from_pylist(full, schema=COLUMNS), path)


def pack_of(folder: Path) -> dict[str, Any] | None:
    """The result rows of the finished step in ``folder``, by column; ``None``: they cannot be read.

    Of a column that says one thing it is that, of one that says nothing, nothing.
    """
    path = folder / "results.parquet"
    if not path.exists():
        return {}
    try:
        table = pq.ParquetFile(path).read(use_threads=False)  # so few that threads would cost more
        found = {name: table.column(name).to_pylist() for name in INDEXED.names if name in table.column_names}
    except (OSError, pa.ArrowException):
        return None
    packed: dict[str, Any] = {_COUNT: table.num_rows}
    for name, values in found.items():
        if any(value is not None for value in values):
            packed[name] = values[0] if len(set(values)) == 1 else values
    return packed


def count(packed: Mapping[str, Any]) -> int:
    """How many rows :func:`pack_of` packed."""
    return int(packed.get(_COUNT, 0))


def unpack(packed: Iterable[Mapping[str, Any]]) -> pa.Table:
    """The rows that :func:`pack_of` packed, one step's after the other's, with the columns ``INDEXED``.

    Raises:
        ValueError: it packed no such thing.
    """
    columns: dict[str, list[Any]] = {name: [] for name in INDEXED.names}
    for one in packed:
        for name in INDEXED.names:
            value = one.get(name)
            columns[name] += value if isinstance(value, list) else [value] * count(one)
    return pa.table(columns, schema=INDEXED)
