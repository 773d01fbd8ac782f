"""``columns``: a table whose record says which column is what, for every type of task.

The original files of most classification and multiple-choice tasks are such tables, so are all Parquet files
of a hub, and so is what a user declares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from stiltwalk.data.fields import Fault, short
from stiltwalk.data.reader import Grouped
from stiltwalk.data.table import Row, rows
from stiltwalk.spec.columns import Columns
from stiltwalk.spec.errors import DataError, nearest
from stiltwalk.spec.examples import (
    Aligned,
    Answer,
    Choices,
    Classified,
    Example,
    Line,
    Question,
    Tagged,
)
from stiltwalk.spec.task import Task, TaskType

_PLACE = re.compile(r"\{([^{}]+)\}")


def read(task: Task, language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every row that meets ``where`` and has a gold label, in file order; or every line of its text.

    Raises:
        DataError: a column is missing or blank, holds something of another kind, or a label that is not in
            the task's label set.
    """
    columns = task.columns
    assert columns is not None, "the record was checked when it was made"
    make = _MAKERS[task.type]
    for name, row in _named(task, language, paths):
        if columns.gaps and not _complete(row, columns):
            continue
        group = name if columns.group is None else _text(row, columns, columns.group)
        if columns.lines:
            yield from (Grouped(line, group) for line in _lines(row, columns, name))
        else:
            yield Grouped(make(row, columns, task, name), group)


def left_out(task: Task, language: str, paths: tuple[Path, ...]) -> int:
    """How many rows are left out because a text in them is blank.

    Raises:
        DataError: as ``read``.
    """
    columns = task.columns
    if columns is None or not columns.gaps:
        return 0
    return sum(not _complete(row, columns) for _, row in _named(task, language, paths))


def _named(task: Task, language: str, paths: tuple[Path, ...]) -> Iterator[tuple[str, Row]]:
    """Every row that meets ``where`` and has a gold label, with its example's id."""
    columns = task.columns
    assert columns is not None, "the record was checked when it was made"
    wanted = _where(task, language)
    number = 0
    for row in rows(paths, columns):
        if not _meets(row, wanted):
            continue
        number += 1
        if columns.label is not None and plain(row, columns.label) in columns.unlabelled:
            continue
        yield str(number) if columns.id is None else _text(row, columns, columns.id), row


def _complete(row: Row, columns: Columns) -> bool:
    """Whether no text of the example would be blank."""
    templates = (columns.text_a, columns.text_b, columns.prompt, columns.question, *columns.choices)
    names = {name for template in templates if template for name in _PLACE.findall(template)}
    return all(plain(row, name).strip() for name in names - set(columns.blank))


def of_language(table: pa.Table, task: Task, language: str, path: Path) -> pa.Table:
    """The rows of ``table`` that meet ``where``: those of one language, where a table holds several.

    Raises:
        DataError: a column is missing; the message names ``path``.
    """
    wanted = _where(task, language)
    if not wanted:
        return table
    outer = list(dict.fromkeys(name.partition(".")[0] for name in wanted))
    some = table.select([name for name in outer if name in table.column_names])
    kept = [_meets(Row(cells, partial(DataError, path, None)), wanted) for cells in some.to_pylist()]
    return table.filter(pa.array(kept, pa.bool_()))


def _where(task: Task, language: str) -> dict[str, str]:
    """Column → pattern that the rows of this language meet."""
    assert task.columns is not None, "the record was checked when it was made"
    return {name: task.filled(pattern, language) for name, pattern in task.columns.where.items()}


def _meets(row: Row, wanted: Mapping[str, str]) -> bool:
    return all(fnmatchcase(plain(row, name), pattern) for name, pattern in wanted.items())


def _classified(row: Row, columns: Columns, task: Task, name: str) -> Example:
    assert columns.text_a is not None
    pair = None if columns.text_b is None else _text(row, columns, columns.text_b)
    return Classified(name, _text(row, columns, columns.text_a), pair, _label(row, columns, task))


def _choices(row: Row, columns: Columns, task: Task, name: str) -> Example:  # noqa: ARG001  one form for all
    assert columns.prompt is not None
    prompt = _text(row, columns, columns.prompt)
    if columns.choice_list is None:
        choices = tuple(_text(row, columns, template) for template in columns.choices)
    else:
        listed = _list(row, columns.choice_list)
        choices = tuple(
            _text(row, columns, columns.choice, {"choice": _written(row, columns.choice_list, each)})
            for each in listed
        )
    return Choices(name, prompt, choices, _choice(row, columns, len(choices)))


def _tagged(row: Row, columns: Columns, task: Task, name: str) -> Example:
    assert columns.words is not None
    assert columns.tags is not None
    words = tuple(_written(row, columns.words, word) for word in _list(row, columns.words))
    raw = [_written(row, columns.tags, tag) for tag in _list(row, columns.tags)]
    tags = tuple(task.tag_map.get(tag, tag) for tag in raw)
    if len(words) != len(tags):
        raise row.fault(f"expected a tag for each of the {len(words)} words, found {len(tags)}.")
    for tag in tags:
        _known(tag, task.labels, "tag", row.fault)
    return Tagged(name, words, tags)


def _question(row: Row, columns: Columns, task: Task, name: str) -> Example:
    assert columns.question is not None
    assert columns.context is not None
    assert columns.answers is not None
    context = _text(row, columns, f"{{{columns.context}}}")
    texts, starts = _list(row, f"{columns.answers}.text"), _list(row, f"{columns.answers}.answer_start")
    if len(texts) != len(starts) or not all(type(start) is int for start in starts):
        raise row.fault(f"expected a number for each of {len(texts)} answers, found {short(starts)}.")
    answers = tuple(Answer(str(text), start) for text, start in zip(texts, starts, strict=True))
    for answer in answers:
        if context[answer.start : answer.start + len(answer.text)] != answer.text:
            message = f"expected the answer {answer.text!r} at character {answer.start} of the context, found"
            raise row.fault(f"{message} {context[answer.start : answer.start + len(answer.text)]!r}.")
    if not answers and not task.scoring.abstains:
        raise row.fault("the question has no answer. Is this SQuAD 2.0? Its task is another one.")
    return Question(name, _text(row, columns, columns.question), context, answers)


def _aligned(row: Row, columns: Columns, task: Task, name: str) -> Example:  # noqa: ARG001  one form for all
    assert columns.text_a is not None
    assert columns.text_b is not None
    return Aligned(
        name, _text(row, columns, columns.text_a).strip(), _text(row, columns, columns.text_b).strip()
    )


def _lines(row: Row, columns: Columns, name: str) -> Iterator[Line]:
    """Every line of the text that is not blank, stripped; the id is ``NAME:LINE``, counting from 1."""
    assert columns.line is not None
    for number, line in enumerate(_text(row, columns, columns.line).split("\n"), start=1):
        if text := line.strip():
            yield Line(f"{name}:{number}", text)


def _line(row: Row, columns: Columns, task: Task, name: str) -> Example:  # noqa: ARG001  one form for all
    assert columns.line is not None
    return Line(name, _text(row, columns, columns.line))


_MAKERS: Mapping[TaskType, Callable[[Row, Columns, Task, str], Example]] = {
    "sequence-classification": _classified,
    "multiple-choice": _choices,
    "token-classification": _tagged,
    "question-answering": _question,
    "sentence-retrieval": _aligned,
    "masked-lm": _line,
}


def _label(row: Row, columns: Columns, task: Task) -> int:
    assert columns.label is not None
    raw = plain(row, columns.label)
    return _known(columns.labels.get(raw, raw), task.labels, f"label (column '{columns.label}')", row.fault)


def _choice(row: Row, columns: Columns, choices: int) -> int:
    assert columns.label is not None
    raw = plain(row, columns.label)
    named = [*(columns.labels or map(str, range(choices)))]
    index = columns.labels.get(raw, raw)
    if not index.isdecimal() or int(index) >= choices:
        raise row.fault(
            f"expected the right choice in the column '{columns.label}' ({', '.join(named)}), found '{raw}'."
        )
    return int(index)


def _known(name: str, labels: tuple[str, ...], what: str, fault: Fault) -> int:
    if name not in labels:
        close = nearest(name, labels)
        hint = f" Did you mean '{close}'?" if close else ""
        raise fault(f"there is no {what} '{name}'.{hint} There is: {', '.join(labels)}.")
    return labels.index(name)


def _text(row: Row, columns: Columns, template: str, more: Mapping[str, str] | None = None) -> str:
    """``template`` filled from the row."""

    def fill(place: re.Match[str]) -> str:
        name = place[1]
        text = more[name] if more and name in more else plain(row, name)
        if name in columns.values:
            if text not in columns.values[name]:
                known = ", ".join(columns.values[name])
                raise row.fault(f"expected one of {known} in the column '{name}', found {short(text)}.")
            return columns.values[name][text]
        if not text.strip() and name not in columns.blank:
            raise row.fault(f"the column '{name}' is empty. Fill it in, or fetch the file again.")
        return text

    return _PLACE.sub(fill, template)


def plain(row: Row, name: str) -> str:
    """The cell as text; a number is written out.

    Raises:
        DataError: there is no such column, or something else is in it.
    """
    return _written(row, name, _cell(row, name))


def _written(row: Row, name: str, value: Any) -> str:
    if isinstance(value, dict | list) or value is None:
        raise row.fault(f"expected text or a number in the column '{name}', found {short(value)}.")
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        message = f"the column '{name}' holds half a surrogate pair, which is no text: {short(text)}."
        raise row.fault(message) from None
    return text


def _list(row: Row, name: str) -> list[Any]:
    value = _cell(row, name)
    if not isinstance(value, list):
        raise row.fault(f"expected a list in the column '{name}', found {short(value)}.")
    return value


def _cell(row: Row, name: str) -> Any:
    value: Any = row.cells
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            there = ", ".join(map(str, value)) if isinstance(value, Mapping) else short(value)
            close = nearest(part, map(str, value)) if isinstance(value, Mapping) else None
            hint = f" Did you mean '{close}'?" if close else ""
            raise row.fault(f"expected the column '{name}', found {there or 'none'}.{hint}")
        value = value[part]
    return value
