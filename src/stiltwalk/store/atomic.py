"""Writes that are there whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any


def write_bytes(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path``: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_json(path: Path, value: object) -> None:
    """Put ``value`` at ``path`` as JSON, atomically."""
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_bytes(path, text.encode() + b"\n")


def write_cache(path: Path, value: object) -> None:
    """Put what can be made again at ``path``, as JSON; where nothing can be written, do without."""
    with contextlib.suppress(OSError):
        write_json(path, value)


def read_json(path: Path) -> dict[str, Any] | None:
    """The JSON object at ``path``; ``None`` if there is none, or something else."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def publish_folder(draft: Path, final: Path) -> bool:
    """Move the folder ``draft`` to ``final`` by one rename.

    Returns:
        Whether this call published it; ``False`` means ``final`` was there first and ``draft`` was
        dropped: the first publication wins.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    for path in draft.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
    try:
        draft.rename(final)
    except OSError:
        if not final.exists():
            raise
        shutil.rmtree(draft, ignore_errors=True)
        return False
    sync_folder(final.parent)
    return True


def drop_folder(folder: Path) -> None:
    """Delete ``folder``; it is put aside by one rename first: nobody sees it half there."""
    aside = folder.with_name(f".{folder.name[:40]}.{secrets.token_hex(4)}")
    folder.rename(aside)
    shutil.rmtree(aside)


def share_file(source: Path, target: Path) -> None:
    """Put an immutable file at ``target`` too: once on the disk, where it can do that, else as a copy."""
    try:
        os.link(source, target)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(source, target)


def sync_folder(folder: Path) -> None:
    """Make renames within ``folder`` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
