"""Parsed JSON taken apart: every field is checked, and what is wrong is said with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from stiltwalk.spec.errors import DataError

Fault = Callable[[str], DataError]
"""Makes the error for a message, adding the file and the place that is being read."""

T = TypeVar("T")

_KINDS: dict[type, str] = {str: "text", int: "a whole number", list: "a list", dict: "an object"}


def parse_json(text: str, path: Path, line: int | None = None) -> object:
    """``text`` as JSON.

    Args:
        text: a whole file, or one line of it.
        path: the file, for the message.
        line: which line of it ``text`` is; ``None`` for a whole file, where the parser's own count is given.

    Raises:
        DataError: it is not JSON; a text that ends too early is called cut short.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        at = error.lineno if line is None else line
        # a text cut inside a string is reported where the string began
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        what = "the JSON is cut short" if cut else "not JSON"
        raise DataError(path, at, f"{what} ({error.msg}). Fetch the file again.") from None
    except RecursionError:
        message = "the JSON is nested deeper than any layout. Fetch the file again."
        raise DataError(path, line, message) from None


def field(record: object, name: str, kind: type[T], fault: Fault) -> T:
    """The field ``name`` of ``record``, of type ``kind``.

    Raises:
        DataError: ``record`` is no object, has no such field, or holds something else there (or text with
            half a surrogate pair, which no tokenizer takes).
    """
    if not isinstance(record, dict):
        raise fault(f"expected an object with the field '{name}', found {short(record)}")
    if name not in record:
        there = ", ".join(f"'{key}'" for key in record) or "none"
        raise fault(f"expected the field '{name}', found {there}")
    value = record[name]
    # JSON's true is no number, though Python's is
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise fault(f"expected {_KINDS[kind]} in the field '{name}', found {short(value)}")
    if isinstance(value, str) and not _is_unicode(value):
        raise fault(f"the field '{name}' holds half a surrogate pair, which is no text: {short(value)}")
    return value


def filled(record: object, name: str, fault: Fault) -> str:
    """The text in the field ``name``, as it stands, which may not be blank.

    Raises:
        DataError: as ``field``, or the text is blank.
    """
    text = field(record, name, str, fault)
    if not text.strip():
        raise fault(f"the field '{name}' is empty; fill it in, or fetch the file again")
    return text


def _is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8: JSON's escapes can also spell what cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def short(value: object) -> str:
    """``value`` as an error message shows it."""
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
