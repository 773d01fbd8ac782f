"""Tests of the ``lines`` layout."""

from __future__ import annotations

from pathlib import Path

from stiltwalk.spec.examples import Line

from .fakes import lines_task, read_all, write


def test_lines(tmp_path: Path) -> None:
    """Blank lines are passed over, yet keep their number; files are told apart by name."""
    first = write(tmp_path / "a.txt.gz", "one\n\n two \n")
    second = write(tmp_path / "b.txt", "three")
    assert [Line("a.txt:1", "one"), Line("a.txt:3", "two"), Line("b.txt:1", "three")] == [
        grouped.example for grouped in read_all(lines_task("*.txt"), "en", first, second)
    ]
