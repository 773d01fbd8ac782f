"""Files that hold a JSON object a line, as gold and measured corpora are published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from stiltwalk.spec.errors import DataError, StudyError
from stiltwalk.spec.record import Record, parse

R = TypeVar("R", bound=Record)

_SHOWN = 60
"""Characters of a wrong line that a message shows."""


class Line(NamedTuple):
    """An object, and the line that it stands in, from 1."""

    number: int
    fields: dict[str, Any]


def json_lines(path: Path) -> Iterator[Line]:
    """Every object of ``path``; empty lines are passed over.

    Raises:
        DataError: the file cannot be read, or a line is no JSON object.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(path, None, f"The file cannot be read: {error.strerror}.") from None
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            yield Line(number, _object(path, number, line))


def as_record(path: Path, line: Line, kind: type[R], called: str) -> R:
    """The object of ``line`` as a record of ``kind``, which messages call so.

    Raises:
        DataError: it is none, with every problem of it.
    """
    try:
        return parse(kind, line.fields, "The object", called)
    except StudyError as error:
        raise DataError(path, line.number, str(error)) from None


def _object(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):  # what is no UTF-8 is a ValueError too
        found = None
    if not isinstance(found, dict):
        shown = line[:_SHOWN].decode("utf-8", "replace")
        raise DataError(path, number, f"Expected a JSON object, found {shown!r}.")
    return found
