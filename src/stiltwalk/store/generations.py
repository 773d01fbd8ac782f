"""Generations of the index: two Parquet files each, published together by one rename, never changed.

INDEX/00000012/steps.parquet (an entry a step) and rows.parquet (their result rows, in the same order). The
newest that can be read counts. Of workers that write the same generation at once the first wins.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from stiltwalk.store.atomic import publish_folder
from stiltwalk.store.columns import INDEXED, WORDS

COUNT = "rows"
"""The column of steps.parquet that says how many result rows a step has."""

ENTRY = pa.schema(
    [
        ("key", pa.string()),
        ("stamp", pa.int64()),
        ("kind", pa.string()),
        ("task", pa.string()),
        ("parent", pa.string()),
        ("parents", pa.string()),
        ("wall_seconds", pa.float64()),
        ("peak_bytes", pa.int64()),
        ("peak_of", pa.string()),
        ("memory_class", pa.string()),
        ("sizes", pa.string()),
        ("degenerate", pa.bool_()),
        ("bytes", pa.int64()),
        ("published_at", pa.float64()),
        ("tables", pa.string()),
        ("bases", pa.string()),
        ("facts", pa.string()),
    ]
)
"""The fields of an ``entries.Entry``, as they stand in a file."""

STEPS = pa.schema([*ENTRY, (COUNT, pa.int64())])

_STEPS, _ROWS = "steps.parquet", "rows.parquet"
_GROUP = 32768
_REPEATED = ["kind", "task", "parent", "peak_of", "memory_class", "sizes", "tables", "bases"]
_DIGITS = 8

Places = npt.NDArray[np.int64]


@dataclass(slots=True)
class Generation:
    """A generation of the index, its columns read when they are asked for.

    Attributes:
        folder: where it lies; ``None``: the empty one before the first.
        number: higher is newer.
        keys: of its steps.
        stamps: of their publications.
        firsts: ``(steps + 1,)`` where each step's result rows begin.
        places: key → its place among ``keys``.
    """

    folder: Path | None
    number: int
    keys: list[str]
    stamps: list[int]
    firsts: Places
    places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.places = {key: place for place, key in enumerate(self.keys)}

    def steps(self, columns: Sequence[str] | None = None) -> pa.Table:
        """These columns of all entries."""
        if self.folder is None:
            table = STEPS.empty_table()
            return table if columns is None else table.select(columns)
        names = None if columns is None else list(columns)
        return pq.read_table(self.folder / _STEPS, columns=names, page_checksum_verification=True)

    def rows(self, places: Places, columns: Sequence[str]) -> pa.Table:
        """The result rows of the steps at ``places``, in their order; words as numbers of a list."""
        counts = self.firsts[places + 1] - self.firsts[places]
        ends = np.cumsum(counts)
        wanted = np.repeat(self.firsts[places] - ends + counts, counts) + np.arange(
            ends[-1] if len(ends) else 0
        )
        if self.folder is None or not len(wanted):
            return INDEXED.empty_table().select(list(columns))
        with pq.ParquetFile(
            self.folder / _ROWS, read_dictionary=WORDS, page_checksum_verification=True
        ) as file:
            groups = np.unique(wanted // _GROUP)
            table = file.read_row_groups(groups.tolist(), columns=list(columns))
        return table.take(pa.array(np.searchsorted(groups, wanted // _GROUP) * _GROUP + wanted % _GROUP))


def newest(folder: Path) -> Generation:
    """The newest generation in ``folder`` that can be read; an empty one if there is none."""
    for path in reversed(_found(folder)):
        with contextlib.suppress(OSError, pa.ArrowException, KeyError):
            columns = ["key", "stamp", COUNT]
            table = pq.read_table(path / _STEPS, columns=columns, page_checksum_verification=True)
            firsts = np.concatenate([[0], np.cumsum(table[COUNT].to_numpy())]).astype(np.int64)
            whole = pq.read_metadata(path / _ROWS).num_rows == firsts[-1]
            if whole and pq.read_schema(path / _STEPS).names == STEPS.names:
                keys, stamps = table["key"].to_pylist(), table["stamp"].to_pylist()
                return Generation(path, int(path.name), keys, stamps, firsts)
    return none(max((int(path.name) for path in _found(folder)), default=0))


def none(number: int) -> Generation:
    """An empty generation, after which ``number + 1`` follows."""
    return Generation(None, number, [], [], np.zeros(1, np.int64))


def drop(generation: Generation) -> None:
    """Delete a generation that turned out to be damaged, if it can be."""
    if generation.folder is not None:
        shutil.rmtree(generation.folder, ignore_errors=True)


def write(folder: Path, number: int, steps: pa.Table, rows: pa.Table) -> bool:
    """Publish generation ``number`` of ``folder``, and delete those before the last one.

    Returns:
        Whether this call published it; ``False``: another was first.

    Raises:
        OSError: it cannot be written; nothing of it is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".", dir=folder))
    try:
        draft.chmod(0o755)  # a temporary folder is its owner's alone
        _write(draft / _STEPS, steps, _REPEATED)
        _write(draft / _ROWS, rows, WORDS)
        published = publish_folder(draft, folder / f"{number:0{_DIGITS}d}")
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    for path in _found(folder):
        if int(path.name) < number - 1:  # a reader may still be in the last
            shutil.rmtree(path, ignore_errors=True)
    return published


def _write(path: Path, table: pa.Table, repeated: list[str]) -> None:
    pq.write_table(
        table,
        path,
        compression="zstd",
        use_dictionary=repeated,
        row_group_size=_GROUP,
        write_page_checksum=True,  # a bit that flips must not become a score
    )


def _found(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("[0-9]" * _DIGITS) if path.is_dir())
