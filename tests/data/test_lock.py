"""Tests of the lock of a data folder, and of putting files there."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from stiltwalk.data.lock import NAME, Lock, LockedFile, add_to_lock, changed, name_below, read_lock
from stiltwalk.data.placing import put, workshop
from stiltwalk.spec.errors import DataError, UserError

from .fakes import write

# the well-known SHA-256 of "hello"
_HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def _file(sha256: str = _HELLO) -> LockedFile:
    return LockedFile(task="t", sha256=sha256, came_from="import", source="a.zip: b", added="2026-11-21")


def test_no_lock(tmp_path: Path) -> None:
    """A folder without a lock, or no folder, has an empty one."""
    assert read_lock(None) == read_lock(tmp_path) == read_lock(tmp_path / "no") == Lock()


def test_what_is_added_stays(tmp_path: Path) -> None:
    """Files and revisions are added beside what is there; the folder is made, and holds the lock alone."""
    root = tmp_path / "new"
    add_to_lock(root, {"a": _file("1")}, {"t": "r1"})
    lock = add_to_lock(root, {"b": _file("2")}, {"u": "r2"})
    assert lock == read_lock(root)
    assert {name: file.sha256 for name, file in lock.files.items()} == {"a": "1", "b": "2"}
    assert lock.revisions == {"t": "r1", "u": "r2"}
    assert [path.name for path in root.iterdir()] == [NAME]


def test_two_at_once(tmp_path: Path) -> None:
    """Nothing is lost where several write the lock at the same time."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: add_to_lock(tmp_path, {f"f{n}": _file()}), range(24)))
    assert len(read_lock(tmp_path).files) == 24


def test_changed_files(tmp_path: Path) -> None:
    """A file goes by its unpacked content; one that the lock does not know, or elsewhere, is no change."""
    inside = (
        write(tmp_path / "d" / "a.gz", "hello"),
        write(tmp_path / "b", "other"),
        write(tmp_path / "c", "x"),
    )
    outside = write(tmp_path.parent / f"{tmp_path.name}-outside", "x")
    lock = add_to_lock(tmp_path, {"d/a": _file(), "b": _file()})
    assert name_below(tmp_path, inside[0]) == "d/a"
    assert changed(lock, tmp_path, (*inside, outside)) == ["b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not a lock: Expecting"),
        ("[]", "not a lock: "),
        ('{"files": {"a": {"task": 1}}}', r"not a lock: files\.a\."),
        (json.dumps({"format": 2}), r"a newer stiltwalk wrote it \(format 2, this one knows 1\)"),
    ],
)
def test_a_lock_that_cannot_be_read(tmp_path: Path, text: str, said: str) -> None:
    """Anything but a lock is refused with its path, and what to do; nothing is written over it."""
    write(tmp_path / NAME, text)
    with pytest.raises(DataError, match=said):
        read_lock(tmp_path)
    with pytest.raises(DataError, match=NAME):
        add_to_lock(tmp_path, {"a": _file()})
    assert (tmp_path / NAME).read_text() == text


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """Where a file has the folder's name, the message says so."""
    write(tmp_path / "f", "x")
    with pytest.raises(UserError, match=r"The data folder .*f cannot be used: File exists\. Name another"):
        add_to_lock(tmp_path / "f", {})
    with pytest.raises(UserError, match=r"cannot be written to: File exists"), workshop(tmp_path / "f"):
        pass


def test_the_workshop_is_cleared(tmp_path: Path) -> None:
    """What was being made is gone afterwards, also after an error."""
    with suppress(ZeroDivisionError), workshop(tmp_path) as aside:
        write(aside / "half", "x")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_gzipped_file_takes_the_place_of_a_plain_one(tmp_path: Path) -> None:
    """The reader would take the plain file first, so it goes."""
    write(tmp_path / "d" / "a", "old")
    put(write(tmp_path / "draft.gz", "new"), tmp_path / "d" / "a.gz")
    assert [path.name for path in (tmp_path / "d").iterdir()] == ["a.gz"]
