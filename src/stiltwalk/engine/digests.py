"""Content hashes of files, remembered by path, size and time of change, so that a study starts at once."""

from __future__ import annotations

from pathlib import Path

from stiltwalk.data.files import content_sha256
from stiltwalk.store.atomic import read_json, write_cache


class DigestCache:
    """Remembers hashes in one JSON file; losing it costs time and nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = read_json(path) or {}
        self._changed = False

    def digest(self, path: Path) -> str:
        """SHA-256 of the file's uncompressed content."""
        status = path.stat()
        key = f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}"
        if key not in self._known:
            self._known[key] = content_sha256(path)
            self._changed = True
        return self._known[key]

    def keep(self) -> None:
        """Write down what was learnt, if the store can be written: a plan can be had of one that cannot."""
        if self._changed:
            write_cache(self._path, self._known)
