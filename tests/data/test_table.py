"""Tests of reading the rows of tables."""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.data.table import rows
from stiltwalk.spec.columns import Columns
from stiltwalk.spec.errors import DataError

from .fakes import write

_PLAIN = Columns()


def _cells(*paths: Path, columns: Columns = _PLAIN) -> list[Mapping[str, Any]]:
    return [row.cells for row in rows(paths, columns)]


def _parquet(path: Path, rows_of: list[dict[str, Any]]) -> Path:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows_of), file)
    path.write_bytes(file.getvalue())
    return path


def test_tabs(tmp_path: Path) -> None:
    """Cells are divided by tabs alone: quotation marks mean nothing, blank lines are left out."""
    path = write(tmp_path / "a.tsv", 'x\ty\n"one\ttwo"\n\n\tthree\r\n')
    assert _cells(path) == [{"x": '"one', "y": 'two"'}, {"x": "", "y": "three"}]
    assert _cells(write(tmp_path / "a.txt.gz", "x\n1\n")) == [{"x": "1"}]


def test_files_one_after_the_other(tmp_path: Path) -> None:
    """Several files follow each other, each with its own header; a record's header stands for none."""
    first, second = write(tmp_path / "a.tsv", "x\n1\n"), write(tmp_path / "b.tsv", "x\n2\n")
    assert _cells(first, second) == [{"x": "1"}, {"x": "2"}]
    assert _cells(first, columns=Columns(header=("y",))) == [{"y": "x"}, {"y": "1"}]


def test_commas(tmp_path: Path) -> None:
    """Quoted cells may hold commas, line ends and doubled quotes; other line separators are text."""
    path = write(tmp_path / "a.csv", 'x,y\n"a, ""b""\nc",d\n\ne\u2028f\x0bg,h\n')
    assert _cells(path) == [{"x": 'a, "b"\nc', "y": "d"}, {"x": "e\u2028f\x0bg", "y": "h"}]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_quoted_cells_come_back(cells: list[list[str]]) -> None:
    """What is quoted by the rules of CSV is read as it was, whatever the text."""
    quoted = ["x,y"] + [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stiltwalk.data.table.read_text", lambda path: "\n".join(quoted) + "\n")
        found = _cells(Path("a.csv"))
    assert [[row["x"], row["y"]] for row in found] == cells


def test_rows_of_another_width(tmp_path: Path) -> None:
    """A row with too many or too few columns is refused with its line; short ones may be known of."""
    path = write(tmp_path / "a.tsv", "x\ty\n1\t2\n3\n4\t5\n")
    with pytest.raises(DataError, match=r"a\.tsv, line 3: expected 2 columns \(x, y\), found 1\. Mend"):
        _cells(path)
    assert [row["x"] for row in _cells(path, columns=Columns(short_rows=True))] == ["1", "4"]
    long = write(tmp_path / "b.tsv", "x\ty\n1\t2\t3\n")
    with pytest.raises(DataError, match=r"b\.tsv, line 2: expected 2 columns \(x, y\), found 3"):
        _cells(long, columns=Columns(short_rows=True))


def test_json_lines(tmp_path: Path) -> None:
    """An object a line; anything else, or JSON that is cut short, is refused with its line."""
    assert _cells(write(tmp_path / "a.jsonl", '{"x": [1]}\n\n{"x": null}\n')) == [{"x": [1]}, {"x": None}]
    with pytest.raises(DataError, match=r"b\.jsonl, line 2: expected an object a line, found list\."):
        _cells(write(tmp_path / "b.jsonl", "{}\n[]\n"))
    with pytest.raises(DataError, match=r"c\.jsonl, line 1: the JSON is cut short"):
        _cells(write(tmp_path / "c.jsonl", '{"x": '))


def test_parquet(tmp_path: Path) -> None:
    """Nested columns come as objects and lists, however many rows; errors name the row."""
    path = _parquet(tmp_path / "a.parquet", [{"x": n, "y": {"z": [str(n)]}} for n in range(5000)])
    found = list(rows((path,), Columns()))
    assert len(found) == 5000
    assert found[-1].cells == {"x": 4999, "y": {"z": ["4999"]}}
    assert str(found[-1].fault("wrong")) == f"{path}: row 5000: wrong"


def test_gzipped_parquet(tmp_path: Path) -> None:
    """It is read as it is when plain; cut short it is refused."""
    plain = _parquet(tmp_path / "a.parquet", [{"x": n} for n in range(5000)])
    packed = tmp_path / "b.parquet.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert _cells(packed) == _cells(plain)
    packed.write_bytes(packed.read_bytes()[:-50])
    with pytest.raises(DataError, match=r"b\.parquet\.gz: the gzipped file is cut short"):
        _cells(packed)


def test_broken_parquet(tmp_path: Path) -> None:
    """Parquet that is cut short, damaged or none at all is refused with its name."""
    path = _parquet(tmp_path / "a.parquet", [{"x": n} for n in range(500)])
    whole = path.read_bytes()
    # the second has its description of the columns overwritten, which the library calls an OSError
    for content in (whole[:-4], whole[:-250] + b"\xff" * 150 + whole[-100:], b"text"):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"a\.parquet: not sound Parquet .*Fetch it again"):
            _cells(path)


def test_broken_quotes(tmp_path: Path) -> None:
    """A quote that is never closed is refused."""
    with pytest.raises(DataError, match=r"a\.csv, line 2: not sound CSV .*Fetch the file again"):
        _cells(write(tmp_path / "a.csv", 'x\n"never'))


def test_side_by_side(tmp_path: Path) -> None:
    """The second file gives one more column; alone the first must have it. Both must be as long."""
    first = write(tmp_path / "a.jsonl", '{"x": 1}\n{"x": 2}\n')
    columns = Columns(beside="label")
    both = _cells(first, write(tmp_path / "a.lst", "3\n1 \n"), columns=columns)
    assert both == [{"x": 1, "label": "3"}, {"x": 2, "label": "1"}]
    assert _cells(first, columns=columns) == [{"x": 1}, {"x": 2}]
    with pytest.raises(DataError, match=r"b\.lst: expected a line for each of the 2 rows of a\.jsonl, found"):
        _cells(first, write(tmp_path / "b.lst", "3\n"), columns=columns)
    with pytest.raises(DataError, match=r"expected two files side by side, found a\.jsonl, a\.jsonl"):
        _cells(first, first, first, columns=columns)
