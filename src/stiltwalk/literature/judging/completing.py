"""Slots completed from their own sentence, where a reader of sentences left open what it names only once.

"Cosmos QA as an intermediate task helps: accuracy rises by 3 points" has accuracy as what rises. The sentence
names one intermediate task, so that is the subject. Nothing is taken from any other sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.vocabulary import Kind, names
from stiltwalk.literature.judging.numbers import printed_among, printed_in
from stiltwalk.literature.judging.slots import Result, data_sets
from stiltwalk.literature.judging.subjects import is_baseline, is_pronoun, modifiers, subject_of
from stiltwalk.literature.records.claims import Direction, Value

_PIECES: Final = re.compile(r"[:;—–]|, (?:and|but|while|whereas|which)\b")
_MEASURED: Final = frozenset[Kind]({"benchmark", "target"})
_TRAINED: Final = frozenset[Kind]({"intermediate"})
_EACH: Final = re.compile(
    r"(?:neither|both)\s+(?P<one>.{1,80}?)\s+(?:nor|and)\s+(?P<other>.{1,80})", re.IGNORECASE
)
_PAIR: Final = re.compile(r"(?P<one>.{1,80}?)\s+and\s+(?P<other>.{1,80})")
_AROUND: Final = r"(?P<before>(?:[\w-]{{1,30}} ){{0,2}}){name}(?P<behind>(?: [\w-]{{1,30}})?)"


class Completed(NamedTuple):
    """A result in its slots, as far as its sentence tells; see ``PaperClaim``.

    Attributes:
        subject: what is said to have the effect.
        comparison: what it is compared with.
        direction: what the subject is against that.
        metric: what was measured.
        values: those that stand in the sentence: one that was reckoned from others was not stated.
        data_set: what it was measured on.
        condition: under which it holds.
    """

    subject: str
    comparison: str
    direction: Direction
    metric: str
    values: tuple[Value, ...]
    data_set: str
    condition: str


def completed(result: Result, sentence: str, *, alone: bool) -> tuple[Completed, ...]:
    """``result`` with what its ``sentence`` names once and the slots leave open.

    Of "neither A nor B" and "both A and B" there are two results.

    Args:
        result: of the sentence.
        sentence: which states it.
        alone: whether it states no other result: only then is its one data set this result's.
    """
    data_set = result.data_set
    if alone and not data_sets(data_set):
        data_set = _only(sentence, _MEASURED) or data_set
    found = Completed(
        _subject(result, sentence, data_set),
        result.comparison,
        result.direction,
        result.metric,
        _printed(result.values, sentence),
        data_set,
        result.condition,
    )
    each = _EACH.fullmatch(found.subject)
    if each:
        return found._replace(subject=each["one"]), found._replace(subject=each["other"])
    return (_against_baseline(found),)


def _against_baseline(found: Completed) -> Completed:
    """Where "MNLI and the baseline" do equally well, it is MNLI that is compared with the baseline."""
    pair = _PAIR.fullmatch(found.subject)
    if found.direction != "same" or not pair or is_baseline(pair["one"]) == is_baseline(pair["other"]):
        return found
    first, second = pair["one"], pair["other"]
    if is_baseline(first):
        first, second = second, first
    return found._replace(subject=first, comparison=second)


def _subject(result: Result, sentence: str, data_set: str) -> str:
    told = [piece for piece in _PIECES.split(result.subject) if _tells(piece, result, data_set)]
    if told:
        return told[-1].strip()
    besides = f"{result.comparison} {data_set}"
    name = _only(sentence, _TRAINED, besides) or _only(sentence, _MEASURED, besides)
    if not name:
        return result.subject if is_pronoun(result.subject) else ""
    # with the words around it: translated MNLI is not MNLI
    around = re.search(_AROUND.format(name=re.escape(name)), sentence)
    told_apart = modifiers(f"{around['before']} {around['behind']}") if around else ""
    return f"{told_apart} {name}".strip()


def _tells(subject: str, result: Result, data_set: str) -> bool:
    """Whether ``subject`` names anything but what was measured."""
    if is_baseline(subject) and is_baseline(result.comparison):
        return False
    found = subject_of(subject)
    return bool(found.words) or bool(found.names - data_sets(data_set))


def _only(sentence: str, kinds: frozenset[Kind], besides: str = "") -> str:
    """The one name of these kinds in ``sentence`` but not in ``besides``; empty: none, or several."""
    found = dict.fromkeys(
        name.text for name in names(sentence) if name.kind in kinds and name.text not in besides
    )
    return next(iter(found)) if len(found) == 1 else ""


def _printed(values: Sequence[Value], sentence: str) -> tuple[Value, ...]:
    there = printed_in(sentence)
    return tuple(each for each in values if each.text in sentence or printed_among(each, there))
