"""Examples carried over into another language, sentence by sentence.

Translators are trained on sentences, so every text is cut into its sentences (``sentences``, whose rules are
those of English; full stops of other scripts end a sentence too), each is translated by itself, and the
translations are joined by a space, by nothing where the language writes none, or by the line end that stood
there. Labels and ids stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from stiltwalk.data.realign import found_again
from stiltwalk.data.sentences import Span, sentence_spans
from stiltwalk.data.translated import Translatable
from stiltwalk.spec.examples import Answer, Choices, Classified, Question

Sentences = Mapping[str, str]
"""Sentence → its translation."""

_UNSPACED = frozenset({"ja", "wuu", "yue", "zh"})
"""Languages with nothing between two sentences."""

# of Chinese and Japanese, of Indic scripts, of Arabic and Urdu: white space may or may not follow
_OTHER_END = re.compile(
    r"""(?:[\u3002\uff01\uff1f]|[\u0964\u0965\u061f\u06d4](?=\s))['"\u201d\u2019\u00bb\u300d\u300f\uff09)\]]*"""
)


@dataclass(frozen=True, slots=True)
class Lost:
    """An example that could not be carried over.

    Attributes:
        id: its id.
        why: ``empty``: a translation is blank; ``answer``: no answer is in the translated context.
        text: the sentence whose translation is blank, or the first answer.
    """

    id: str
    why: Literal["empty", "answer"]
    text: str


class _BlankError(Exception):
    """A sentence's translation is blank."""


def cut_sentences(text: str) -> list[Span]:
    """The sentences of ``text``, of whatever language; only white space lies outside of them."""
    return [part for span in sentence_spans(text) for part in _cut(text, span)]


def _cut(text: str, span: Span) -> Iterator[Span]:
    ends = [match.end() for match in _OTHER_END.finditer(text, span.start, span.end)]
    for start, end in pairwise(dict.fromkeys((span.start, *ends, span.end))):
        part = text[start:end]
        if part.strip():
            first = start + len(part) - len(part.lstrip())
            yield Span(first, first + len(part.strip()))


def sentences_of(example: Translatable) -> Iterator[str]:
    """Every sentence that must be translated to carry ``example`` over."""
    for text in _texts(example):
        yield from (text[start:end] for start, end in cut_sentences(text))


def _texts(example: Translatable) -> tuple[str, ...]:
    match example:
        case Classified(text_a=a, text_b=b):
            return (a,) if b is None else (a, b)
        case Choices(prompt=prompt, choices=choices):
            return (prompt, *choices)
        case Question(question=question, context=context, answers=answers):
            return (question, context, *(answer.text for answer in answers))


def carried_over(example: Translatable, sentences: Sentences, into: str) -> Translatable | Lost:
    """``example`` in the language ``into``, its id and label kept.

    Args:
        example: in its own language.
        sentences: the translations of all of ``sentences_of(example)``.
        into: code of the language.

    Returns:
        The example; or why it is lost: no row is made up.
    """
    try:
        match example:
            case Classified(text_a=a, text_b=b):
                second = None if b is None else _said(b, sentences, into)
                return replace(example, text_a=_said(a, sentences, into), text_b=second)
            case Choices(prompt=prompt, choices=choices):
                said = tuple(_said(choice, sentences, into) for choice in choices)
                return replace(example, prompt=_said(prompt, sentences, into), choices=said)
            case Question():
                return _question(example, sentences, into)
    except _BlankError as blank:
        return Lost(example.id, "empty", str(blank))


def _question(example: Question, sentences: Sentences, into: str) -> Question | Lost:
    """With those of its answers that are found again; one that has no answers has none again."""
    spans = cut_sentences(example.context)
    context, translated = _joined(example.context, spans, sentences, into)
    answers = []
    for answer in example.answers:
        end = answer.start + len(answer.text)
        touched = [at for at, span in enumerate(spans) if span.start < end and answer.start < span.end]
        if not touched:
            continue  # a blank answer lies in no sentence
        first, last = touched[0], touched[-1]
        before, whole = answer.start - spans[first].start, spans[last].end - spans[first].start
        within = Span(translated[first].start, translated[last].end)
        said = _said(answer.text, sentences, into)
        again = found_again(answer.text, said, context, within, before / whole)
        if again is not None:
            answers.append(Answer(context[again.start : again.end], again.start))
    if example.answers and not answers:
        return Lost(example.id, "answer", example.answers[0].text)
    question = _said(example.question, sentences, into)
    return Question(example.id, question, context, tuple(dict.fromkeys(answers)))


def _said(text: str, sentences: Sentences, into: str) -> str:
    return _joined(text, cut_sentences(text), sentences, into)[0]


def _joined(text: str, spans: list[Span], sentences: Sentences, into: str) -> tuple[str, list[Span]]:
    """The translation of ``text``, and where in it that of each of its sentences lies.

    Raises:
        _BlankError: the translation of a sentence is blank.
    """
    whole, places, before = "", [], 0
    for start, end in spans:
        translation = sentences[text[start:end]].strip()
        if not translation:
            raise _BlankError(text[start:end])
        if whole:
            gap = "\n" if "\n" in text[before:start] else " "
            whole += "" if gap == " " and into in _UNSPACED else gap
        places.append(Span(len(whole), len(whole) + len(translation)))
        whole, before = whole + translation, end
    return whole, places
