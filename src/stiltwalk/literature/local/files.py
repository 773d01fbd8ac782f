"""Files of a folder: those that may hold a paper, in a stable order, and why others are left out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from stiltwalk.literature.full_text.extract import ENDINGS

BIBTEX: Final = frozenset({".bib", ".bibtex"})
MOST_FILES: Final = 10_000
MOST_DEPTH: Final = 20

_CONVERTIBLE: Final = frozenset(
    ".doc .docx .epub .odt .pages .ps .rtf .tex .djvu .mobi .xml .gz .zip".split()
)
"""Endings of documents that are not read: whoever put one here should hear of it."""


class Files(NamedTuple):
    """What a folder holds.

    Attributes:
        papers: paths below the folder of what may be a paper.
        libraries: paths of BibTeX files.
        left_out: sentences: other documents, links, folders that may not be read.
    """

    papers: tuple[str, ...]
    libraries: tuple[str, ...]
    left_out: tuple[str, ...]


def files_in(folder: Path) -> Files:
    """The files below ``folder``, sorted by path; hidden ones and data of other kinds are passed over.

    Links are not followed: what they lead to within the folder is found there, and what lies outside was not
    asked for.
    """
    papers: list[str] = []
    libraries: list[str] = []
    left_out: list[str] = []
    for path in sorted(_walk(folder, left_out)):
        ending = Path(path).suffix.lower()
        place = folder / path
        if place.is_symlink():
            if not _inside(place, folder):
                left_out.append(f"{path}: it is a link out of the folder, which is not followed.")
        elif not place.is_file():
            left_out.append(f"{path}: it is no regular file.")
        elif ending in BIBTEX:
            libraries.append(path)
        elif ending in ENDINGS:
            papers.append(path)
        elif ending in _CONVERTIBLE:
            left_out.append(f"{path}: files of this kind are not read; save it as PDF or plain text.")
    left_out += [f"{path}: only the first {MOST_FILES} files are read." for path in papers[MOST_FILES:]]
    return Files(tuple(papers[:MOST_FILES]), tuple(libraries), tuple(left_out))


def _walk(folder: Path, left_out: list[str]) -> Iterator[str]:
    def failed(error: OSError) -> None:
        where = Path(error.filename).relative_to(folder).as_posix()
        left_out.append(f"{where}: it cannot be read ({error.strerror}).")

    for place, folders, names in os.walk(folder, onerror=failed):
        below = Path(place).relative_to(folder)
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        linked = [each for each in folders if (Path(place) / each).is_symlink()]
        if len(below.parts) >= MOST_DEPTH and folders:
            left_out.append(f"{below.as_posix()}: folders below it are too deep and were not read.")
            folders[:] = []
        for name in [*names, *linked]:
            if not name.startswith("."):
                yield (below / name).as_posix()


def _inside(link: Path, folder: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link to nowhere, or in a circle
        return False
