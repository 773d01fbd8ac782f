"""Clauses: a sentence that states several outcomes, cut where the next one begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.cues import Cue
from stiltwalk.literature.extraction.numbers import Number


class Clause(NamedTuple):
    """A part of a sentence that states an outcome.

    Attributes:
        start: its first character.
        end: the character behind it.
        cue: what decides what it says.
        others: further cues in it.
        link: how it is joined to the clause before: ``:``, ``where`` or ``which`` explain that one; empty: it
            stands beside it.
    """

    start: int
    end: int
    cue: Cue
    others: tuple[Cue, ...] = ()
    link: str = ""


_STRONG: Final = re.compile(
    r";|:\s|[,)]? (?:but|whereas|while|although|though|yet)\b|,? (?P<link>where|which|who)\b|, (?:and|so)\b",
    re.IGNORECASE,
)
_WEAK: Final = re.compile(r"\s(?:and|or)\s")
_CONCESSION: Final = re.compile(
    r"^(?:(?:and|but) )?(?:while|although|though|whereas|even though|if)\b", re.IGNORECASE
)
_RANK: Final = {
    "on": 0,
    "itself": 0,
    "against": 0,
    "gain": 0,
    "change": 0,
    "neutral": 1,
    "outcome": 1,
    "effect": 2,
    "same": 0,
}


def clauses(sentence: str, outcomes: Sequence[Cue], given: Sequence[Number]) -> tuple[Clause, ...]:
    """The clauses of ``sentence``, one for each outcome that stands on its own."""
    if not outcomes:
        return ()
    groups: list[tuple[int, str, list[Cue]]] = [(0, "", [outcomes[0]])]
    for cue in outcomes[1:]:
        start, _, group = groups[-1]
        cut = _cut(sentence, start, group[-1], cue, given)
        if cut is None:
            group.append(cue)
        else:
            groups.append((cut.place, cut.link, [cue]))
    ends = [start for start, _, _ in groups[1:]] + [len(sentence)]
    return tuple(
        _clause(sentence, start, end, link, group)
        for (start, link, group), end in zip(groups, ends, strict=True)
    )


class _Cut(NamedTuple):
    place: int
    link: str


def _cut(sentence: str, start: int, last: Cue, cue: Cue, given: Sequence[Number]) -> _Cut | None:
    """Where a clause with ``cue`` begins behind ``last``; ``None``: both say the same."""
    between = sentence[last.end : cue.start]
    found = list(_STRONG.finditer(between))
    if found and not _participle(between, cue):
        match = found[-1]
        link = ":" if match.group().startswith(":") else (match["link"] or "").lower()
        return _Cut(last.end + match.start(), link)
    if _CONCESSION.match(sentence[start:].lstrip(" ,;:")) and ", " in between:
        return _Cut(last.end + between.rindex(", "), "")
    if cue.part == "verb" and last.part == "verb" and cue.does != "score" and last.negated == cue.negated:
        weak = list(_WEAK.finditer(between))
        if weak and any(n.start < last.end + weak[-1].start() for n in given if n.start > last.end):
            return _Cut(last.end + weak[-1].start(), "")
        if weak and cue.direction != last.direction:
            return _Cut(last.end + weak[-1].start(), "")
    return None


def _participle(between: str, cue: Cue) -> bool:
    """Whether the cue only goes on with what was said: ``…, improving the average``."""
    return cue.text.lower().endswith("ing") and bool(re.search(r",\s(?:\w+ )?$", between))


_APPOSED: Final = re.compile(r", (?:which is |or )?an? (?:[\w-]+ )?$")


def _clause(sentence: str, start: int, end: int, link: str, group: Sequence[Cue]) -> Clause:
    """A clause by its cues: a verb or a comparison decides over a noun, a noun over a score."""
    first = min(
        group,
        key=lambda cue: (bool(_APPOSED.search(sentence, max(0, cue.start - 40), cue.start)), *_rank(cue)),
    )
    return Clause(start, end, first, tuple(cue for cue in group if cue is not first), link)


def _rank(cue: Cue) -> tuple[int, int]:
    if cue.does == "score":
        return 4, cue.start
    if cue.does == "superlative":
        return 3, cue.start
    order = _RANK[cue.does] if cue.part != "noun" else 1
    return (2 if cue.negated and cue.part == "noun" and order else order), cue.start
