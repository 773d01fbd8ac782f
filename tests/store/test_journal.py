"""Tests of the journal: one writer a file, torn lines passed over, no publication fails for its sake."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stiltwalk.store import journal
from stiltwalk.store.journal import Line

ONE, OTHER = Line({"key": "a"}, {"count": 1}), Line({"key": "é"}, {})


def test_lines_come_back(tmp_path: Path) -> None:
    """In the order in which they were noted, with the bytes that they were read from."""
    assert journal.read(tmp_path / "absent") == ([], {})
    for line in (ONE, OTHER):
        journal.note(tmp_path / "journal", line)
    lines, sizes = journal.read(tmp_path / "journal")
    assert lines == [ONE, OTHER]
    ((path, size),) = sizes.items()
    assert size == path.stat().st_size


def test_a_torn_line_costs_itself_alone(tmp_path: Path) -> None:
    """What follows the line that a full disk cut off is whole."""
    journal.note(tmp_path, ONE)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-5])
    journal.note(tmp_path, OTHER)
    assert journal.read(tmp_path)[0] == [OTHER]


def test_what_was_written_meanwhile_stays(tmp_path: Path) -> None:
    """Only a file that was read to its end is dropped."""
    journal.note(tmp_path, ONE)
    _, sizes = journal.read(tmp_path)
    journal.note(tmp_path, OTHER)
    journal.drop(sizes)
    assert journal.read(tmp_path)[0] == [ONE, OTHER]
    journal.drop(journal.read(tmp_path)[1])
    assert list(tmp_path.iterdir()) == []
    journal.drop(sizes)  # gone already


@pytest.mark.parametrize("what", ["open", "write"])
def test_a_disk_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Then nothing is noted, and nobody is told."""

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, what, full)
    journal.note(tmp_path, ONE)
    monkeypatch.undo()
    assert journal.read(tmp_path)[0] == []
