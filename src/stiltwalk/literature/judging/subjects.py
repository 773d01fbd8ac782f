"""Subjects: whether two papers speak of the same intermediate task, method or thing, however they word it.

A subject is printed as ``intermediate training on SQuAD``, ``SQuAD as the first task`` or ``the SQuAD
stage``. What is left of all three is the name SQuAD; "training", "stage" and their like say nothing that
tells one subject from another. The first part, up to a preposition, that holds anything else is what the
subject is; what follows ("beside MNLI", "of nine tasks") describes it, and tells two apart only where
both have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple

from stiltwalk.literature.extraction.vocabulary import DATA_SETS, QUANTITIES, names
from stiltwalk.literature.words import stems

Match = Literal["same", "different", "unstated"]
"""Of two slots; ``unstated``: one of them is empty, or says only "it"."""

_PREPOSITION: Final = re.compile(
    r"(?<![\w-])(?:on|with|of|in|into|during|beside|besides|alongside|for|to|from|by|via|before|after|as|between|within|"
    r"through|using|at|over|where|when|that|which)(?![\w-])",
    re.IGNORECASE,
)
_SAME_WORD: Final = (
    (
        re.compile(r"\bmask(?:ed)?[- ]language[- ]model(?:l?ing|s)?(?: objective)?\b|\bMLM\b", re.IGNORECASE),
        "maskedlm",
    ),
    (re.compile(r"\bmulti[- ]?task(?:ing)?\b", re.IGNORECASE), "multitask"),
    (re.compile(r"\bpre[- ]?train(?:ing|ed)?\b", re.IGNORECASE), "pretraining"),
    (re.compile(r"\bfine[- ]?tun(?:ing|ed|e)\b", re.IGNORECASE), "finetuning"),
    (re.compile(r"\b(?:larger|largest|bigger|biggest|big|greater)\b", re.IGNORECASE), "large"),
    (re.compile(r"\b(?:smaller|smallest)\b", re.IGNORECASE), "small"),
    (re.compile(r"\b(?:more|additional|extra|further)\b", re.IGNORECASE), "additional"),
    (re.compile(r"\b(?:less|fewer)\b", re.IGNORECASE), "fewer"),
    (re.compile(r"\b(?:longer|longest)\b", re.IGNORECASE), "long"),
    (re.compile(r"\b(?:without|no|not|removing|dropping|omitting)\b", re.IGNORECASE), "lacking"),
    (re.compile(r"\bSTILTs?\b"), "intermediate"),
)
_GENERAL: Final = (
    "train training task stage step phase first then data dataset set corpus model encoder approach method "
    "use using add adding apply applying employ include continue introduce english supervised labelled "
    "labeled procedure effect advantage benefit gain choice best variant experiment version system "
    "intermediate finetuning one ones same full whole standard proposed source sentence example pair "
    "objective auxiliary target impact influence tuning switch switching move moving start starting begin "
    "beginning"
)
"""What does not tell one subject from another."""

_AS_SUCH: Final = ("intermediate", "finetuning")
"""What is a subject of its own where nothing tells it further; the first that a part has."""

_MODIFIERS: Final = (
    "translated translating translation multilingual maskedlm adapter adapters frozen freezing multitask "
    "mixture mixed small large half subset part synthetic augmented shuffled noisy random distilled "
    "distillation unlabelled unlabeled filtered balanced additional fewer lacking back machine pretraining "
    "long"
)
"""Words that make another subject of a name even where they follow it: ``SQuAD translations``."""

_OF_A_TASK: Final = (
    "sentiment analysis named name names entity recognition question questions answering reading "
    "comprehension natural language inference entailment textual paraphrase paraphrases identification "
    "detection commonsense common sense reasoning causal tagging supertagging part speech parsing "
    "classification similarity"
)
"""What describes the task of a named data set, and so says nothing beside its name."""

_WITHOUT: Final = (
    r"without(?: (?:it|them|this|that))?$",
    r"\b(?:baselines?|none|nothing|vanilla|untrained|unmodified)\b",
    r"\b(?:no|without|skipping|lacking|omitting)\b.{0,40}\b(?:intermediate|such|it|first|train|stage|step|this)",
    r"\b(?:direct(?:ly)?|standard|plain|ordinary|usual|simple)\b.{0,12}\b(?:fine[- ]?tun|transfer|train)",
    r"\b(?:single|one)[- ]stage",
    r"\b(?:target|task)[- ]only",
    r"\bfine[- ]?tuning (?:alone|only|directly)",
    r"\bdoing so",
    r"\btraining (?:directly|only) on the target",
)
_BASELINE: Final = re.compile("|".join(_WITHOUT), re.IGNORECASE)
_PRONOUN: Final = re.compile(
    r"it|they|this|that|these|those|he|she|we|both|one|the (?:former|latter|same|effect|gain|improvement)",
    re.IGNORECASE,
)


_KIN: Final = 5
"""Letters that two stems of one word have in common at least."""


@cache
def stem_set(words: str) -> frozenset[str]:
    """The stems of ``words``; made when they are first asked for."""
    return frozenset(stems(words))


class Subject(NamedTuple):
    """What is left of a subject.

    Attributes:
        names: known names in it, without case and spaces.
        words: other stems that tell it from others.
        beside: names and stems of what describes it further.
    """

    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()


def is_pronoun(subject: str) -> bool:
    """Whether ``subject`` only points at what another sentence names."""
    return _PRONOUN.fullmatch(subject.strip()) is not None


def is_baseline(comparison: str) -> bool:
    """Whether ``comparison`` amounts to no intermediate training."""
    return _BASELINE.search(comparison) is not None


def is_usual(comparison: str) -> bool:
    """Whether ``comparison`` is what one compares with unless one says otherwise."""
    return is_baseline(comparison) or subject_of(comparison) == Subject(words=stem_set("finetuning"))


def is_another_task(comparison: str, subject: str) -> bool:
    """Whether ``subject`` is a named task that is compared with another, and not with none, as is usual."""
    return bool(subject_of(subject).names and _compared_with(comparison).names)


def same_subject(one: str, other: str) -> Match:
    """Whether both are the same intermediate task, method or thing."""
    first, second = subject_of(one), subject_of(other)
    if not _says(first) or not _says(second):
        return "unstated"
    return "same" if _alike(first, second) else "different"


def same_comparison(one: str, other: str) -> Match:
    """Whether both are compared with the same; all that amounts to no intermediate training is one."""
    first, second = _compared_with(one), _compared_with(other)
    if not _says(first) or not _says(second):
        return "unstated"
    return "same" if _alike(first, second) or _within(first, second) else "different"


@lru_cache(maxsize=4096)
def subject_of(text: str) -> Subject:
    """What is left of ``text``; nothing: it says "it", or nothing that tells it from others."""
    if is_pronoun(text):
        return Subject()
    parts = list(_parts(text))
    if any(part.names for part in parts):
        parts = [part._replace(words=part.words - stem_set(_OF_A_TASK)) for part in parts]
    found = [part for part in parts if part.names or part.words]
    if not found:  # "intermediate training" as such, or "full fine-tuning"
        return Subject(words=next((part.beside for part in parts if part.beside), frozenset()))
    head, *rest = found
    beside = frozenset(each for part in rest for each in part.names | part.words)
    return Subject(head.names, head.words, beside)


def modifiers(text: str) -> str:
    """The words of ``text`` that make another subject of a name beside them: of "our translated" the last."""
    return " ".join(word for word in text.split() if stem_set(_MODIFIERS) & set(stems(_unified(word))))


def _parts(text: str) -> Iterator[Subject]:
    """What each part of ``text`` between prepositions holds; beside it, which general thing it names."""
    known = [name for name in names(text) if name.kind in DATA_SETS | QUANTITIES or name.kind == "encoder"]
    # a name may hold a preposition's letters or spaces: it is one word while the text is taken apart
    place, pieces = 0, []
    for number, name in enumerate(known):
        # what was measured has no effect itself
        pieces += [text[place : name.start], " " if name.kind in QUANTITIES else f" name{number}q "]
        place = name.end
    whole = _unified("".join([*pieces, text[place:]]))
    for part in _PREPOSITION.split(whole):
        yield _part(part, [compact(name.text) for name in known])


def _part(text: str, known: list[str]) -> Subject:
    held, words, behind = [], set(), False
    for stem in stems(text):
        found = re.fullmatch(r"name(\d+)q", stem)
        if found:
            held.append(known[int(found[1])])
            behind = True
        elif stem in stem_set(_GENERAL) or stem.replace(".", "").isdigit():
            continue
        elif not behind or stem in stem_set(_MODIFIERS):
            words.add(stem)
    general = next((stem for each in _AS_SUCH for stem in stems(each) if stem in stems(text)), None)
    return Subject(frozenset(held), frozenset(words), frozenset({general} if general else ()))


def _unified(text: str) -> str:
    for pattern, word in _SAME_WORD:
        text = pattern.sub(word, text)
    return text


def _compared_with(text: str) -> Subject:
    if is_baseline(text):
        return Subject(words=frozenset({"baselin"}))
    found = subject_of(text)
    # "over XLM-R" names what was trained, not what it is compared with
    own = {compact(name.text) for name in names(text) if name.kind == "encoder"}
    return Subject() if found.names and found.names <= own and not found.words else found


def _says(subject: Subject) -> bool:
    return bool(subject.names or subject.words)


def _alike(one: Subject, other: Subject) -> bool:
    if one.names or other.names:
        named = one.names == other.names and _holds(one.words, other.words) and _holds(other.words, one.words)
        return named and _agree(one.beside, other.beside)
    return _nested(one.words, other.words) and _agree(one.beside, other.beside)


def _within(one: Subject, other: Subject) -> bool:
    """Whether what one of them says is a part of what the other says: comparisons are often cut short."""
    first, second = one.names | one.words, other.names | other.words
    return first <= second or second <= first


def _nested(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one says all that the other says; but what is done without something is never a part."""
    return (_holds(one, other) or _holds(other, one)) and ("lack" in one) == ("lack" in other)


def _holds(whole: frozenset[str], part: frozenset[str]) -> bool:
    """Whether each stem of ``part`` is in ``whole``, as itself or as its kin: extension and extending."""
    return all(stem in whole or any(_akin(stem, other) for other in whole) for stem in part)


def _akin(one: str, other: str) -> bool:
    """Whether two stems begin alike and differ in their last two letters at most."""
    return (
        len(one) > _KIN
        and len(other) > _KIN
        and one[:_KIN] == other[:_KIN]
        and (max(len(one), len(other)) <= _KIN + 2)
    )


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether what describes two subjects further does not tell them apart."""
    return not one or not other or bool(one & other)


def compact(name: str) -> str:
    """``name`` without case, spaces and signs: ``TyDi QA`` and ``TyDiQA`` are one."""
    return re.sub(r"[^\w+]|_", "", name.casefold())
