"""Tests of entries: found by what they came of, and taken for nothing once they are damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stiltwalk.literature.entries import (
    DamagedError,
    entries_in,
    keep_entry,
    kept_entry,
    place_of,
    read_entry,
)

OF = ("a file", "0123", 1, {"b": None})
CONTENT = {"said": "Zwölf Käse \U0001f9c0", "share": 0.1}


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    """One that is kept."""
    keep_entry(tmp_path, OF, CONTENT)
    return place_of(tmp_path, OF)


def test_an_entry_comes_back(entry: Path, tmp_path: Path) -> None:
    """By what it came of, equal as JSON, and by nothing else; a later one takes its place."""
    found = kept_entry(tmp_path, [*OF])
    assert found == {**CONTENT, "of": [*OF]}
    assert read_entry(entry) == found
    assert [*entries_in(tmp_path)] == [entry]
    assert kept_entry(tmp_path, ("a file", "0123", 2, {"b": None})) is None
    keep_entry(tmp_path, OF, {"said": "more"})
    assert (kept_entry(tmp_path, OF) or {})["said"] == "more"


def test_no_byte_can_change_unseen(entry: Path, tmp_path: Path) -> None:
    """Whichever byte of the file is another, it is damaged, or still reads the same."""
    whole, before = entry.read_bytes(), kept_entry(tmp_path, OF)
    for place in range(len(whole)):
        entry.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert kept_entry(tmp_path, OF) in (None, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content[: len(content) // 2], r"is missing or no JSON object$"),
        (lambda content: content.replace(b"0.1", b"0.2"), r"is not what was put there$"),
        (lambda _: b"{}", r"is not what was put there$"),
    ],
)
def test_what_is_damaged_is_told(entry: Path, change: Callable[[bytes], bytes], message: str) -> None:
    """Cut off, changed, or something else: the message names the file."""
    entry.write_bytes(change(entry.read_bytes()))
    with pytest.raises(DamagedError, match=f"{entry.name} {message}"):
        read_entry(entry)


def test_a_file_under_another_name(entry: Path) -> None:
    """It is whole, but what it is named after is something else."""
    other = entry.with_name(f"{'0' * 64}.json")
    entry.rename(other)
    with pytest.raises(DamagedError, match="is named after something else than what it came of"):
        read_entry(other)


def test_drafts_are_no_entries(entry: Path, tmp_path: Path) -> None:
    """What a writer that was killed left behind is passed over."""
    entry.with_name(f".{entry.name}.0a").write_text(json.dumps({}), encoding="utf-8")
    assert [*entries_in(tmp_path)] == [entry]
    assert [*entries_in(tmp_path / "none")] == []
