"""``squad``: SQuAD JSON, as SQuAD 1.1 and 2.0, XQuAD, MLQA and TyDiQA-GoldP are published.

Contexts are kept as they stand: stripping them would move every answer (many TyDiQA contexts begin or end
with white space).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from stiltwalk.data.fields import Fault, field, filled, parse_json
from stiltwalk.data.files import read_text
from stiltwalk.data.reader import Grouped
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Answer, Question
from stiltwalk.spec.task import Task


def read(task: Task, _language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every question of the files; the group is the article's title, or the context where it has none.

    A question without an answer is read as such where the task's scorer allows it (SQuAD 2.0).

    Raises:
        DataError: a field is missing or blank, an id occurs twice, a question has no answer though it needs
            one, or an answer is not the text at its place in the context.
    """
    seen: set[str] = set()
    for asked in every_question(paths):
        example = _question(asked)
        if not example.answers and not task.scoring.abstains:
            message = "it has no answer, and this task wants one. Is this a SQuAD 2.0 file? Use version 1.1."
            raise asked.fault(message)
        if example.id in seen:
            raise asked.fault("the id occurs twice. Remove one of the two questions.")
        seen.add(example.id)
        yield Grouped(example, asked.group)


class Asked(NamedTuple):
    """A question as it stands in the file.

    Attributes:
        id: its id.
        raw: its object.
        context: the paragraph it is asked about, not blank.
        group: the article's title, or the context where it has none.
        fault: how its errors begin.
    """

    id: str
    raw: object
    context: str
    group: str
    fault: Fault


def every_question(paths: tuple[Path, ...]) -> Iterator[Asked]:
    """Every question of the files, in their order.

    Raises:
        DataError: a file is no such JSON, or a field around the question is missing or blank.
    """
    for path in paths:
        document = parse_json(read_text(path), path)
        articles = field(document, "data", list, partial(_fault, path, "top level"))
        for number, article in enumerate(articles):
            yield from _article(path, f"data[{number}]", article)


def _article(path: Path, place: str, article: object) -> Iterator[Asked]:
    fault = partial(_fault, path, place)
    title = article.get("title") if isinstance(article, dict) else None
    for number, paragraph in enumerate(field(article, "paragraphs", list, fault)):
        inside = f"{place}.paragraphs[{number}]"
        context = filled(paragraph, "context", partial(_fault, path, inside))
        # an article without a title may be a whole data set under one roof (MLQA converted from Arrow)
        group = str(title) if title else context
        questions = field(paragraph, "qas", list, partial(_fault, path, inside))
        for index, raw in enumerate(questions):
            identity = filled(raw, "id", partial(_fault, path, f"{inside}.qas[{index}]"))
            yield Asked(identity, raw, context, group, partial(_fault, path, f"question {identity}"))


def _question(asked: Asked) -> Question:
    identity, raw, context, _, fault = asked
    question = filled(raw, "question", fault)
    answers = tuple(_answer(answer, context, fault) for answer in field(raw, "answers", list, fault))
    return Question(id=identity, question=question, context=context, answers=answers)


def _answer(raw: object, context: str, fault: Fault) -> Answer:
    text = field(raw, "text", str, fault)
    start = field(raw, "answer_start", int, fault)
    if not text.strip():
        raise fault("its answer is empty: the annotations were removed. Use the file as it was published.")
    found = context[start : start + len(text)] if start >= 0 else ""
    if found != text:
        right = context.find(text)
        cure = (
            f"It stands at {right}: mend answer_start (characters, not bytes; the context is not stripped)."
            if right >= 0
            else "It is nowhere in the context. Fetch the file again."
        )
        raise fault(f"expected the answer {text!r} at character {start}, found {found!r}. {cure}")
    return Answer(text=text, start=start)


def _fault(path: Path, place: str, message: str) -> DataError:
    return DataError(path, None, f"{place}: {message}")
