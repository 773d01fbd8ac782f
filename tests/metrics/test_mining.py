"""Bitext mining: by hand, against a reference written anew, and by property."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stiltwalk.metrics.mining import (
    IdPair,
    Pair,
    best_threshold,
    dev_f1,
    extract,
    merged,
    spread,
)
from stiltwalk.spec.examples import Minable
from tests.metrics.fakes import mined

Vectors = NDArray[Any]

EYE = np.eye(6)


def _random(seed: int, count: int, width: int = 3) -> Vectors:
    """Vectors without ties, most of them near one direction, as sentence vectors are."""
    return np.random.default_rng(seed).normal(size=(count, width)) + 1


def _cosine(a: Vectors, b: Vectors) -> float:
    dot = math.fsum(x * y for x, y in zip(a, b, strict=True))
    return dot / math.sqrt(math.fsum(x * x for x in a) * math.fsum(y * y for y in b))


def _by_place(pairs: Sequence[Pair]) -> dict[tuple[int, int], float]:
    return {(pair.foreign, pair.english): pair.score for pair in pairs}


def _reference(foreign: Vectors, english: Vectors) -> dict[tuple[int, int], float]:
    """The rules read anew, every pair in full, one number at a time."""
    cosines = {
        (i, j): _cosine(foreign[i], english[j]) for i in range(len(foreign)) for j in range(len(english))
    }
    near_f = {i: sorted((-cosines[i, j], j) for j in range(len(english)))[:4] for i in range(len(foreign))}
    near_e = {j: sorted((-cosines[i, j], i) for i in range(len(foreign)))[:4] for j in range(len(english))}
    mean_f = {i: -sum(c for c, _ in near) / len(near) for i, near in near_f.items()}
    mean_e = {j: -sum(c for c, _ in near) / len(near) for j, near in near_e.items()}
    margin = {(i, j): cosine / ((mean_f[i] + mean_e[j]) / 2) for (i, j), cosine in cosines.items()}
    proposed = {(i, max((margin[i, j], j) for _, j in near)[1]) for i, near in near_f.items()}
    proposed |= {(max((margin[i, j], i) for _, i in near)[1], j) for j, near in near_e.items()}
    taken: dict[tuple[int, int], float] = {}
    for i, j in sorted(proposed, key=lambda pair: -margin[pair]):
        if all(i != a and j != b for a, b in taken) and margin[i, j] > 0:
            taken[i, j] = margin[i, j]
    return taken


def test_two_and_two_by_hand() -> None:
    """Cosines 1, 0.6, 0 and 0.8; means 0.8 and 0.4 of the foreign, 0.5 and 0.7 of the English sentences."""
    foreign = np.array([[2.0, 0.0], [0.0, 7.0]])
    english = np.array([[1.0, 0.0], [3.0, 4.0]])
    expected = {(0, 0): pytest.approx(1 / 0.65), (1, 1): pytest.approx(0.8 / 0.55)}
    assert _by_place(mined(foreign, english)) == expected


def test_four_neighbours_count() -> None:
    """Of six sentences at right angles the nearest four have a mean of a quarter; of three, all count."""
    assert mined(EYE, EYE) == [Pair(i, i, 4.0) for i in range(6)]
    assert _by_place(mined(EYE[:3], EYE[:3])) == {(i, i): pytest.approx(3.0) for i in range(3)}


def test_the_margin_decides_and_not_the_cosine() -> None:
    """A sentence near to everything is worth less than one that is near to this one alone.

    The first foreign sentence is nearer to the first English one (12/13) than to the second (56/65), but that
    one is near to both foreign sentences: its means are 12/13 and 1, those of the second 56/65 and 3/5.
    """
    foreign = np.array([[12.0, 5.0], [1.0, 0.0]])
    english = np.array([[1.0, 0.0], [3.0, 4.0]])
    own, first, second = (12 / 13 + 56 / 65) / 2, (12 / 13 + 1) / 2, (56 / 65 + 3 / 5) / 2
    assert 12 / 13 / ((own + first) / 2) < 56 / 65 / ((own + second) / 2)
    assert _by_place(mined(foreign, english)) == {
        (1, 0): pytest.approx(1 / ((4 / 5 + first) / 2)),
        (0, 1): pytest.approx(56 / 65 / ((own + second) / 2)),
    }


def test_a_taken_sentence_is_not_taken_again() -> None:
    """Of three copies of a sentence the first is paired; the others stay alone."""
    assert mined(EYE[[0, 0, 0]], EYE[:1]) == [Pair(0, 0, 1.0)]
    assert mined(EYE[:1], EYE[[0, 0, 0]]) == [Pair(0, 0, 1.0)]


def test_a_score_of_zero_is_not_kept() -> None:
    """At right angles, or without a direction at all, nothing is a translation."""
    assert mined(EYE[:1], EYE[1:2]) == []
    assert mined(np.zeros((2, 6)), EYE) == []


@pytest.mark.parametrize(("ours", "theirs"), [(0, 3), (3, 0), (0, 0)])
def test_an_empty_side(ours: int, theirs: int) -> None:
    """Without sentences there are no pairs."""
    assert mined(EYE[:ours], EYE[:theirs]) == []


SIDES = st.tuples(st.integers(0, 2**32), st.integers(1, 14), st.integers(1, 14))


@settings(deadline=None)
@given(SIDES)
def test_it_is_the_reference(sides: tuple[int, int, int]) -> None:
    """The same pairs with the same scores as by the rules read anew."""
    seed, ours, theirs = sides
    foreign, english = _random(seed, ours), _random(seed + 1, theirs)
    assert _by_place(mined(foreign, english)) == pytest.approx(_reference(foreign, english), rel=1e-9)


@settings(deadline=None)
@given(SIDES)
def test_pairs_are_one_to_one_and_fall(sides: tuple[int, int, int]) -> None:
    """No sentence is in two pairs, the surest pair comes first, and none is worthless."""
    found = mined(_random(sides[0], sides[1]), _random(sides[0] + 1, sides[2]))
    assert len({pair.foreign for pair in found}) == len({pair.english for pair in found}) == len(found)
    scores = [pair.score for pair in found]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


@settings(deadline=None)
@given(SIDES)
def test_the_sides_are_alike(sides: tuple[int, int, int]) -> None:
    """Which side is called foreign makes no difference."""
    foreign, english = _random(sides[0], sides[1]), _random(sides[0] + 1, sides[2])
    turned = {(pair.english, pair.foreign) for pair in mined(english, foreign)}
    assert {(pair.foreign, pair.english) for pair in mined(foreign, english)} == turned


@settings(deadline=None)
@given(SIDES, st.sampled_from([0.25, 8.0]))
def test_length_does_not_count(sides: tuple[int, int, int], scale: float) -> None:
    """Only the direction of a vector matters."""
    foreign, english = _random(sides[0], sides[1]), _random(sides[0] + 1, sides[2])
    assert mined(foreign * scale, english) == mined(foreign, english)


def _pairs(scores: Sequence[float], right: Sequence[int]) -> tuple[list[IdPair], set[tuple[str, str]]]:
    """Pairs of these scores, and as gold those of them at the places ``right``."""
    pairs = [IdPair(f"f{i}", f"e{i}", score) for i, score in enumerate(scores)]
    return pairs, {(f"f{i}", f"e{i}") for i in right}


@pytest.mark.parametrize(
    ("scores", "right", "threshold"),
    [
        # F1 after each pair: 2/4, 4/5, 4/6, 6/7, 6/8
        ([5.0, 4.0, 3.0, 2.0, 1.5], [0, 1, 3], 1.75),
        # 2/3, 2/4, 4/5: the last pair is the best point, and has no next
        ([5.0, 4.0, 3.0], [0, 2], 3.0),
        # 2/3, 4/4, 4/5
        ([5.0, 4.0, 2.0], [0, 1], 3.0),
        # 2/4, 2/5, 4/6, 4/7, 4/8, 6/9: of equally good points the first
        ([9.0, 8.0, 7.0, 6.0, 5.0, 4.0], [0, 2, 5], 6.5),
        ([5.0, 4.0], [], 0.0),
        ([], [], 0.0),
    ],
)
def test_thresholds_by_hand(scores: list[float], right: list[int], threshold: float) -> None:
    """Midway to the next pair after the first point with the best F1."""
    pairs, gold = _pairs(scores, right)
    assert best_threshold(pairs, gold) == threshold
    assert best_threshold(pairs[::-1], gold) == threshold


def test_gold_that_was_not_found_counts() -> None:
    """Pairs that mining never proposed lower the recall of every point alike, and move none."""
    pairs, gold = _pairs([5.0, 4.0, 2.0], [0, 1])
    assert best_threshold(pairs, gold | {("f8", "e9"), ("f9", "e8")}) == 3.0


def _f1(extracted: Sequence[IdPair], gold: set[tuple[str, str]]) -> float:
    right = sum((pair.foreign, pair.english) in gold for pair in extracted)
    return 2 * right / (len(extracted) + len(gold))


@given(
    st.lists(
        st.tuples(st.integers(1, 1000), st.booleans()), min_size=1, max_size=30, unique_by=lambda p: p[0]
    )
)
def test_no_other_cut_is_better(drawn: list[tuple[int, bool]]) -> None:
    """Where no two scores are equal, the pairs that reach the threshold have the best F1 there is."""
    pairs, gold = _pairs([score for score, _ in drawn], [i for i, (_, right) in enumerate(drawn) if right])
    kept = extract(pairs, best_threshold(pairs, gold))
    ranked = sorted(pairs, key=lambda pair: -pair.score)
    if gold:
        assert _f1(kept, gold) == max(_f1(ranked[:cut], gold) for cut in range(1, len(ranked) + 1))
    else:
        assert kept == pairs


def test_the_threshold_itself_is_extracted() -> None:
    """A score that reaches the threshold is enough."""
    pairs, _ = _pairs([3.0, 2.0, 1.0], [])
    assert extract(pairs, 2.0) == pairs[:2]


def test_copies_are_one_text_and_all_their_pairs() -> None:
    """Two copies on one side and two on the other are one pair of texts, and four of ids."""
    texts = {"a": "ja", "b": "nein", "c": "ja"}
    ids = merged(Minable(name, text, "foreign", None) for name, text in texts.items())
    assert ids == {"ja": ["a", "c"], "nein": ["b"]}
    assert spread([Pair(0, 1, 2.0), Pair(1, 0, 1.5)], list(ids.values()), [["x"], ["y", "z"]]) == [
        IdPair("a", "y", 2.0),
        IdPair("a", "z", 2.0),
        IdPair("c", "y", 2.0),
        IdPair("c", "z", 2.0),
        IdPair("b", "x", 1.5),
    ]


def test_f1_of_what_was_extracted() -> None:
    """Two of three right, four to be found: precision 2/3, recall 1/2, F1 4/7; 0 where there is nothing."""
    gold = {("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")}
    pairs = [IdPair("a", "1", 3.0), IdPair("b", "3", 2.0), IdPair("c", "3", 1.0)]
    assert dev_f1(pairs, gold) == pytest.approx(400 / 7)
    assert dev_f1([], gold) == dev_f1(pairs, set()) == dev_f1([], set()) == 0.0
