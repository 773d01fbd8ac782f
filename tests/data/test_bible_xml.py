"""Tests of the ``bible-xml`` layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Line
from stiltwalk.spec.task import Split

from .fakes import fake_task, read_all, write

_TASK = fake_task("bible-xml", {"train": Split(paths=("a.xml",))})


def test_verses(tmp_path: Path) -> None:
    """Verses keep their ids; empty ones and what is no verse are passed over."""
    text = """<cesDoc><h>heading</h><seg id="b.X.1.1" type="verse">
        first
        words </seg><seg id="b.X.1.2" type="verse"/><seg id="s" type="note">no</seg>
        <seg id="b.X.1.3" type="verse">third</seg></cesDoc>"""
    assert [Line("b.X.1.1", "first words"), Line("b.X.1.3", "third")] == [
        grouped.example for grouped in read_all(_TASK, "en", write(tmp_path / "a.xml", text))
    ]


def test_a_verse_without_id(tmp_path: Path) -> None:
    """A verse without an id is placed by the one before it."""
    text = '<a><seg id="b.X.1.1" type="verse">x</seg><seg type="verse">y</seg></a>'
    with pytest.raises(DataError, match=r"a verse has no id \(the last one read was b\.X\.1\.1\)"):
        read_all(_TASK, "en", write(tmp_path / "a.xml", text))
