"""Agreement between languages: tables, kappa and RankC by hand, and refusals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.analyse.across.consistency import (
    Pairs,
    Weights,
    label_pairs,
    rank_consistency,
    rank_weights,
    ranked_pairs,
)
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.store.predictions import Labelled, Ranked


def _labelled(labels: Sequence[int], gold: Sequence[int], ids: Sequence[str] | None = None) -> Labelled:
    names = [f"i{number}" for number in range(len(labels))] if ids is None else ids
    given_, right = np.array(labels), np.array(gold)
    return Labelled(np.array(names), given_, given_ == right)


def _value(found: Pairs, measure: str, pair: tuple[str, str] = ("de", "en")) -> float:
    return float(found.measures[measure][found.pairs.index(pair)])


def test_kappa_by_hand() -> None:
    """Ten items, two labels: both 0 in four, both 1 in three, German alone 0 in two, English alone in one.

    Seven of ten are alike. German says 0 six times and English five times, so by chance 0.6 × 0.5 +
    0.4 × 0.5 = 0.5 would be; kappa is (0.7 - 0.5) / (1 - 0.5) = 0.4.
    """
    german = [0, 0, 0, 0, 1, 1, 1, 0, 0, 1]
    english = [0, 0, 0, 0, 1, 1, 1, 1, 1, 0]
    found = label_pairs({"en": _labelled(english, [0] * 10), "de": _labelled(german, [0] * 10)})
    assert found.pairs == (("de", "en"),)
    assert _value(found, "agreement") == pytest.approx(70.0)
    assert _value(found, "kappa") == pytest.approx(40.0)
    assert found.items.tolist() == [10]
    # German is right in 6 of 10, English in 5
    assert found.accuracy.tolist() == pytest.approx([55.0])


def test_three_labels_as_scikit_learn_has_it() -> None:
    """Against sklearn's cohen_kappa_score, for all pairs of three languages."""
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    stream = np.random.default_rng(0)
    gold = stream.integers(0, 3, 200)
    labels = {code: np.where(stream.random(200) < 0.6, gold, stream.integers(0, 3, 200)) for code in "abc"}
    found = label_pairs({code: _labelled(each.tolist(), gold.tolist()) for code, each in labels.items()})
    for (first, second), kappa in zip(found.pairs, found.measures["kappa"], strict=True):
        expected = metrics.cohen_kappa_score(labels[first], labels[second])
        assert kappa == pytest.approx(100 * expected, abs=1e-4)


def test_one_label_throughout() -> None:
    """Both always say 1: they agree in all, and kappa is not defined. Against varied labels it is 0."""
    gold = [1, 1, 0, 0]
    found = label_pairs(
        {"de": _labelled([1] * 4, gold), "en": _labelled([1] * 4, gold), "fr": _labelled([1, 0, 1, 0], gold)}
    )
    assert _value(found, "agreement") == 100.0
    assert math.isnan(_value(found, "kappa"))
    assert _value(found, "kappa", ("de", "fr")) == pytest.approx(0.0)


def test_items_of_one_language_alone() -> None:
    """Only items in both are compared: of b, c and c, d there is c; of none in common nothing is known."""
    found = label_pairs(
        {
            "de": _labelled([0, 1], [0, 1], ["b", "c"]),
            "en": _labelled([1, 0], [1, 0], ["c", "d"]),
            "fr": _labelled([1, 0], [1, 0], ["x", "y"]),
        }
    )
    assert found.items.tolist() == [1, 0, 0]
    assert _value(found, "agreement") == 100.0
    assert math.isnan(_value(found, "agreement", ("de", "fr")))


def test_items_that_are_not_parallel() -> None:
    """The same ids with other right labels: it is said of which languages, and how many."""
    message = r"Items of 'de' and 'en' with the same id are not the same item: of 4 .* the same in 2\."
    with pytest.raises(StiltwalkError, match=message):
        label_pairs(
            {"de": _labelled([0, 0, 1, 1], [0, 0, 1, 1]), "en": _labelled([0, 1, 0, 1], [0, 1, 0, 1])}
        )


def test_one_slip_of_a_translator() -> None:
    """One other label in twenty items does not make them others."""
    gold = [0, 1] * 10
    found = label_pairs({"de": _labelled(gold, gold), "en": _labelled([1, *gold[1:]], [1, *gold[1:]])})
    assert _value(found, "agreement") == pytest.approx(95.0)


def test_one_language() -> None:
    """Nothing to compare it with."""
    assert label_pairs({"en": _labelled([0, 1], [0, 1])}).pairs == ()


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        # P@1 = 0 of 1 (a; b), P@2 = 2 of 2 (a b; b a), P@3 = 3 of 3
        ("softmax", (math.exp(1) + 1) / (math.exp(2) + math.exp(1) + 1)),
        ("linear", (2 + 1) / 6),
        ("squared", (4 + 1) / 14),
    ],
)
def test_rankc_by_hand(weights: Weights, expected: float) -> None:
    """Three candidates, the first two changed round: all of the weight is had but that of the first place."""
    assert rank_consistency([["a", "b", "c"]], [["b", "a", "c"]], weights) == pytest.approx(expected)


def test_rankc_of_several_queries() -> None:
    """The mean over queries: one agrees throughout (1), one shares nothing until the second place.

    Of (a, b) and (b, c): P@1 = 0, P@2 = 1/2; linear weights 2/3 and 1/3: 1/6. The mean is 7/12.
    """
    first, second = [["a", "b"], ["a", "b"]], [["a", "b"], ["b", "c"]]
    assert rank_consistency(first, second, "linear") == pytest.approx(7 / 12)


@given(
    st.permutations(range(6)), st.permutations(range(6)), st.sampled_from(["softmax", "linear", "squared"])
)
def test_rankc_by_its_definition(first: list[int], second: list[int], weights: Weights) -> None:
    """Σ_j w_j · |first j of both| / j, written out; it is symmetric and at most 1."""
    one, two = [str(name) for name in first], [str(name) for name in second]
    shares = [len(set(one[:j]) & set(two[:j])) / j for j in range(1, 7)]
    expected = sum(w * share for w, share in zip(rank_weights(6, weights), shares, strict=True))
    assert rank_consistency([one], [two], weights) == pytest.approx(expected)
    assert rank_consistency([two], [one], weights) == pytest.approx(expected)
    assert expected <= 1 + 1e-12


def test_rankc_is_1_for_equal_orders_alone() -> None:
    """Of all orders of four candidates only the same one reaches 1."""
    order = ["a", "b", "c", "d"]
    full = [list(other) for other in permutations(order) if rank_consistency([order], [other]) > 1 - 1e-12]
    assert full == [order]


def test_rankc_of_nothing() -> None:
    """No queries, or no candidates: no number."""
    assert math.isnan(rank_consistency([], []))
    assert math.isnan(rank_consistency([["a"]], [[]]))


def test_shortest_list_counts() -> None:
    """Of three and two candidates the first two are looked at."""
    assert rank_consistency([["a", "b", "c"]], [["a", "b"]]) == 1.0


def test_ranked_pairs() -> None:
    """Queries are matched by id, whatever their order; accuracy is the mean of the two languages' scores."""
    found = ranked_pairs(
        {
            "en": Ranked(np.array(["q1", "q2"]), (("a", "b"), ("c", "d"))),
            "de": Ranked(np.array(["q2", "q1", "q3"]), (("d", "c"), ("a", "b"), ("a", "b"))),
        },
        {"en": 80.0, "de": 60.0},
        "linear",
    )
    # q1: 1; q2: P@1 = 0, P@2 = 1, so 1/3
    assert found.measures["RankC"].tolist() == pytest.approx([100 * (1 + 1 / 3) / 2])
    assert found.accuracy.tolist() == [70.0]
    assert found.items.tolist() == [2]
