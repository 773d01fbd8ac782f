"""What a test item adds to a gain: the scorers' own differences, whatever the order; refusals by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.analyse.item_cells import item_cell
from stiltwalk.metrics.scorers import main_score, score
from stiltwalk.spec.errors import StiltwalkError, UnknownNameError
from stiltwalk.spec.metrics import SCORERS
from stiltwalk.store.predictions import Kept

SUMS = sorted(
    name
    for name, scorer in SCORERS.items()
    if all(metric.aggregate != "best-threshold" for metric in scorer.metrics)
)


def _kept(ids: Sequence[str], correct: Sequence[float]) -> Kept:
    return Kept(np.array(ids), {"correct": np.array(correct, dtype=float)})


@settings(max_examples=40, deadline=None)
@given(
    scorer=st.sampled_from(SUMS), seed=st.integers(0, 2**16), seeds=st.integers(1, 3), size=st.integers(2, 9)
)
def test_the_gain_is_the_scorers(scorer: str, seed: int, seeds: int, size: int) -> None:
    """Over all items it is the mean over seeds of the difference of main scores, examples in any order."""
    stream = np.random.default_rng(seed)
    names = [name for metric in SCORERS[scorer].metrics for name in metric.statistics]
    ids = np.array([f"i{number}" for number in range(size)])
    arms: list[dict[int, Kept]] = [{}, {}]
    scores: list[list[float]] = [[], []]
    for arm in (0, 1):
        for run in range(seeds):
            columns = {name: stream.integers(1, 9, size).astype(float) for name in names}
            order = stream.permutation(size)
            arms[arm][run] = Kept(ids[order], {name: column[order] for name, column in columns.items()})
            scores[arm].append(main_score(scorer, score(scorer, columns)))
    found = item_cell("t", "de", scorer, arms[0], arms[1])
    assert found.value == pytest.approx(np.mean(scores[0]) - np.mean(scores[1]))
    assert (found.seeds, found.unpaired, found.items) == (seeds, 0, size)


def test_few_columns() -> None:
    """Means share their denominator whatever the seed: one column; F1 has another for each model."""
    ids = ["a", "b", "c"]
    arms = [{seed: _kept(ids, [1, 0, seed]) for seed in range(5)} for _ in range(2)]
    assert item_cell("t", "de", "accuracy", arms[0], arms[1]).above.shape == (3, 1)
    stream = np.random.default_rng(0)
    spans = [
        {
            seed: Kept(
                np.array(ids),
                {f"span_{name}": stream.random(3) + 1 for name in ("correct", "predicted", "gold")},
            )
            for seed in range(5)
        }
        for _ in range(2)
    ]
    assert item_cell("t", "de", "ner", spans[0], spans[1]).above.shape == (3, 10)


def test_seeds_of_one_arm_alone() -> None:
    """Seeds 1 and 2 against 2 and 3: one pair, two left out."""
    ids = ["a", "b"]
    found = item_cell(
        "t",
        "de",
        "accuracy",
        {1: _kept(ids, [1, 1]), 2: _kept(ids, [1, 0])},
        {2: _kept(ids, [0, 0]), 3: _kept(ids, [0, 0])},
    )
    assert (found.value, found.seeds, found.unpaired) == (50.0, 1, 2)


def test_no_shared_seed() -> None:
    """Nothing can be paired, and that is said."""
    one = _kept(["a"], [1])
    with pytest.raises(StiltwalkError, match=r"Nothing can be said of target 't' in 'de'.*share no seed"):
        item_cell("t", "de", "accuracy", {1: one}, {2: one})


def test_unequal_examples() -> None:
    """Which ids differ is said, and how many."""
    arm, baseline = _kept(list("abxyzvw"), [1] * 7), _kept(list("abc"), [1] * 3)
    message = (
        r"not tested on the same examples of target 't' in 'de' \(seed 1\): of 3 examples 1 of the "
        r"baseline's are missing \(c\) and 5 are not the baseline's \(v, w, x, …\)"
    )
    with pytest.raises(StiltwalkError, match=message):
        item_cell("t", "de", "accuracy", {1: arm}, {1: baseline})


@pytest.mark.parametrize("side", [0, 1])
def test_ids_that_stand_twice(side: int) -> None:
    """Examples could not be told apart."""
    both = [_kept(["a", "b", "c"], [1, 1, 1]), _kept(["a", "b", "c"], [0, 0, 0])]
    both[side] = _kept(["a", "b", "c", "b"], [1, 1, 1, 1])
    with pytest.raises(StiltwalkError, match="'b' stands twice"):
        item_cell("t", "de", "accuracy", {1: both[0]}, {1: both[1]})


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_statistics_that_are_no_numbers(wrong: float) -> None:
    """Nothing is concluded from them, and which it is is said."""
    arm, baseline = _kept(["a", "b"], [1, wrong]), _kept(["a", "b"], [0, 0])
    with pytest.raises(
        StiltwalkError, match=r"'correct' of target 't' in 'de' is no finite number for 1 of 2"
    ):
        item_cell("t", "de", "accuracy", {1: arm}, {1: baseline})


def test_missing_statistic() -> None:
    """A column that the scorer needs is named."""
    one = _kept(["a"], [1])
    with pytest.raises(StiltwalkError, match="'word_correct' of target 't' in 'de' is missing"):
        item_cell("t", "de", "tag-accuracy", {1: one}, {1: one})


def test_threshold_chosen_on_the_items() -> None:
    """Such a metric is no ratio of sums; it is refused rather than drawn wrongly."""
    names = ("answered_exact", "answered_f1", "unanswered", "no_answer")
    one = Kept(np.array(["a"]), {name: np.ones(1) for name in names})
    with pytest.raises(StiltwalkError, match="chooses a threshold on the very examples it scores"):
        item_cell("t", "en", "squad2", {1: one}, {1: one})


def test_examples_without_a_document() -> None:
    """How many, and one of them."""
    one = _kept(["a", "b"], [1, 1])
    with pytest.raises(StiltwalkError, match="1 of 2 examples of target 't' in 'de' have no document, 'b'"):
        item_cell("t", "de", "accuracy", {1: one}, {1: one}, {"a": "x"})


def test_unknown_scorer() -> None:
    """The nearest name is suggested."""
    with pytest.raises(UnknownNameError, match="accuracy"):
        item_cell("t", "de", "acuracy", {1: _kept(["a"], [1])}, {1: _kept(["a"], [1])})
