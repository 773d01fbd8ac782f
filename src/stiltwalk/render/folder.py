"""The folder of a report: filled out of sight and put in its place whole, but not in that of other things."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import read_json

MANIFEST: Final = "manifest.json"
"""Lists the files of a report with their SHA-256; by it an earlier report is known."""

MADE_BY: Final = "stiltwalk report"

_LEFT_BY_FILE_MANAGERS: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_STALE: Final = 3600.0
"""Seconds after which the draft of a report is nobody's any more: its maker was killed."""

_SHOWN = 3


def require_place(out: Path) -> Path:
    """Where ``out`` is, in full, if a report may stand there: nothing, an empty folder or an earlier report.

    Raises:
        UserError: there is something else.
    """
    place = out.expanduser().resolve()
    if not place.exists():
        return place
    if not place.is_dir():
        raise UserError(f"{place} is a file; a report is a folder. Give another with --out.")
    try:
        others = _others(place)
    except OSError as error:
        raise _unwritable(place, error) from None
    if others:
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        raise UserError(
            f"{place} holds other things than an earlier report: {', '.join(others[:_SHOWN])}{more}. "
            "Nothing in it was touched. Give another folder with --out, or move them away."
        )
    return place


def files_in(folder: Path) -> list[str]:
    """The files of the report in ``folder``, relative to it, in order; none where there is no report."""
    return sorted(_listed(folder))


def put_text(path: Path, text: str) -> None:
    """Write ``text`` with its lines ended as they are, on every system: the same report is the same bytes."""
    path.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A folder to write a report into, which becomes ``out`` when all is written, in place of an earlier one.

    Whoever is killed meanwhile leaves the earlier report, or the new one, whole; only on a file system that
    cannot exchange two folders, for the moment between two renames, is the earlier one beside it under the
    name of a draft.

    Raises:
        UserError: ``out`` holds something else than an earlier report, or cannot be written.
    """
    place = require_place(out)
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}.draft")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _sweep(place)
        draft.mkdir()
        yield draft
        _list_files(draft)
        require_place(place)  # what came meanwhile is not ours
        _put(draft, place)
    except OSError as error:
        if error.filename is not None and not Path(os.fsdecode(error.filename)).is_relative_to(place.parent):
            raise  # of another file than the report's
        raise _unwritable(place, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)  # after the exchange it is the earlier report


def _unwritable(place: Path, error: OSError) -> UserError:
    return UserError(
        f"The report cannot be written to {place}: {error.strerror or error}. Give another folder with --out."
    )


def _others(folder: Path) -> list[str]:
    """What lies in ``folder`` and is no part of an earlier report."""
    listed = _listed(folder)
    found = [path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir()]
    names = [path.relative_to(folder).as_posix() for path in found if path.name not in _LEFT_BY_FILE_MANAGERS]
    return [name for name in names if name not in listed]


def _listed(folder: Path) -> set[str]:
    """The files of the report in ``folder``; none where there is no report."""
    manifest = read_json(folder / MANIFEST) or {}
    files: Any = manifest.get("files")
    return {MANIFEST, *files} if manifest.get("made_by") == MADE_BY and isinstance(files, dict) else set()


def _list_files(folder: Path) -> None:
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    text = json.dumps({"made_by": MADE_BY, "files": files}, indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")


def _sweep(place: Path) -> None:
    """Drop drafts that were left behind."""
    for path in place.parent.glob(".*.draft"):
        named = path.name.startswith(f".{place.name}.")
        if named and path.is_dir() and time.time() - path.stat().st_mtime > _STALE:
            shutil.rmtree(path, ignore_errors=True)


def _put(draft: Path, place: Path) -> None:
    """Make ``draft`` the folder ``place``; what was there is then ``draft``."""
    if not place.exists() or not any(place.iterdir()):
        draft.rename(place)
    elif not _exchanged(draft, place):
        aside = draft.with_name(f".{place.name}.{secrets.token_hex(4)}.draft")
        place.rename(aside)
        draft.rename(place)
        shutil.rmtree(aside, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; ``False``: that cannot be done here, and nothing was."""
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        exchange = getattr(library, "renamex_np", None)
        arguments: tuple[Any, ...] = (first, second, 2)  # RENAME_SWAP
    else:
        exchange = getattr(library, "renameat2", None)
        here = -100  # AT_FDCWD: paths are as they are
        arguments = (here, first, here, second, 2)  # RENAME_EXCHANGE
    if exchange is None:
        return False
    if exchange(*arguments) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.EINVAL, errno.ENOSYS, errno.EXDEV, errno.ENOTSUP}:
        return False
    raise OSError(code, os.strerror(code), str(other))
