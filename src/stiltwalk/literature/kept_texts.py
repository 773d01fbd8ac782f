"""Texts that were read, kept so that none is read twice: fetching and taking apart a PDF takes seconds."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from stiltwalk.literature.entries import keep_entry, kept_entry
from stiltwalk.literature.kept_files import library_version
from stiltwalk.literature.records.papers import Text, Work

EXTRACTION: Final = 1
"""Version of how texts are taken out of files; one that was read by another is read again."""

_LIBRARIES: Final = ("pypdf", "trafilatura", "py3langid")


class KeptTexts:
    """Texts by what they were read from: a work's addresses, its abstract, and its files' bytes."""

    def __init__(self, place: Path) -> None:
        """Texts in the folder ``place``, which is made when the first is kept."""
        self._place = place
        self._by = [EXTRACTION, *map(library_version, _LIBRARIES)]

    def find(self, work: Work, folder: Path | None) -> Text | None:
        """The text of ``work``, if it was read before from what it would be read from now."""
        raw = kept_entry(self._place, self._read_from(work, folder))
        try:
            return None if raw is None else Text.model_validate(raw.get("text"))
        except ValidationError:
            return None  # of another version: it is read again, and replaced

    def keep(self, work: Work, folder: Path | None, text: Text) -> None:
        """Put down what was read of ``work``.

        An abstract that stands in for full texts which could not be had is not kept: the web may have them
        next time.

        Raises:
            OSError: it cannot be written.
        """
        if text.of == "full text" or set(_addresses(work)) <= set(_files(work)):
            keep_entry(self._place, self._read_from(work, folder), {"text": text.model_dump(mode="json")})

    def _read_from(self, work: Work, folder: Path | None) -> list[object]:
        files = {name: _sha256(folder / name) for name in _files(work)} if folder is not None else {}
        paper = work.paper
        return [self._by, work.key, paper.title, paper.abstract, _addresses(work), files]


def _addresses(work: Work) -> list[str]:
    """Where a full text of ``work`` may be had, in the order of its records."""
    return [address for each in (work.paper, *work.records) for address in each.full_text]


def _files(work: Work) -> list[str]:
    """Paths below the folder of papers."""
    return [path for each in work.records if each.source == "folder" for path in each.full_text]


def _sha256(path: Path) -> str:
    """Of the file's bytes; empty: it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
