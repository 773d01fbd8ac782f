"""Bitext mining: which sentences of two sides are translations, found by the margin of their vectors' cosine.

The rules are those of google-research/xtreme (``third_party/utils_retrieve.py``, after LASER) and of the
released code of Phang et al. 2020, which scores every copy of a repeated sentence. Where scores or cosines
are equal, the earlier sentence goes first, foreign before English: nothing is left to chance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stiltwalk.spec.examples import Minable

NEIGHBOURS = 4
"""Nearest sentences of the other side that a sentence is compared with, or as many as there are."""


class Pair(NamedTuple):
    """Two sentences held to be translations, by their place on their side, and how surely."""

    foreign: int
    english: int
    score: float


class IdPair(NamedTuple):
    """The same by the ids of two examples."""

    foreign: str
    english: str
    score: float


class Neighbours(NamedTuple):
    """The nearest sentences of the other side, the nearest first: ``(sentences, neighbours)`` each."""

    cosines: NDArray[np.floating[Any]]
    places: NDArray[np.int64]


def paired(forward: Neighbours, backward: Neighbours) -> list[Pair]:
    """Pairs of a foreign and an English sentence, none of them in two pairs, the surest first.

    The score of a pair is its cosine over the mean of two numbers: the mean cosine of the foreign sentence
    with its nearest English ones, and that of the English sentence with its nearest foreign ones. Every
    sentence proposes the best-scored of its neighbours; proposals are taken by falling score as long as both
    sentences are free, and those above 0 are kept.

    Args:
        forward: of every foreign sentence its ``NEIGHBOURS`` nearest English ones, of equals the earlier
            first. No two sentences of a side have the same text.
        backward: of every English sentence the nearest foreign ones, in the same way.
    """
    proposals = [Pair(i, j, score) for i, (j, score) in enumerate(best_by_margin(forward, backward))]
    proposals += [Pair(i, j, score) for j, (i, score) in enumerate(best_by_margin(backward, forward))]
    used_foreign: set[int] = set()
    used_english: set[int] = set()
    kept = []
    for pair in sorted(proposals, key=_surest_first):
        if pair.score > 0 and pair.foreign not in used_foreign and pair.english not in used_english:
            used_foreign.add(pair.foreign)
            used_english.add(pair.english)
            kept.append(pair)
    return kept


def merged(examples: Iterable[Minable]) -> dict[str, list[str]]:
    """Each text once, in the order of its first example, and the ids of all examples that have it."""
    ids: dict[str, list[str]] = {}
    for example in examples:
        ids.setdefault(example.text, []).append(example.id)
    return ids


def spread(
    pairs: Iterable[Pair], foreign: Sequence[Sequence[str]], english: Sequence[Sequence[str]]
) -> list[IdPair]:
    """A pair of texts as pairs of examples: every copy of the one with every copy of the other."""
    return [
        IdPair(one, other, pair.score)
        for pair in pairs
        for one in foreign[pair.foreign]
        for other in english[pair.english]
    ]


def best_threshold(pairs: Iterable[IdPair], gold: Collection[tuple[str, str]]) -> float:
    """The score from which on pairs are to be extracted, so that F1 against ``gold`` is best.

    The pairs are scanned by falling score for the first point with the best F1; the threshold is midway
    between the score there and the next one, or the score there if it is the last. Without any right pair
    it is 0, which extracts all.
    """
    ranked = sorted(pairs, key=_surest_first)
    right, best, threshold = 0, 0.0, 0.0
    for count, pair in enumerate(ranked, start=1):
        right += (pair.foreign, pair.english) in gold
        # not 2PR / (P + R), whose rounding could part points that are equal
        f1 = 2 * right / (count + len(gold))
        if f1 > best:
            following = ranked[count] if count < len(ranked) else pair
            best, threshold = f1, (pair.score + following.score) / 2
    return threshold


def dev_f1(extracted: Collection[IdPair], gold: Collection[tuple[str, str]]) -> float:
    """F1 of the ``extracted`` pairs against ``gold``, 0 to 100; 0 where there is neither."""
    right = sum((pair.foreign, pair.english) in gold for pair in extracted)
    return 200 * right / (len(extracted) + len(gold)) if extracted or gold else 0.0


def extract(pairs: Iterable[IdPair], threshold: float) -> list[IdPair]:
    """The pairs whose score reaches the threshold."""
    return [pair for pair in pairs if pair.score >= threshold]


def _surest_first(pair: Pair | IdPair) -> tuple[float, int | str, int | str]:
    return -pair.score, pair.foreign, pair.english


def best_by_margin(nearest: Neighbours, back: Neighbours) -> list[tuple[int, float]]:
    """For every sentence its neighbour with the largest margin, of equals the nearest, and that margin.

    The choice is among the neighbours alone, as LASER has it: a sentence further away is never taken.

    Args:
        nearest: the sentences' own neighbours on the other side.
        back: of every sentence of that side its neighbours on this one.
    """
    own, other = nearest.cosines.mean(1), back.cosines.mean(1)
    scale = (own[:, None] + other[nearest.places]) / 2
    margins = np.divide(nearest.cosines, scale, out=np.zeros_like(nearest.cosines), where=scale != 0)
    every, chosen = np.arange(len(margins)), margins.argmax(1)
    return list(zip(nearest.places[every, chosen].tolist(), margins[every, chosen].tolist(), strict=True))
