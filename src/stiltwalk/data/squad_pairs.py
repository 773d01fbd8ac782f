"""``squad-pairs``: SQuAD 1.1 JSON as questions and the sentences that answer them, for a dual encoder.

As the XTREME-R baseline does it (google-research/xtreme, third_party/processors/lareqa.py): the sentence in
which the first answer starts, directly followed by its paragraph. SQuAD has no sentence breaks; they are
those of ``data.sentences``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from stiltwalk.data import squad
from stiltwalk.data.reader import Grouped
from stiltwalk.data.sentences import Span, answer_in_context, sentence_spans, span_around
from stiltwalk.spec.examples import Paired, Question
from stiltwalk.spec.task import Task


def read(task: Task, language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """A pair for each question of the files, with the question's id, grouped as ``squad`` groups them.

    Raises:
        DataError: as the ``squad`` layout.
    """
    for grouped in squad.read(task, language, paths):
        question = grouped.example
        assert isinstance(question, Question), "the squad layout holds nothing else"
        yield Grouped(_pair(question), grouped.group)


def _pair(question: Question) -> Paired:
    answer = question.answers[0]
    # an answer may begin with white space, which belongs to no sentence
    start = answer.start + len(answer.text) - len(answer.text.lstrip())
    sentence = span_around(_sentences(question.context), start, start + 1)
    assert sentence is not None, "only white space lies outside of sentences"
    return Paired(question.id, question.question, answer_in_context(question.context, sentence))


@lru_cache(maxsize=1)  # the questions of a paragraph follow one another
def _sentences(context: str) -> list[Span]:
    return sentence_spans(context)
