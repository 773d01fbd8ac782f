"""A store at a URL: the same layout, behind any file system that fsspec knows."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec

from stiltwalk.spec.errors import UserError
from stiltwalk.store.disk import FULL, explained
from stiltwalk.store.store import FORMAT

MANIFEST = "manifest.json"

_MARKER = "format.json"
_KEY = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """A store elsewhere.

    Attributes:
        files: the file system that it lies in.
        root: its folder there.
        url: as it was given.
    """

    files: Any
    root: str
    url: str

    def path(self, *parts: str) -> str:
        """A path below the root."""
        return posixpath.join(self.root, *parts)

    def step(self, key: str) -> str:
        """The folder of a step."""
        return self.path("steps", key[:2], key)

    def names(self, *parts: str) -> list[str]:
        """What lies in a folder; nothing where there is none."""
        try:
            found = self.files.ls(self.path(*parts), detail=False, refresh=True)
        except FileNotFoundError:
            return []
        return sorted(posixpath.basename(name.rstrip("/")) for name in found)

    def step_keys(self) -> Iterator[str]:
        """Keys of all steps there, whole or not."""
        for shelf in self.names("steps"):
            yield from (key for key in self.names("steps", shelf) if _KEY.fullmatch(key))

    def manifest(self, folder: str) -> dict[str, Any] | None:
        """Name → size and SHA-256 of the files in ``folder``; ``None``: it is not whole, or not trusted."""
        found = self.json(posixpath.join(folder, MANIFEST))
        files = found.get("files") if found else None
        if not isinstance(files, dict) or not all(_harmless(name) for name in files):
            return None
        return files

    def json(self, path: str) -> dict[str, Any] | None:
        """The JSON object at ``path``; ``None`` if there is none, or something else."""
        try:
            found = json.loads(self.files.cat_file(path))
        except (FileNotFoundError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def put(self, source: Path, path: str) -> None:
        """Copy a file there; one that was there is replaced."""
        self.files.makedirs(posixpath.dirname(path), exist_ok=True)
        self.files.put_file(str(source), path)

    def write_manifest(self, folder: str, files: Mapping[str, Any]) -> None:
        """Make the step, table or base in ``folder`` one, now that ``files`` are there."""
        self.files.pipe_file(posixpath.join(folder, MANIFEST), json.dumps({"files": dict(files)}).encode())

    def get(self, path: str, target: Path) -> None:
        """Copy a file here."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self.files.get_file(path, str(target))

    def sha256(self, path: str) -> str | None:
        """Of the file at ``path``, read back; ``None``: there is none."""
        digest = hashlib.sha256()
        try:
            with self.files.open(path, "rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
        except FileNotFoundError:
            return None
        return digest.hexdigest()


def open_remote(url: str, *, make: bool) -> RemoteStore:
    """The store at ``url``; with ``make`` it is made where there is none.

    Raises:
        UserError: no such protocol, no store there, another kind of folder, or a newer version's store.
    """
    try:
        files, root = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise UserError(
            f"'{url}' cannot be reached: {error}. Give a URL that fsspec knows, such as "
            "file:///shared/store, s3://bucket/store (with the package s3fs) or sftp://host/store."
        ) from None
    remote = RemoteStore(files, root.rstrip("/"), url)
    with reaching(remote, url):
        found = remote.json(remote.path(_MARKER))
        if found is None:
            _require_new(remote, make=make)
            remote.files.makedirs(remote.root, exist_ok=True)
            remote.files.pipe_file(remote.path(_MARKER), json.dumps({"format": FORMAT}).encode())
        elif not isinstance(found.get("format"), int) or found["format"] > FORMAT:
            raise UserError(
                f"The store {url} has format {found.get('format')}, this version reads format {FORMAT}. "
                "Upgrade stiltwalk."
            )
    return remote


@contextmanager
def reaching(remote: RemoteStore, filled: Path | str) -> Iterator[None]:
    """While inside, what the other side refuses is told of in words; ``filled`` is the side written to.

    Raises:
        UserError: it cannot be read or written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise explained(error, filled) or error from error
        said = error.strerror or str(error) or type(error).__name__
        raise UserError(
            f"The store {remote.url} cannot be read or written: {said}. What was copied is whole and stays: "
            "run the same command again to go on."
        ) from error


def _require_new(remote: RemoteStore, *, make: bool) -> None:
    if not make:
        raise UserError(f"There is no store at {remote.url} (no {_MARKER}). Give the URL it was pushed to.")
    if remote.names():
        raise UserError(
            f"{remote.url} is not empty and is no stiltwalk store (it has no {_MARKER}). Give an empty or a "
            "new folder."
        )


def _harmless(name: str) -> bool:
    """Whether a file's name stays within its folder."""
    parts = name.split("/")
    return (
        bool(name)
        and not name.startswith("/")
        and not {"", ".", ".."}.intersection(parts)
        and "\\" not in name
    )
