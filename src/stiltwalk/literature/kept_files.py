"""Files that were taken apart, kept by their content: a child process for each takes most of a second."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from stiltwalk.literature.entries import keep_entry, kept_entry
from stiltwalk.literature.full_text.apart import Apart, Foreign, Said, parts_in, said_of
from stiltwalk.literature.full_text.limits import NORMAL
from stiltwalk.literature.full_text.parts import TAKING_APART

_READER: Final[Mapping[Foreign, str]] = {"pdf": "pypdf", "html": "trafilatura"}


class KeptFiles:
    """What child processes said of PDF files and web pages, by the bytes of these and by who read them.

    Several threads and processes may share the folder.
    """

    def __init__(self, place: Path) -> None:
        """What was said is in the folder ``place``, which is made when the first is kept."""
        self._place = place

    def taken_apart(self, kind: Foreign, content: bytes) -> Apart:
        """``content`` as its parts, as ``apart.taken_apart`` gives them; each content is taken apart once.

        Where that was ended by force, for time or memory, nothing is kept: it may go better the next time.

        Raises:
            UserError: the library that reads it is not installed.
            OSError: what was said cannot be written.
        """
        of = [kind, hashlib.sha256(content).hexdigest(), TAKING_APART, library_version(_READER[kind]), NORMAL]
        known = kept_entry(self._place, of)
        if known is not None:
            return parts_in(Said(str(known.get("lines")), ""))
        said = said_of(kind, content)
        if not said.ended:
            keep_entry(self._place, of, {"lines": said.lines})
        return parts_in(said)


def library_version(name: str) -> str:
    """Of the library ``name``; empty: it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
