"""Subjects: whether two papers speak of the same intermediate task, method or thing, however they word it.

A subject is printed as ``intermediate training on SQuAD``, ``a first pass over SQuAD`` or ``the SQuAD
stage``. What tells subjects apart are the data sets that they name and a few words that change what is done
with them (translated, multi-task, frozen …). Where a data set is named, every other word is wording. Where
none is, the words of the part that says something, up to a preposition, are compared as well.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import itemgetter
from typing import Final, Literal, NamedTuple

from stiltwalk.literature.extraction.vocabulary import DATA_SETS, QUANTITIES, Name, names
from stiltwalk.literature.judging.aliases import canonical, compact
from stiltwalk.literature.judging.amounts import amounts, conflict, without_amounts
from stiltwalk.literature.judging.subject_words import (
    AS_SUCH,
    DATA,
    ENCODER,
    GENERAL,
    METHODS,
    MODIFIERS,
    OTHERWISE,
    PREPOSITION,
    PROPER,
    SIZES,
    stem_set,
    unified,
)
from stiltwalk.literature.words import stems

Match = Literal["same", "different", "unstated"]
"""Of two slots; ``unstated``: one of them is empty, or says only "it"."""

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


class Subject(NamedTuple):
    """What is left of a subject.

    Attributes:
        names: data sets that it is; of a method that is told first, none.
        marks: stems of words that make another subject of them, or of nothing.
        words: all stems that count where no data set is named.
        beside: names and stems of what describes it further.
        amounts: what is counted in it.
    """

    names: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    amounts: tuple[tuple[str, frozenset[float]], ...] = ()


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


def is_another_way(comparison: str, subject: str) -> bool:
    """Whether ``subject`` is compared with itself done otherwise, and not with none, as is usual."""
    return not is_baseline(comparison) and same_subject(comparison, subject) == "same"


def same_subject(one: str, other: str) -> Match:
    """Whether both are the same intermediate task, method or thing."""
    first, second = subject_of(one), subject_of(other)
    if not _says(first) or not _says(second):
        return "unstated"
    # written as one word or as two, it is the same: codeswitching, code-switching
    return "same" if compact(one) == compact(other) or _alike(first, second) else "different"


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
    text = OTHERWISE.sub("", text)
    counted = amounts(text)
    parts = _parts(text)
    told = {name for part in parts for name in part.names}
    marks = frozenset(mark for part in parts for mark in part.marks)
    if max(counted.get("tasks", {1})) > 1:
        marks |= stem_set("multitask")
    if stem_set("maskedlm") <= marks:  # it is trained together with something else, said or not
        marks -= stem_set("multitask")
    amount = tuple(sorted(counted.items(), key=itemgetter(0)))
    methods = stem_set(METHODS)
    lead = next((part for part in parts if part.names or part.marks & methods), None)
    if told and (lead is None or lead.names):
        # of several data sets it goes without saying that they are used together
        kept = marks - stem_set("multitask") if len(told) > 1 else marks
        return Subject(frozenset(told), kept, frozenset(), frozenset(), amount)
    head = lead or next((part for part in parts if part.words), None)
    if not head:  # "intermediate training" as such, "full fine-tuning", or "nine tasks"
        general = next((part.beside for part in parts if part.beside), frozenset())
        return Subject(words=marks or general, marks=marks, amounts=amount)
    if head.words <= stem_set(SIZES) | stem_set("additional"):
        sized = _sized(head.words, text)
        return Subject(words=sized, marks=sized, amounts=amount)
    beside = frozenset(each for part in parts if part is not head for each in part.names | part.words)
    return Subject(frozenset(), marks, head.words | marks, beside - marks, amount)


def _sized(words: frozenset[str], text: str) -> frozenset[str]:
    """A size with what has it: a larger encoder is not a larger data set, which more data is."""
    if ENCODER.search(text):
        return words | {"encod"}
    if DATA.search(text):
        return frozenset({"data", "much" if words & stem_set("large additional amount") else "little"})
    return words


def named_in(text: str) -> frozenset[str]:
    """The data sets in ``text`` that something is trained on: what it is measured on only where none is."""
    known = [name for name in names(text) if name.kind in DATA_SETS]
    trained = [name for name in known if name.kind == "intermediate"]
    return frozenset(canonical(name.text) for name in trained or known)


def telling_stems(text: str) -> frozenset[str]:
    """The stems of ``text`` that tell one subject from another, as they stand there."""
    return frozenset(stems(text)) - stem_set(GENERAL)


def modifiers(text: str) -> str:
    """The words of ``text`` that make another subject of a name beside them: of "our translated" the last."""
    return " ".join(word for word in text.split() if stem_set(MODIFIERS) & set(stems(unified(word))))


def _parts(text: str) -> list[Subject]:
    """What each part of ``text`` between prepositions holds; beside it, which general thing it names."""
    found = names(text)
    kept = named_in(text)
    only_encoder = not kept
    # a name may hold a preposition's letters or spaces: it is one word while the text is taken apart
    place, pieces = 0, list[str]()
    known: list[str] = []
    for name in found:
        stands = _stands_for(name, kept, only_encoder=only_encoder)
        if stands is None:
            continue
        if stands == "name":
            stands = f" name{len(known)}q "
            known.append(canonical(name.text))
        pieces += [text[place : name.start], stands]
        place = name.end
    whole = "".join([*pieces, text[place:]])
    for printed in dict.fromkeys(PROPER.findall(whole)):  # of a data set or method that is in no list
        whole = re.sub(rf"(?<![\w-]){re.escape(printed)}(?![\w-])", f" name{len(known)}q ", whole)
        known.append(canonical(printed))
    whole = unified(whole)
    return [_part(without_amounts(part), known) for part in PREPOSITION.split(whole)]


def _stands_for(name: Name, kept: frozenset[str], *, only_encoder: bool) -> str | None:
    """What is read in place of a name: itself (``name``), a language, nothing, or the words as they are."""
    if name.kind in DATA_SETS:
        return "name" if canonical(name.text) in kept else " "
    if name.kind == "encoder":
        return "name" if only_encoder else " "
    if name.kind == "language":
        return f" language{compact(name.text)} "
    return " " if name.kind in QUANTITIES else None  # what was measured has no effect itself


def _part(text: str, known: list[str]) -> Subject:
    found = stems(text)
    held = frozenset(known[int(stem[4:-1])] for stem in found if re.fullmatch(r"name\d+q", stem))
    spoken = frozenset(stem for stem in found if stem.startswith("languag") and stem != "languag")
    words = frozenset(found) - stem_set(GENERAL) - spoken
    words = frozenset(w for w in words if not re.fullmatch(r"name\d+q|[\d.]+", w))
    marks = words & stem_set(MODIFIERS) | (spoken if held else frozenset())
    general = next((stem for each in AS_SUCH for stem in stems(each) if stem in found), None)
    return Subject(held, marks, words or spoken, frozenset({general} if general else ()))


def _compared_with(text: str) -> Subject:
    if is_baseline(text):
        return Subject(words=frozenset({"baselin"}))
    found = subject_of(text)
    # "over XLM-R" names what was trained, not what it is compared with
    own = {compact(name.text) for name in names(text) if name.kind == "encoder"}
    return Subject() if found.names and found.names <= own and not found.marks else found


def _says(subject: Subject) -> bool:
    return bool(subject.names or subject.words)


def _alike(one: Subject, other: Subject) -> bool:
    if not _same_marks(one, other):
        return False
    if one.names and other.names:
        return one.names == other.names
    if one.names or other.names:
        named, method = (one, other) if one.names else (other, one)
        return method.words <= method.marks and bool(method.marks) and method.beside == named.names
    return _nested(one.words, other.words) and _agree(one.beside, other.beside)


def _same_marks(one: Subject, other: Subject) -> bool:
    """Whether both modify alike; a size need not be said where the same amount is."""
    ours, theirs = dict(one.amounts), dict(other.amounts)
    if conflict(ours, theirs):
        return False
    free = stem_set(SIZES) if ours.keys() & theirs.keys() else frozenset()
    return one.marks - free == other.marks - free


def _within(one: Subject, other: Subject) -> bool:
    """Whether what one of them says is a part of what the other says: comparisons are often cut short."""
    first, second = one.names | one.words, other.names | other.words
    return first <= second or second <= first


def _nested(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one says all that the other says."""
    return _holds(one, other) or _holds(other, one)


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
