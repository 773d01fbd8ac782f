"""Examples as lines of JSON, as a translate step keeps them: every field of the record, and its kind."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Answer, Choices, Classified, Question

Translatable = Classified | Choices | Question
"""Examples that can be translated."""


def as_lines(examples: Iterable[Translatable]) -> str:
    """One line of JSON for each example; :func:`read_examples` gives back the same."""
    return "".join(
        json.dumps({"kind": type(example).__name__, **asdict(example)}, ensure_ascii=False) + "\n"
        for example in examples
    )


def read_examples(path: Path) -> tuple[Translatable, ...]:
    """The examples in ``path``, in the order of its lines.

    Raises:
        DataError: there is no such file, or a line is no example.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise DataError(path, None, f"cannot be read ({error.strerror}).") from None
    return tuple(_example(line, path, number) for number, line in enumerate(lines, start=1) if line)


def _example(line: str, path: Path, number: int) -> Translatable:
    try:
        return _made(json.loads(line))
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(path, number, f"is no translated example ({error!r}).") from None


def _made(raw: dict[str, Any]) -> Translatable:
    kind = raw.pop("kind")
    if kind == "Classified":
        return Classified(**raw)
    if kind == "Choices":
        return Choices(**{**raw, "choices": tuple(raw["choices"])})
    if kind == "Question":
        return Question(**{**raw, "answers": tuple(Answer(**each) for each in raw["answers"])})
    raise ValueError(f"unknown kind {kind!r}")
