"""Tables: the rows of TSV, CSV, JSON-lines and Parquet files, each with its place for error messages."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stiltwalk.data.fields import Fault, parse_json
from stiltwalk.data.files import opened, plain_name, read_lines, read_text, stream_lines
from stiltwalk.spec.columns import Columns
from stiltwalk.spec.errors import DataError

_BATCH = 4096
"""Rows of Parquet that are in memory as Python values at a time."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its columns, and how its errors begin."""

    cells: Mapping[str, Any]
    fault: Fault


def rows(paths: tuple[Path, ...], columns: Columns) -> Iterator[Row]:
    """The rows of the files, one file after the other; with ``columns.beside`` those of two side by side.

    ``.jsonl`` is JSON lines, ``.csv`` is quoted and comma-separated, ``.parquet`` is Parquet; any other
    file is divided by tabs, and quotation marks mean nothing in it, as in GLUE and XNLI.

    Raises:
        DataError: a file cannot be read, a row has not as many columns as the header, or of two files side
            by side one is shorter.
    """
    if columns.beside is not None and len(paths) > 1:
        yield from _side_by_side(paths, columns)
        return
    for path in paths:
        yield from _one_file(path, columns)


def _one_file(path: Path, columns: Columns) -> Iterator[Row]:
    name = plain_name(path)
    if name.endswith(".jsonl"):
        return _json_lines(path)
    if name.endswith(".parquet"):
        return _parquet(path)
    if name.endswith(".csv"):
        return _quoted(path, columns)
    return _tabbed(path, columns)


def _side_by_side(paths: tuple[Path, ...], columns: Columns) -> Iterator[Row]:
    assert columns.beside is not None, "the caller asked"
    if len(paths) != 2:
        names = ", ".join(path.name for path in paths) or "none"
        raise DataError(paths[0], None, f"expected two files side by side, found {names}.")
    first = list(_one_file(paths[0], columns))
    second = read_lines(paths[1])
    if len(first) != len(second):
        message = (
            f"expected a line for each of the {len(first):,} rows of {paths[0].name}, found {len(second):,}. "
            "Fetch both again."
        )
        raise DataError(paths[1], None, message)
    for row, line in zip(first, second, strict=True):
        yield Row({**row.cells, columns.beside: line.strip()}, row.fault)


def _json_lines(path: Path) -> Iterator[Row]:
    for at, line in stream_lines(path):
        if line.strip():
            fault = partial(DataError, path, at)
            cells = parse_json(line, path, at)
            if not isinstance(cells, dict):
                raise fault(f"expected an object a line, found {type(cells).__name__}. Fetch the file again.")
            yield Row(cells, fault)


def _tabbed(path: Path, columns: Columns) -> Iterator[Row]:
    lines = enumerate(read_lines(path), start=1)
    numbered = ((at, line.split("\t")) for at, line in lines if line.strip())
    return _with_header(path, numbered, columns)


def _quoted(path: Path, columns: Columns) -> Iterator[Row]:
    reader = csv.reader(StringIO(read_text(path), newline=""), strict=True)

    def numbered() -> Iterator[tuple[int, Sequence[str]]]:
        try:
            for cells in reader:
                if cells:
                    yield reader.line_num, cells
        except csv.Error as error:
            message = f"not sound CSV ({error}). Fetch the file again."
            raise DataError(path, reader.line_num, message) from None

    return _with_header(path, numbered(), columns)


def _with_header(
    path: Path, numbered: Iterator[tuple[int, Sequence[str]]], columns: Columns
) -> Iterator[Row]:
    header: Sequence[str] = columns.header
    for at, cells in numbered:
        if not header:
            header = cells
            continue
        if len(cells) < len(header) and columns.short_rows:
            continue
        fault = partial(DataError, path, at)
        if len(cells) != len(header):
            message = (
                f"expected {len(header)} columns ({', '.join(header)}), found {len(cells)}. "
                "Mend the line, or fetch the file again."
            )
            raise fault(message)
        yield Row(dict(zip(header, cells, strict=True)), fault)


def _parquet(path: Path) -> Iterator[Row]:
    number = 0
    with opened(path) as file:
        try:
            for batch in pq.ParquetFile(file).iter_batches(_BATCH):
                for cells in batch.to_pylist():
                    number += 1
                    yield Row(cells, partial(_row_fault, path, number))
        # some of what is wrong with a file's content is an OSError to the library
        except (pa.ArrowException, OSError) as error:
            said = str(error).strip().partition("\n")[0]
            raise DataError(path, None, f"not sound Parquet ({said}). Fetch it again.") from None


def _row_fault(path: Path, number: int, message: str) -> DataError:
    return DataError(path, None, f"row {number}: {message}")
