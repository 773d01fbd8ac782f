"""Directions: whether what a clause states is better, worse or the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from stiltwalk.literature.extraction.clauses import Clause
from stiltwalk.literature.extraction.cues import Cue
from stiltwalk.literature.extraction.numbers import Number
from stiltwalk.literature.extraction.vocabulary import QUANTITIES, Name
from stiltwalk.literature.records.claims import Direction

_OPPOSITE: Final[dict[Direction, Direction]] = {"better": "worse", "worse": "better"}
_FAVOUR: Final = re.compile(r"[^,;]{0,40}\bin favou?r of\b")
_LESS: Final = re.compile(
    r" (?:much |far |significantly |somewhat |slightly )?(?:less|the least|little)\b[^,;]{0,60}"
)
_PASSIVE: Final = re.compile(r"\b(?:is|are|was|were|been|be|being)(?: (?:also|even|still|clearly|\w+ly))?\s$")
_POLAR: Final = frozenset({"highest", "largest", "greatest", "biggest", "lowest"})


def direction(sentence: str, clause: Clause, known: Sequence[Name], pair: Sequence[Number]) -> Direction:
    """What the subject of ``clause`` is against what it is compared with.

    Args:
        sentence: the whole of it.
        clause: in it.
        known: the names in the sentence.
        pair: the first and the last of two scores that the clause goes from and to, or sets side by side
            (the subject's last); empty: there are none.
    """
    cue = clause.cue
    within = [n for n in known if clause.start <= n.start < clause.end and n.kind in QUANTITIES]
    costly = _costly(sentence, cue, within)
    if cue.negated:
        return "same"
    if cue.does == "against" and is_passive(sentence, cue):
        return _OPPOSITE.get(cue.direction, cue.direction)
    if len(pair) == 2 and (cue.does == "score" or cue.direction == "unclear"):
        return _by_scores(pair[0], pair[1], costly)
    if cue.does == "neutral" and _FAVOUR.match(sentence, cue.end, clause.end):
        return "better"
    stated = cue.direction
    if cue.does == "score" and re.search(r"\bwith or without\b", sentence[cue.end : clause.end]):
        return "same"
    if cue.does == "score":
        return _brought(clause, sentence)
    if cue.does == "change" or (cue.does == "superlative" and cue.text.lower() in _POLAR):
        stated = _OPPOSITE.get(stated, stated) if costly else stated
    if (
        cue.does in {"itself", "gain", "on"}
        and stated == "better"
        and _LESS.match(sentence, cue.end, clause.end)
    ):
        return "worse"
    return stated


def is_passive(sentence: str, cue: Cue) -> bool:
    """Whether a verb is said of what is acted on: ``is improved by``."""
    return cue.part == "verb" and bool(_PASSIVE.search(sentence, max(0, cue.start - 40), cue.start))


def _brought(clause: Clause, sentence: str) -> Direction:
    """Of ``brings 0.9 points``: better; of a score alone: unclear."""
    after = sentence[clause.cue.end : clause.cue.end + 60]
    if re.match(r"[^,;]{0,30}?\bpoints? (?:off|away)\b", after):
        return "worse"
    if clause.cue.text.lower() in {"take", "takes", "took"} and re.match(
        r"[^,;]{0,30}?\bpoints? from [A-Z]", after
    ):
        return "worse"
    return (
        "better"
        if re.match(r"[^,;]{0,30}?\bpoints?\b", after) and "of" not in after.split()[:1]
        else "unclear"
    )


def _by_scores(first: Number, last: Number, costly: bool) -> Direction:
    """By two scores; they are the same where they differ by one in the last digit or less."""
    step = 10.0 ** -min(first.decimals, last.decimals)
    difference = round(last.number - first.number, 6)
    if abs(difference) <= step * 1.0001 and first.decimals and last.decimals:
        return "same"
    return "better" if (difference > 0) != costly else "worse"


def _costly(sentence: str, cue: Cue, quantities: Sequence[Name]) -> bool:
    """Whether what rises or falls is something of which less is better.

    It is the object of a verb, what follows ``in`` or ``of`` behind a noun, or else what stands before.
    """
    ahead = re.match(
        r"(?:[^,;:.\d]|(?<=\d),(?=\d)|\d[\d.]*(?:%| points?| percent| pp)?(?= (?:in|of|higher"
        r"|lower)\b)){0,60}",
        sentence[cue.end :],
    )
    reach = cue.end + (ahead.end() if ahead else 0)
    passive = is_passive(sentence, cue)
    after = [n for n in quantities if cue.end <= n.start < reach]
    before = [n for n in quantities if n.end <= cue.start]
    if cue.part == "verb" and (
        passive or re.match(r" (?:by|from|to|after|when|with|on)\b", sentence[cue.end :])
    ):
        after = []
    chosen = after[:1] or before[-1:]
    return bool(chosen) and chosen[0].kind == "cost"
