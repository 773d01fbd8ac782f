"""Tests of the files of a folder: which may be papers, and what others are said to be."""

from __future__ import annotations

import os
from pathlib import Path

from stiltwalk.literature.local import files
from stiltwalk.literature.local.files import files_in


def test_papers_and_libraries_are_found_below_in_order(tmp_path: Path) -> None:
    """Paths are sorted; hidden files and data of other kinds are passed over in silence."""
    for path in (
        "b.txt",
        "a/z.PDF",
        "a/lib.bib",
        "c.html",
        "d.md",
        ".git/x.txt",
        ".hidden.txt",
        "data.jsonl",
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    assert files_in(tmp_path) == (("a/z.PDF", "b.txt", "c.html", "d.md"), ("a/lib.bib",), ())


def test_documents_that_are_not_read_are_named(tmp_path: Path) -> None:
    """Whoever puts a word processor's file there hears how to have it read."""
    (tmp_path / "thesis.docx").touch()
    assert files_in(tmp_path).left_out == (
        "thesis.docx: files of this kind are not read; save it as PDF or plain text.",
    )


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link out of the folder is named; what one within the folder leads to is found there."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.txt").write_text("secret")
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.txt").touch()
    (folder / "within.txt").symlink_to(folder / "a.txt")
    for name, target in (("file.txt", "secret/s.txt"), ("folder", "secret"), ("nowhere.txt", "gone")):
        (folder / name).symlink_to(tmp_path / target)
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    found = files_in(folder)
    assert found.papers == ("a.txt",)
    assert found.left_out == tuple(
        f"{name}: it is a link out of the folder, which is not followed."
        for name in ("file.txt", "folder", "loop.txt", "nowhere.txt")
    )


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe called like a paper would never end."""
    os.mkfifo(tmp_path / "pipe.txt")
    assert files_in(tmp_path).left_out == ("pipe.txt: it is no regular file.",)


def test_very_many_files(tmp_path: Path, monkeypatch: object) -> None:
    """Beyond a limit files are named, not read; so are folders that are too deep."""
    for name in "abc":
        (tmp_path / f"{name}.txt").touch()
    deep = tmp_path / "/".join(["d"] * 4)
    deep.mkdir(parents=True)
    (deep / "x.txt").touch()
    monkeypatch.setattr(files, "MOST_FILES", 2)  # type: ignore[attr-defined]
    monkeypatch.setattr(files, "MOST_DEPTH", 2)  # type: ignore[attr-defined]
    found = files_in(tmp_path)
    assert found.papers == ("a.txt", "b.txt")
    assert set(found.left_out) == {
        "c.txt: only the first 2 files are read.",
        "d/d: folders below it are too deep and were not read.",
    }
