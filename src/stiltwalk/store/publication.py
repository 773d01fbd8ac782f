"""What is noted of a publication, so that nobody has to open the step's folder to know of it."""

from __future__ import annotations

from pathlib import Path

from stiltwalk.store import journal
from stiltwalk.store.columns import pack_of
from stiltwalk.store.entries import as_dict, read_entry


def note_publication(folder: Path, key: str, step: Path) -> None:
    """Note in the journal ``folder`` that step ``key`` was published in the folder ``step``."""
    entry, rows = read_entry(key, step), pack_of(step)
    if entry is not None and rows is not None:
        journal.note(folder, journal.Line(as_dict(entry), rows))
