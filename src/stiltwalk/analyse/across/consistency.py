"""Consistency: whether a model says the same of the same item in different languages, right or wrong.

Labels are compared as the share of items labelled alike, and by Cohen's kappa, which takes off what chance
alone would give. Ranked candidates are compared by RankC (Qi et al. 2023, arXiv 2310.10378). Right answers
agree by being right, so both rise with accuracy: ``consistency_table.py`` compares arms at equal accuracy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stiltwalk.analyse.responses import Floats
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.store.predictions import Labelled, Ranked

Weights = Literal["softmax", "linear", "squared"]
"""What the first j of N candidates count in RankC, as its reference code offers them: exp(N - j), N - j + 1,
or that squared, each divided by its sum."""

PARALLEL: Final = 0.9
"""Share of items whose right label must be the same in two languages for them to be one item. Unrelated items
with two labels agree in about half; translations in nearly all."""


class Pairs(NamedTuple):
    """How one run agrees with itself between languages; every array is ``(pairs,)``, NaN where not known.

    Attributes:
        pairs: two languages each, in order of codes.
        measures: name → agreement, 0 to 100, kappa from -100.
        accuracy: mean of the two languages' scores, 0 to 100.
        items: how many items are in both.
    """

    pairs: tuple[tuple[str, str], ...]
    measures: Mapping[str, Floats]
    accuracy: Floats
    items: NDArray[np.int64]


def label_pairs(by_language: Mapping[str, Labelled]) -> Pairs:
    """Agreement of labels between all pairs of languages, over the items whose ids are in both.

    ``agreement`` is the share of equal labels; ``kappa`` is 100 (p - e) / (1 - e), where p is that share and
    e what two labellers with the same habits would reach by chance. Where both give one and the same label
    throughout, kappa is not defined (NaN).

    Raises:
        StiltwalkError: the items are not parallel: where the right labels of two languages are known from
            right answers, more than one in ten differ.
    """
    codes = sorted(by_language)
    ids, places = _common_places([by_language[code].ids for code in codes])
    labels = 1 + max((int(each.labels.max()) for each in by_language.values()), default=0)
    given = np.zeros((len(codes), labels, len(ids)), dtype=np.float32)
    right = np.zeros_like(given)
    for number, code in enumerate(codes):
        each = by_language[code]
        given[number, each.labels, places[number]] = 1
        right[number, each.labels[each.right], places[number][each.right]] = 1
    _refuse_unlike(codes, _tables(right))
    tables = _tables(given)
    pairs = tuple(combinations(range(len(codes)), 2))
    first, second = (np.array([pair[side] for pair in pairs], dtype=int) for side in (0, 1))
    both = tables[first, second]
    items = both.sum(axis=(1, 2))
    known = items > 0
    total = np.where(known, items, 1.0)
    share = np.trace(both, axis1=1, axis2=2) / total
    chance = (both.sum(axis=1) * both.sum(axis=2)).sum(axis=1) / total**2
    varied = known & (chance < 1)
    kappa = np.where(varied, (share - chance) / np.where(varied, 1 - chance, 1.0), np.nan)
    accuracy = np.array([100 * by_language[code].right.mean() for code in codes])
    return Pairs(
        tuple((codes[a], codes[b]) for a, b in pairs),
        {"agreement": np.where(known, 100 * share, np.nan), "kappa": 100 * kappa},
        (accuracy[first] + accuracy[second]) / 2,
        items.astype(np.int64),
    )


def _common_places(
    found: Sequence[NDArray[np.str_]],
) -> tuple[NDArray[np.str_], list[NDArray[np.intp]]]:
    """All ids of any language, sorted, and where those of each language stand among them."""
    if all(np.array_equal(found[0], ids) for ids in found[1:]):
        return found[0], [np.arange(len(found[0]))] * len(found)
    union = np.unique(np.concatenate(found))
    return union, [np.searchsorted(union, ids) for ids in found]


def _tables(marks: NDArray[np.float32]) -> Floats:
    """``(languages, languages, labels, labels)``: how many items bear both labels."""
    languages, labels, items = marks.shape
    flat = marks.reshape(languages * labels, items)
    counts = (flat @ flat.T).reshape(languages, labels, languages, labels)
    return counts.transpose(0, 2, 1, 3).astype(float)


def _refuse_unlike(codes: Sequence[str], tables: Floats) -> None:
    """Right labels of one item are the same in all languages, but for a few slips of translators."""
    known = tables.sum(axis=(2, 3))
    alike = np.trace(tables, axis1=2, axis2=3)
    wrong = alike < PARALLEL * known
    if wrong.any():
        a, b = (int(place) for place in np.argwhere(wrong)[0])
        raise StiltwalkError(
            f"Items of '{codes[a]}' and '{codes[b]}' with the same id are not the same item: of "
            f"{known[a, b]:.0f} whose right label is known in both, it is the same in {alike[a, b]:.0f}. "
            "Consistency needs parallel test sets."
        )


def ranked_pairs(
    by_language: Mapping[str, Ranked], scores: Mapping[str, float], weights: Weights = "softmax"
) -> Pairs:
    """RankC between all pairs of languages, over the queries whose ids are in both.

    Args:
        by_language: the candidates found for each query, of one pool for all languages.
        scores: language → score, 0 to 100.
        weights: what the first j candidates count.
    """
    codes = sorted(by_language)
    pairs = tuple(combinations(codes, 2))
    values, items = [], []
    for a, b in pairs:
        first, second = by_language[a], by_language[b]
        shared, at, other = np.intersect1d(first.ids, second.ids, return_indices=True)
        items.append(len(shared))
        mine = [first.candidates[place] for place in at]
        values.append(100 * rank_consistency(mine, [second.candidates[place] for place in other], weights))
    return Pairs(
        pairs,
        {"RankC": np.array(values, dtype=float)},
        np.array([(scores[a] + scores[b]) / 2 for a, b in pairs], dtype=float),
        np.array(items, dtype=np.int64),
    )


def rank_consistency(
    first: Sequence[Sequence[str]], second: Sequence[Sequence[str]], weights: Weights = "softmax"
) -> float:
    """RankC: the mean over queries of Σ_j w_j P@j, P@j being the share of the first j that both have; 0 to 1.

    Of each query so many candidates are looked at as the shortest list holds. NaN without queries, or where
    a list is empty.

    Args:
        first: of each query the candidates, the nearest first, each once.
        second: the same of the other language.
        weights: what the first j candidates count.
    """
    depth = min((len(found) for found in (*first, *second)), default=0)
    if not depth:
        return float("nan")
    codes: dict[str, int] = {}
    mine, other = (
        np.array([[codes.setdefault(name, len(codes)) for name in found[:depth]] for found in side])
        for side in (first, second)
    )
    places = np.arange(depth)
    # a candidate is in both first j once the later of its two places is reached
    later = np.maximum(places[:, None], places[None, :])
    same = mine[:, :, None] == other[:, None, :]
    reached = np.stack([same[:, later == place].sum(axis=1) for place in places], axis=1)
    precision = np.cumsum(reached, axis=1) / (places + 1)
    return float((precision @ rank_weights(depth, weights)).mean())


def rank_weights(depth: int, weights: Weights) -> Floats:
    """``(depth,)``: what the first 1, 2, … candidates count; they sum to 1."""
    falling = np.arange(depth, 0, -1, dtype=float)
    match weights:
        case "softmax":
            raw = np.exp(falling - depth)
        case "linear":
            raw = falling
        case "squared":
            raw = falling**2
    return np.asarray(raw / raw.sum())
