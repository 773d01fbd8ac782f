"""``xquad-r``: LAReQA's XQuAD-R (Roy et al. 2020, arXiv 2004.05484): SQuAD JSON with the sentences marked.

A paragraph's ``sentence_breaks`` are pairs ``[start, end)`` of characters of its context.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from stiltwalk.data import squad
from stiltwalk.data.fields import Fault, field, filled, parse_json, short
from stiltwalk.data.files import read_text
from stiltwalk.data.reader import Grouped
from stiltwalk.data.sentences import Span, answer_in_context, span_around
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Candidate, Query, Question
from stiltwalk.spec.task import Task


def read(task: Task, language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Of every paragraph a candidate for each of its sentences, and a query for each of its questions.

    A question's id is the same in every language, so it is also its key. A candidate is
    ``LANGUAGE:PARAGRAPH:SENTENCE`` (from 1 and from 0) and answers the questions whose first answer starts in
    it; a sentence that stands twice in its paragraph answers them in both places (as LAReQA's own scorer).

    Raises:
        DataError: as the ``squad`` layout; or a sentence is no part of its context, or an answer starts in
            none of the sentences.
    """
    for path in paths:
        asked: dict[str, list[Question]] = {}
        groups: dict[str, str] = {}
        for grouped in squad.read(task, language, (path,)):
            question = grouped.example
            assert isinstance(question, Question), "the squad layout holds nothing else"
            asked.setdefault(question.context, []).append(question)
            groups[question.context] = grouped.group
        for number, (context, sentences) in enumerate(_paragraphs(path), start=1):
            questions = asked.pop(context, [])
            answered = _answered(context, sentences, questions, path)
            group = groups.get(context, context)
            for index, span in enumerate(sentences):
                answers = tuple(answered.get(_text(context, span), ()))
                name = f"{language}:{number}:{index}"
                yield Grouped(Candidate(name, answer_in_context(context, span), answers), group)
            for question in questions:
                yield Grouped(Query(question.id, question.question, key=question.id), group)


def _paragraphs(path: Path) -> Iterator[tuple[str, list[Span]]]:
    """The contexts of a file with their sentences."""
    document = parse_json(read_text(path), path)
    for number, article in enumerate(field(document, "data", list, partial(_fault, path, "top level"))):
        place = f"data[{number}]"
        for index, raw in enumerate(field(article, "paragraphs", list, partial(_fault, path, place))):
            fault = partial(_fault, path, f"{place}.paragraphs[{index}]")
            context = filled(raw, "context", fault)
            breaks = field(raw, "sentence_breaks", list, fault)
            yield context, [_span(each, context, fault) for each in breaks]


def _span(raw: object, context: str, fault: Fault) -> Span:
    match raw:
        case [int(start), int(end)] if 0 <= start < end <= len(context):
            return Span(start, end)
    raise fault(
        f"expected each of 'sentence_breaks' to be [start, end] within its {len(context)} characters, "
        f"found {short(raw)}. Fetch the file again."
    )


def _answered(
    context: str, sentences: Sequence[Span], questions: Sequence[Question], path: Path
) -> dict[str, list[str]]:
    """A sentence's text → ids of the questions it answers."""
    found: dict[str, list[str]] = {}
    for question in questions:
        start = question.answers[0].start
        sentence = span_around(sentences, start, start + 1)
        if sentence is None:
            message = "its answer starts in none of the 'sentence_breaks'. Fetch the file again."
            raise _fault(path, f"question {question.id}", message)
        found.setdefault(_text(context, sentence), []).append(question.id)
    return found


def _text(context: str, span: Span) -> str:
    return context[span.start : span.end]


def _fault(path: Path, place: str, message: str) -> DataError:
    return DataError(path, None, f"{place}: {message}")
