"""Examples: one frozen class for each task type, as readers make them and models consume them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Classified:
    """``sequence-classification``: one text or a pair, and the index of its label (``None``: not given)."""

    id: str
    text_a: str
    text_b: str | None
    label: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """``multiple-choice``: a prompt, its possible continuations and the index of the right one."""

    id: str
    prompt: str
    choices: tuple[str, ...]
    label: int | None


@dataclass(frozen=True, slots=True)
class Tagged:
    """``token-classification``: words and one tag for each (empty ``tags``: not given)."""

    id: str
    words: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A gold answer: ``context[start:start + len(text)] == text``."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Question:
    """``question-answering``: a question, its context and the gold answers in it."""

    id: str
    question: str
    context: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Aligned:
    """``sentence-retrieval``: a sentence and the English sentence that means the same."""

    id: str
    text: str
    english: str


@dataclass(frozen=True, slots=True)
class Minable:
    """``sentence-retrieval``: one sentence of one side of a corpus, most of which has no translation in it.

    ``twin`` is the id of its gold translation on the other side (``None``: it has none). One language's
    examples are the sentences of both sides.
    """

    id: str
    text: str
    side: Literal["foreign", "english"]
    twin: str | None


@dataclass(frozen=True, slots=True)
class Query:
    """``sentence-retrieval``: what is looked for among candidates of every language.

    A candidate is right if ``key`` is among its ``answers``; ``right`` holds the ids of those once the
    candidates are known (``with_right``).
    """

    id: str
    text: str
    key: str
    right: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """``sentence-retrieval``: a text that may be found, and the keys of the queries it answers."""

    id: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paired:
    """``sentence-retrieval``: a query and its right candidate, to train a dual encoder on."""

    id: str
    query: str
    candidate: str


@dataclass(frozen=True, slots=True)
class Line:
    """``masked-lm``: one line of raw text."""

    id: str
    text: str


Example = Classified | Choices | Tagged | Question | Aligned | Minable | Query | Candidate | Paired | Line


def main_texts(example: Example) -> tuple[str, ...]:
    """The texts by which overlap between two data sets is recognised.

    A question-answering example is recognised by its context, since a repeated paragraph leaks
    whatever is asked about it.
    """
    match example:
        case Classified(text_a=a, text_b=b):
            return (a,) if b is None else (a, b)
        case Choices(prompt=prompt):
            return (prompt,)
        case Tagged(words=words):
            return (" ".join(words),)
        case Question(context=context):
            return (context,)
        case Paired(query=query, candidate=candidate):
            return (query, candidate)
        case Aligned(text=text) | Minable(text=text) | Query(text=text) | Candidate(text=text):
            return (text,)
        case Line(text=text):
            return (text,)


def scored(examples: Iterable[Example]) -> tuple[Example, ...]:
    """The examples that get a prediction and are counted: all but candidates, which are only found."""
    return tuple(example for example in examples if not isinstance(example, Candidate))


def with_right(queries: Iterable[Query], candidates: Iterable[Candidate]) -> list[Query]:
    """``queries``, each with the ids of the candidates that answer it, in the candidates' order."""
    asked = list(queries)
    by_key: dict[str, list[str]] = {query.key: [] for query in asked}
    for candidate in candidates:
        for key in candidate.answers:
            if key in by_key:  # of a million candidates most answer nothing that is asked
                by_key[key].append(candidate.id)
    return [replace(query, right=tuple(by_key[query.key])) for query in asked]
