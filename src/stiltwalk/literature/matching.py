"""Which found claim is which claim of the gold: sentences by their text, claims by their slots."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple, TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment

from stiltwalk.literature.gold import GoldClaim, GoldSentence
from stiltwalk.literature.records.claims import PaperClaim, Value

OVERLAP: Final = 0.8
"""Share of the longer sentence that both must have in one piece to be the same."""

_NEUTRAL = re.compile(r"[\s\-\u00ad\u2010\u2011]+")
"""White space and hyphens: where a line was broken is no difference."""

_WORD = re.compile(r"\w+")
_ARTICLES = frozenset({"a", "an", "the", "its"})

F = TypeVar("F")
G = TypeVar("G")


class Alike(NamedTuple):
    """In which slots a found claim says what the gold's does."""

    direction: bool
    value: bool
    subject: bool
    data_set: bool


class Pair(NamedTuple):
    """A claim of the gold and the found one that it was taken for.

    Attributes:
        found: ``None``: the gold's was missed.
        gold: ``None``: what was found is not in the gold.
    """

    found: PaperClaim | None
    gold: GoldClaim | None


class MatchedSentence(NamedTuple):
    """A sentence, by the claims in it.

    Attributes:
        found: claims that were found in it; none: it was missed.
        gold: what the gold has; ``None``: no such sentence.
    """

    found: tuple[PaperClaim, ...]
    gold: GoldSentence | None


def same_text(left: str, right: str) -> bool:
    """Whether two printed slots mean the same: one has all the words of the other, or both are empty."""
    ours, theirs = _words(left), _words(right)
    return ours == theirs or bool(ours and theirs and (ours <= theirs or theirs <= ours))


def same_value(left: Value, right: Value) -> bool:
    """Whether two numbers of one unit are the same to half a unit of the last digit of the rougher one."""
    rough = 0.5 * 10.0 ** -min(left.decimals, right.decimals)
    return left.unit == right.unit and abs(left.number - right.number) <= rough + 1e-9


def same_sentence(left: str, right: str) -> bool:
    """Whether two sentences are the same: one piece of ``OVERLAP`` of the longer one is in both."""
    return _overlap(_neutral(left), _neutral(right)) > 0


def alike(found: PaperClaim, gold: GoldClaim) -> Alike:
    """The slots in which both say the same; of the values the first counts."""
    either = bool(found.values or gold.values)
    both = bool(found.values and gold.values)
    return Alike(
        direction=found.direction == gold.direction,
        value=same_value(found.values[0], gold.values[0]) if both else not either,
        subject=same_text(found.subject, gold.subject),
        data_set=same_text(found.data_set, gold.data_set),
    )


def matched_sentences(
    found: Sequence[PaperClaim], gold: Sequence[GoldSentence]
) -> tuple[MatchedSentence, ...]:
    """Every sentence of either side once: those of the gold first, then what only was found.

    Args:
        found: their ``work`` is the file that the gold calls so.
        gold: of all files.
    """
    claims: dict[tuple[str, int, int], list[PaperClaim]] = {}
    for claim in found:
        claims.setdefault((claim.work, claim.start, claim.end), []).append(claim)
    spans = sorted(claims)
    ordered = sorted(gold, key=lambda each: (each.file, each.sentence))
    span_of: dict[int, tuple[str, int, int]] = {}
    for file in sorted({each.file for each in ordered}):
        theirs = [number for number, each in enumerate(ordered) if each.file == file]
        ours = [span for span in spans if span[0] == file]
        texts = [_neutral(claims[span][0].quote) for span in ours]
        for left, right in _best(texts, [_neutral(ordered[number].sentence) for number in theirs], _overlap):
            span_of[theirs[right]] = ours[left]
    both = [
        MatchedSentence(tuple(claims[span_of[number]]) if number in span_of else (), each)
        for number, each in enumerate(ordered)
    ]
    used = set(span_of.values())
    return (*both, *(MatchedSentence(tuple(claims[span]), None) for span in spans if span not in used))


def pairs_of(sentence: MatchedSentence) -> tuple[Pair, ...]:
    """Claims of one sentence, side by side: together as alike as they can be; what is over stands alone."""
    gold = sentence.gold.claims if sentence.gold else ()
    chosen = _best(sentence.found, gold, _likeness) if gold and sentence.found else ()
    ours = {left for left, _ in chosen}
    theirs = {right for _, right in chosen}
    return (
        *(Pair(sentence.found[left], gold[right]) for left, right in chosen),
        *(Pair(None, each) for number, each in enumerate(gold) if number not in theirs),
        *(Pair(each, None) for number, each in enumerate(sentence.found) if number not in ours),
    )


def _best(
    ours: Sequence[F], theirs: Sequence[G], likeness: Callable[[F, G], float]
) -> tuple[tuple[int, int], ...]:
    """Indices of pairs, each side used once, whose likeness adds up to the most; none of likeness 0."""
    if not ours or not theirs:
        return ()
    table = np.array([[likeness(left, right) for right in theirs] for left in ours])
    rows, columns = linear_sum_assignment(table, maximize=True)
    return tuple(
        (int(row), int(column)) for row, column in zip(rows, columns, strict=True) if table[row, column]
    )


def _likeness(found: PaperClaim, gold: GoldClaim) -> float:
    """Above 0, since two claims of one sentence may be paired; a slot outweighs all that come after it."""
    same = alike(found, gold)
    return 1.0 + 1e6 * same.value + 1e4 * same.direction + 1e2 * same.subject + 10.0 * same.data_set


def _overlap(left: str, right: str) -> float:
    """The longest piece that both hold, as a share of the longer one; below ``OVERLAP``: 0."""
    if left == right:
        return 1.0
    longer = max(len(left), len(right))
    if min(len(left), len(right)) < OVERLAP * longer:
        return 0.0
    match = SequenceMatcher(None, left, right, autojunk=False).find_longest_match()
    share = match.size / longer
    return share if share >= OVERLAP else 0.0


def _neutral(text: str) -> str:
    return _NEUTRAL.sub("", unicodedata.normalize("NFKC", text))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold())) - _ARTICLES
