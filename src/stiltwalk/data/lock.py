"""The lock of a data folder: where each file came from, and the content it had when it came.

One file, ``stiltwalk.lock.json``, for what was fetched from a hub and for what was imported. It travels with
the folder, so another machine can tell that it has the same data.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from stiltwalk.data.files import content_sha256, plain_name
from stiltwalk.data.placing import put, workshop
from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.spec.record import Record

NAME = "stiltwalk.lock.json"
FORMAT = 1


class LockedFile(Record):
    """What is known of one file.

    Attributes:
        task: the task it was fetched or imported for.
        sha256: of its unpacked content.
        came_from: ``hub``, or ``import``.
        source: the hub's data set id, or the archive and the member of it.
        added: the day, as ``2026-11-21``.
        revision: hub: the commit.
        config: hub: the configuration, if the data set has several.
        split: hub: the hub's name of the split.
        rows: hub: how many rows.
        parts: hub: of how many of the split's files, the first ones; ``None``: of all.
    """

    task: str
    sha256: str
    came_from: Literal["hub", "import"]
    source: str
    added: str
    revision: str | None = None
    config: str | None = None
    split: str | None = None
    rows: int | None = None
    parts: int | None = None


class Lock(Record):
    """A data folder's lock.

    Attributes:
        format: the version of this layout.
        revisions: task → the commit of its data set that was last fetched.
        files: path below the data folder, without ``.gz`` → what is known of the file.
    """

    format: int = FORMAT
    revisions: Mapping[str, str] = {}
    files: Mapping[str, LockedFile] = {}


def read_lock(root: Path | None) -> Lock:
    """The folder's lock; an empty one where there is none.

    Raises:
        DataError: there is one, but it cannot be read, or a newer stiltwalk wrote it.
    """
    path = None if root is None else root / NAME
    if path is None or not path.is_file():
        return Lock()
    mend = "Put back the file it was, or remove it: what it says of the files is lost then."
    try:
        raw = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(path, None, f"not a lock: {error}. {mend}") from None
    written = raw.get("format") if isinstance(raw, dict) else None
    if isinstance(written, int) and written > FORMAT:
        message = f"a newer stiltwalk wrote it (format {written}, this one knows {FORMAT}). Use that one."
        raise DataError(path, None, message)
    try:
        return Lock.model_validate(raw)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"]) or "(top)"
        raise DataError(path, None, f"not a lock: {place}: {error.errors()[0]['msg']}. {mend}") from None


def add_to_lock(
    root: Path, files: Mapping[str, LockedFile], revisions: Mapping[str, str] | None = None
) -> Lock:
    """Write down ``files`` and ``revisions`` beside what the lock already says, and return all of it.

    Raises:
        DataError: as ``read_lock``.
        UserError: the folder cannot be written to.
    """
    with _alone(root), workshop(root) as aside:
        known = read_lock(root)
        lock = Lock(files={**known.files, **files}, revisions={**known.revisions, **(revisions or {})})
        draft = aside / NAME
        text = json.dumps(lock.model_dump(exclude_none=True), indent=1, sort_keys=True, ensure_ascii=False)
        draft.write_text(text + "\n", encoding="utf-8")
        put(draft, root / NAME)
    return lock


def name_below(root: Path, path: Path) -> str:
    """How the lock calls a file: its path below the data folder, without ``.gz``."""
    return path.relative_to(root).with_name(plain_name(path)).as_posix()


def changed(
    lock: Lock, root: Path, paths: tuple[Path, ...], digest: Callable[[Path], str] = content_sha256
) -> list[str]:
    """Those of the files, as the lock calls them, that are not what they were when they came.

    A file that the lock does not know, or that lies elsewhere, is not among them.

    Raises:
        DataError: a file cannot be read.
    """
    names = {name_below(root, path): path for path in paths if path.is_relative_to(root)}
    return [
        name for name, path in names.items() if name in lock.files and digest(path) != lock.files[name].sha256
    ]


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Keeps other processes from writing the lock meanwhile, where the file system can."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle = os.open(root, os.O_RDONLY)
    except OSError as error:
        message = f"The data folder {root} cannot be used: {error.strerror}. Name another with --data-dir."
        raise UserError(message) from None
    try:
        with suppress(OSError):  # some network file systems know no such thing
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
