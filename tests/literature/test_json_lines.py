"""Files of JSON objects, a line each: what is read, and what is said of a damaged line."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.literature.json_lines import Line, as_record, json_lines
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.record import Record


class Named(Record):
    """A record to read into."""

    name: str


def test_objects_come_with_their_lines(tmp_path: Path) -> None:
    """Empty lines are passed over but counted."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"name": "x"}\n\n  {"name": "\xc3\xa9"}\r\n')
    assert list(json_lines(path)) == [Line(1, {"name": "x"}), Line(3, {"name": "é"})]


@pytest.mark.parametrize(
    "line", [b"{", b"[1]", b"7", b"\xff\xfe", b"[" * 100_000], ids=["cut", "list", "number", "bytes", "deep"]
)
def test_a_damaged_line_is_named(tmp_path: Path, line: bytes) -> None:
    """The message has the file, the line's number and how it begins."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"name": "x"}\n' + line + b"\n")
    with pytest.raises(DataError, match=r"a\.jsonl.*2.*Expected a JSON object, found"):
        list(json_lines(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """No file is a mistake of the user, told without a traceback."""
    with pytest.raises(DataError, match=r"none\.jsonl.*cannot be read: No such file"):
        list(json_lines(tmp_path / "none.jsonl"))


def test_a_wrong_field_is_named_with_its_line(tmp_path: Path) -> None:
    """What is wrong with an object is said with the file and the line it stands in."""
    with pytest.raises(
        DataError, match=r"(?s)a\.jsonl.*5.*not a valid name tag.*nam: there is no such field"
    ):
        as_record(tmp_path / "a.jsonl", Line(5, {"nam": "x"}), Named, "name tag")
