"""The journal of publications: every worker appends a line to a file of its own for each step it publishes.

A file has one writer, so that nothing is interleaved, on a shared folder neither. A kill, or a full disk,
leaves a torn line at worst: it is passed over, and so is a line that was never written. What they would have
said is then read from the finished step, which alone is trusted. So nothing here waits for the disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

_TOKEN = secrets.token_hex(4)
"""Tells this process from one on another machine that has the same name and number."""


class Line(NamedTuple):
    """What is noted of a publication: an entry's fields, and the columns of its result rows."""

    entry: dict[str, Any]
    rows: dict[str, Any]


def note(folder: Path, line: Line) -> None:
    """Append ``line`` to this process's file in ``folder``; where that cannot be written, do without."""
    # begins with a line end: whatever a full disk left of the line before stays a line of its own
    text = f"\n{json.dumps(line._asdict(), ensure_ascii=False, separators=(',', ':'))}\n".encode()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{socket.gethostname()}-{os.getpid()}-{_TOKEN}.jsonl"
        handle = os.open(folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            os.write(handle, text)
        finally:
            os.close(handle)


def read(folder: Path) -> tuple[list[Line], dict[Path, int]]:
    """All lines in ``folder``, and of every file how many bytes of it they are."""
    lines: list[Line] = []
    sizes: dict[Path, int] = {}
    for path in sorted(folder.glob("*.jsonl")):
        with contextlib.suppress(OSError):  # taken into the index by another reader, and gone
            content = path.read_bytes()
            sizes[path] = len(content)
            lines += _lines(content)
    return lines, sizes


def drop(sizes: Mapping[Path, int]) -> None:
    """Delete the files that :func:`read` found, unless more was written since."""
    for path, size in sizes.items():
        with contextlib.suppress(OSError):
            if path.stat().st_size == size:
                path.unlink()


def _lines(content: bytes) -> Iterator[Line]:
    for text in content.splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            found = json.loads(text)
            yield Line(found["entry"], found["rows"])
