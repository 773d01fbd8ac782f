"""Slots completed from their own sentence, where a reader of sentences left open what it names only once.

"Cosmos QA as an intermediate task helps: accuracy rises by 3 points" has accuracy as what rises. The sentence
names one intermediate task, so that is the subject. Nothing is taken from any other sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.vocabulary import Kind, names
from stiltwalk.literature.judging.amounts import amounts
from stiltwalk.literature.judging.numbers import printed_among, printed_in
from stiltwalk.literature.judging.slots import Result, data_sets
from stiltwalk.literature.judging.subject_words import OF_DATA, stem_set
from stiltwalk.literature.judging.subjects import is_baseline, is_pronoun, modifiers, subject_of
from stiltwalk.literature.judging.unlisted import listed, only_measured_on, only_unlisted, whole_name
from stiltwalk.literature.records.claims import Direction, Value

_PIECES: Final = re.compile(r"[:;—–]|, (?:and|but|while|whereas|which)\b")
_MEASURED: Final = frozenset[Kind]({"benchmark", "target"})
_METRIC: Final = frozenset[Kind]({"metric"})
_TRAINED: Final = frozenset[Kind]({"intermediate"})
_BEFORE: Final = re.compile(r"(?P<said>[^:;]{1,80})[:;]")
_BEHIND: Final = re.compile(r"\s(?:on|over|with|of|from|through|using|via)\s(?:the\s|English\s)?")
_BY_MEANS_OF: Final = re.compile(
    r"\b(?:with|after|under|by|through|from|using|(?:thanks|due|owing) to)\s(?P<said>(?!than\b)[^,.;:]{3,50})"
)
_WHEN: Final = re.compile(r"\b(?:when|if|once|after|while)\s(?:the\s|all\s)?$", re.IGNORECASE)
_DONE: Final = re.compile(r"\s(?:is|are|was|were|being)\s(?:kept\s)?(?P<how>\w+)")
_EACH: Final = re.compile(
    r"(?:neither|both)\s+(?P<one>.{1,80}?)\s+(?:nor|and)\s+(?P<other>.{1,80})", re.IGNORECASE
)
_PAIR: Final = re.compile(r"(?P<one>.{1,80}?)\s+and\s+(?P<other>.{1,80})")
_MEASURED_ON: Final = r"\s(?:on|in|for|at|across|over)\s(?:the\s)?{name}\b.*"
_OPENING: Final = re.compile(
    r"(?:(?:But|And|However|Yet|Again|Even|Only)\b,?\s)?(?P<said>(?:With|In|For|At|Over|Under|On|Using|After|Between|Given)\b"
    r"[^,;:]{1,60})",
)
_CITED: Final = re.compile(r"[(\[](?:19|20)\d\d[a-z]?[)\]]$|\bet al\.?(?:\W+(?:19|20)\d\d\W*)?$")
"""Who says so is not what has the effect."""

_MOVES: Final = (
    r"(?:\w+ )?(?:rises|rose|climbs|climbed|falls|fell|drops|dropped|declines|declined|sinks|sank|jumps|"
    r"jumped|increases|increased|decreases|decreased|goes (?:up|down)|went (?:up|down))"
    r"(?: \w+)? (?:by|from|to)\b"
)
"""What a score does, and no task."""

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
    result = _turned(result, sentence)
    data_set = _data_set(result, sentence, alone=alone)
    found = Completed(
        _apart_from(data_set, _subject(result, sentence, data_set)),
        _unmeasured(result.comparison),
        result.direction,
        result.metric or (_only(sentence, _METRIC) if alone else ""),
        _printed(result.values, sentence),
        data_set,
        _condition(result, sentence),
    )
    each = _EACH.fullmatch(found.subject)
    if each:
        return found._replace(subject=each["one"]), found._replace(subject=each["other"])
    return (_against_baseline(found),)


def _turned(result: Result, sentence: str) -> Result:
    """``result`` with its subject as its data set where it is a mere name that rises or falls itself."""
    name = result.subject
    moves = re.search(rf"(?<![\w-]){re.escape(name)} {_MOVES}", sentence)
    if not moves or not only_unlisted(name, "") or subject_of(name).words:
        return result
    return Completed(
        "", result.comparison, result.direction, result.metric, tuple(result.values), name, result.condition
    )


def _data_set(result: Result, sentence: str, *, alone: bool) -> str:
    """The data set of the slot, else the one of the sentence; what is in no list is told by its place."""
    swallowed = result.data_set and result.data_set in result.subject
    if swallowed and (elsewhere := only_measured_on(sentence, result.subject, placed=True)):
        return elsewhere
    if data_sets(result.data_set):
        return whole_name(result.data_set, sentence)
    known = _only(sentence, _MEASURED) if alone else ""
    if known or any(name.kind in _MEASURED for name in listed(sentence)):
        return known or result.data_set
    besides = f"{result.subject} {result.comparison} {result.condition}"
    return only_measured_on(sentence, besides, placed=not alone) or result.data_set


def _apart_from(data_set: str, subject: str) -> str:
    """``subject`` without what it was measured on: of an "effect of SQuAD on XQuAD" the effect of SQuAD."""
    rest = re.sub(_MEASURED_ON.format(name=re.escape(data_set)), "", subject) if data_set else subject
    return rest if subject_of(rest).names else subject


def _unmeasured(comparison: str) -> str:
    """``comparison`` without what was measured: "full fine-tuning on XNLI" is full fine-tuning."""
    for name in names(comparison):
        if name.kind in _MEASURED:
            comparison = re.sub(_MEASURED_ON.format(name=re.escape(name.text)), "", comparison)
    return comparison


def _condition(result: Result, sentence: str) -> str:
    """The condition with what subject and opening of the sentence count, and the encoders that they name.

    How many tasks are mixed and how large batches are is what a subject is, and no condition of it.
    """
    opening = _OPENING.match(sentence)
    said = [each for each in result.condition.split(", ") if not _compares(each, sentence)]
    for text in (result.subject, opening["said"] if opening else ""):
        said += [name.text for name in names(text) if name.kind == "encoder"]
        said += [
            f"{number:.12g} {kind}"
            for kind, counted in amounts(text).items()
            if kind not in {"tasks", "batch"}
            for number in sorted(counted)
        ]
    return ", ".join(dict.fromkeys(each for each in said if each))


def _compares(condition: str, sentence: str) -> bool:
    """Whether it is what the result is compared with: "1.8 times as fast as with batches of 32"."""
    return re.search(rf"\b(?:than|as) (?:with |for |in |on )?{re.escape(condition)}", sentence) is not None


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
        return _with_its_name(told[-1].strip(), result, sentence)
    besides = f"{result.comparison} {data_set}"
    name = _only(sentence, _TRAINED, besides) or _only(sentence, _MEASURED, besides)
    name = name or only_unlisted(sentence, besides)
    if not name:
        return _elsewhere(result, sentence)
    # with the words around it: translated MNLI is not MNLI
    around = re.search(_AROUND.format(name=re.escape(name)), sentence)
    told_apart = modifiers(f"{around['before']} {around['behind']}") if around else ""
    return f"{told_apart} {name}".strip()


def _elsewhere(result: Result, sentence: str) -> str:
    """The subject where the slot says nothing of it and no data set is named: a method, before or behind.

    "Larger batches shorten the stage: it is …" says beforehand what it is, "Training is faster with larger
    batches" behind.
    """
    pointed = is_pronoun(result.subject)
    around = _BEFORE.match(sentence) if pointed else None
    told = [around["said"]] if around else [each["said"] for each in _BY_MEANS_OF.finditer(sentence)]
    for text in told:
        if subject_of(text).marks and text not in f"{result.comparison} {result.condition}":
            return text
    return result.subject if pointed else ""


def _with_its_name(subject: str, result: Result, sentence: str) -> str:
    """``subject`` with the data set that it is of, told behind it or in what it is compared with."""
    found, against = subject_of(subject), names(result.comparison)
    if found.names:
        return subject
    if found.marks & stem_set(OF_DATA) and any(name.kind in _TRAINED for name in against):
        # "translated data" against "English SQuAD" is translated SQuAD
        return f"{subject} of {' and '.join(name.text for name in against if name.kind in _TRAINED)}"
    before, _, behind = sentence.partition(subject)
    done = _DONE.match(behind)
    if done and _WHEN.search(before) and modifiers(done["how"]):
        return f"{done['how']} {subject}"
    reach = _BEHIND.match(behind)
    name = next((each for each in names(behind) if each.kind in _TRAINED), None)
    if reach and name and name.start == reach.end() and name.text not in result.comparison:
        return f"{subject}{behind[: name.end]}"
    return subject


def _tells(subject: str, result: Result, data_set: str) -> bool:
    """Whether ``subject`` names anything but what was measured."""
    if _CITED.search(subject) or (is_baseline(subject) and is_baseline(result.comparison)):
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
