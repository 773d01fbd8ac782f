"""Tests of atomic writing: whole or not at all, and nothing left lying about."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from stiltwalk.store.atomic import publish_folder, read_json, write_bytes, write_json


def _draft(folder: Path, text: str) -> Path:
    """A folder with a file and a file in a folder."""
    (folder / "inner").mkdir(parents=True)
    (folder / "a.txt").write_text(text)
    (folder / "inner" / "b.txt").write_text(text)
    return folder


def test_write_and_replace(tmp_path: Path) -> None:
    """A file and its folders are made; a second write replaces all of it."""
    path = tmp_path / "a" / "b" / "c.bin"
    write_bytes(path, b"a longer first content")
    write_bytes(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("broken", ["os.fsync", "pathlib.Path.replace"])
def test_a_failing_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Whatever fails on the way, the old content stays, and no draft is left."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.json"
    write_bytes(path, b"old")
    monkeypatch.setattr(broken, fail)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_json(tmp_path: Path) -> None:
    """JSON is written with sorted keys, readable text and a line end, and reads back."""
    write_json(tmp_path / "a.json", {"b": "é", "a": [1, None]})
    assert (tmp_path / "a.json").read_text(encoding="utf-8").splitlines()[1] == ' "a": ['
    assert (tmp_path / "a.json").read_bytes().endswith(b"}\n")
    assert read_json(tmp_path / "a.json") == {"a": [1, None], "b": "é"}


def test_json_that_cannot_be_written(tmp_path: Path) -> None:
    """What JSON does not know is refused before the old file is touched."""
    write_json(tmp_path / "a.json", {"loss": 1.0})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"loss": math.nan})
    assert read_json(tmp_path / "a.json") == {"loss": 1.0}


@pytest.mark.parametrize("content", [None, b"", b'{"a": ', b"[1]", b"\xff"])
def test_what_is_no_json_object(tmp_path: Path, content: bytes | None) -> None:
    """A missing, torn or other file reads as nothing."""
    if content is not None:
        (tmp_path / "a.json").write_bytes(content)
    assert read_json(tmp_path / "a.json") is None


def test_publish(tmp_path: Path) -> None:
    """The draft is moved, with everything in it, below folders made on the way."""
    draft, final = _draft(tmp_path / "draft", "x"), tmp_path / "steps" / "ab" / "abc"
    assert publish_folder(draft, final) is True
    assert not draft.exists()
    assert (final / "inner" / "b.txt").read_text() == "x"


def test_first_publication_wins(tmp_path: Path) -> None:
    """A second draft is dropped, and the first stays as it was."""
    final = tmp_path / "final"
    assert publish_folder(_draft(tmp_path / "one", "first"), final) is True
    assert publish_folder(_draft(tmp_path / "two", "second"), final) is False
    assert (final / "a.txt").read_text() == "first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["final"]


def test_a_publication_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the move fails and nobody was first, the draft is kept and the error shown."""

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    draft = _draft(tmp_path / "draft", "x")
    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(PermissionError, match="Permission denied"):
        publish_folder(draft, tmp_path / "final")
    assert (draft / "inner" / "b.txt").exists()


def test_content_reaches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is flushed before the rename, and the folder after it."""
    flushed: list[int] = []
    real = os.fsync

    def watch(handle: int) -> None:
        flushed.append(os.fstat(handle).st_ino)
        real(handle)

    draft = _draft(tmp_path / "draft", "x")
    monkeypatch.setattr("os.fsync", watch)
    final = tmp_path / "out" / "final"
    publish_folder(draft, final)
    files = [final / "a.txt", final / "inner" / "b.txt"]
    assert sorted(flushed[:2]) == sorted(path.stat().st_ino for path in files)
    assert flushed[2:] == [final.parent.stat().st_ino]
