"""``squad-translated``: SQuAD JSON that a machine translated, its answers sought again by who published it.

Not every answer was found again: some are empty in the published files, and their questions are no use.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stiltwalk.data.fields import field
from stiltwalk.data.reader import Grouped
from stiltwalk.data.squad import Asked, every_question
from stiltwalk.spec.examples import Answer, Question
from stiltwalk.spec.task import Task


def read(_task: Task, _language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every question that has text and an answer in its context; the group is as in ``squad``.

    An answer that is not at its place is moved to where it is, if it is in the context once. Questions that
    no answer is left of are left out.

    Raises:
        DataError: a field is missing, a context blank, or an id occurs twice.
    """
    seen: set[str] = set()
    for asked in every_question(paths):
        if asked.id in seen:
            raise asked.fault("the id occurs twice. Remove one of the two questions.")
        seen.add(asked.id)
        example = _question(asked)
        if example is not None:
            yield Grouped(example, asked.group)


def left_out(paths: tuple[Path, ...]) -> int:
    """How many questions ``read`` leaves out.

    Raises:
        DataError: as ``read``.
    """
    return sum(_question(asked) is None for asked in every_question(paths))


def _question(asked: Asked) -> Question | None:
    question = field(asked.raw, "question", str, asked.fault)
    listed = field(asked.raw, "answers", list, asked.fault)
    placed = [_placed(raw, asked) for raw in listed]
    answers = tuple(answer for answer in placed if answer is not None)
    if not question.strip() or not answers:
        return None
    return Question(id=asked.id, question=question, context=asked.context, answers=answers)


def _placed(raw: object, asked: Asked) -> Answer | None:
    """The answer where it stands in the context; ``None`` if nowhere, or if several places could be meant."""
    text = field(raw, "text", str, asked.fault)
    start = field(raw, "answer_start", int, asked.fault)
    if not text.strip():
        return None
    if start >= 0 and asked.context.startswith(text, start):
        return Answer(text=text, start=start)
    first = asked.context.find(text)
    alone = first >= 0 and asked.context.find(text, first + 1) < 0
    return Answer(text=text, start=first) if alone else None
