"""``commonsenseqa``: CommonsenseQA's JSON lines, five choices labelled A to E.

The test rows are published without an answer; their label is ``None``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from stiltwalk.data.fields import Fault, field, filled, parse_json
from stiltwalk.data.files import read_lines
from stiltwalk.data.reader import Grouped
from stiltwalk.spec.errors import DataError, nearest
from stiltwalk.spec.examples import Choices
from stiltwalk.spec.task import Task

_LETTERS = ("A", "B", "C", "D", "E")


def read(_task: Task, _language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every row of the files; blank lines are passed over.

    Raises:
        DataError: a line is not JSON, a field is missing or blank, the choices are not A to E in this
            order, or the answer is none of them.
    """
    for path in paths:
        for number, line in enumerate(read_lines(path), start=1):
            if line.strip():
                row = _row(parse_json(line, path, number), partial(DataError, path, number))
                yield Grouped(row, row.id)


def _row(raw: object, fault: Fault) -> Choices:
    question = field(raw, "question", dict, fault)
    choices = field(question, "choices", list, fault)
    letters = tuple(field(choice, "label", str, fault) for choice in choices)
    if letters != _LETTERS:
        found = ", ".join(letters) or "none"
        raise fault(f"expected choices labelled {', '.join(_LETTERS)}, found {found}. Fetch the file again.")
    return Choices(
        id=filled(raw, "id", fault),
        prompt=filled(question, "stem", fault),
        choices=tuple(filled(choice, "text", fault) for choice in choices),
        label=_label(raw, fault),
    )


def _label(raw: object, fault: Fault) -> int | None:
    if isinstance(raw, dict) and "answerKey" not in raw:
        return None
    answer = field(raw, "answerKey", str, fault)
    if answer not in _LETTERS:
        close = nearest(answer, _LETTERS)
        hint = f" Did you mean '{close}'?" if close else ""
        raise fault(f"expected an answerKey among {', '.join(_LETTERS)}, found '{answer}'.{hint}")
    return _LETTERS.index(answer)
