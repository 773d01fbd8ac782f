"""Draws of test items: small sets by hand, scipy's bootstrap, analytic standard errors, parallel sets."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from scipy import stats

from stiltwalk.analyse.item_cells import ItemCell, item_cell
from stiltwalk.analyse.items import CONDITIONAL, ItemGains, item_gains
from stiltwalk.store.predictions import Kept


def _kept(ids: Sequence[str], **columns: Sequence[float] | np.ndarray) -> Kept:
    return Kept(np.array(ids), {name: np.asarray(values, dtype=float) for name, values in columns.items()})


def _cell(
    differences: Sequence[float] | np.ndarray,
    *,
    target: str = "t",
    language: str = "de",
    stem: str = "i",
    first: int = 0,
    documents: Mapping[str, str] | None = None,
) -> ItemCell:
    """A cell whose arm is that much better in each example than a baseline that is never right."""
    ids = [f"{stem}{first + number}" for number in range(len(differences))]
    arm, baseline = _kept(ids, correct=differences), _kept(ids, correct=np.zeros(len(ids)))
    return item_cell(target, language, "accuracy", {1: arm}, {1: baseline}, documents)


def _correlation(found: ItemGains) -> float:
    return float(np.corrcoef(found.draws.astype(float))[0, 1])


def test_phrase() -> None:
    """The words that every printed interval must bear."""
    assert CONDITIONAL == "conditional on these trained models"


def test_two_examples_by_hand() -> None:
    """Gains of 100 and 0 in two examples.

    Both are drawn twice in a quarter of all draws each (100 and 0), each once in half of them (50). The 95 %
    interval then is [0, 100], and the deviation 100 times the root of 1/8.
    """
    found = item_gains([_cell([1.0, 0.0])])
    shares = {value: count / 10_000 for value, count in Counter(found.draws[0].tolist()).items()}
    assert shares == pytest.approx({0.0: 0.25, 50.0: 0.5, 100.0: 0.25}, abs=0.02)
    (gain,) = found.each()
    assert (gain.value, gain.low, gain.high) == (50.0, 0.0, 100.0)
    assert gain.se == pytest.approx(100 * math.sqrt(1 / 8), rel=0.02)


def test_micro_f1_by_hand() -> None:
    """Two sentences; the arm finds the one span of the first, and nothing where there is nothing.

    Arm: (correct, predicted, gold) = (1, 1, 1) and (0, 0, 0); baseline: (0, 1, 1) and (0, 1, 0). Drawn twice,
    the first gives 100 against 0; once each: 2/(1+1) = 100 against 0; the second twice: nothing there and
    nothing found is 0, against 0. So 100 in three quarters of all draws and 0 in one.
    """
    ids = ["a", "b"]
    arm = _kept(ids, span_correct=[1, 0], span_predicted=[1, 0], span_gold=[1, 0])
    baseline = _kept(ids, span_correct=[0, 0], span_predicted=[1, 1], span_gold=[1, 0])
    cell = item_cell("t", "de", "ner", {1: arm}, {1: baseline})
    shares = Counter(item_gains([cell]).draws[0].tolist())
    assert cell.value == 100.0
    assert shares[100.0] / 10_000 == pytest.approx(0.75, abs=0.02)
    assert shares[0.0] / 10_000 == pytest.approx(0.25, abs=0.02)


def test_documents_by_hand() -> None:
    """Three examples in two documents: a, b gain 1 each, c gains 0.

    Documents are drawn, two of them: the first twice gives 4 of 4 examples (100), one of each 2 of 3 (66.67),
    the second twice 0 of 2. Drawn singly the examples would give 33.33 as well.
    """
    cell = _cell([1.0, 1.0, 0.0], documents={"i0": "x", "i1": "x", "i2": "y"})
    shares = {
        round(value, 2): count / 10_000
        for value, count in Counter(item_gains([cell]).draws[0].tolist()).items()
    }
    assert (cell.items, len(cell.units), cell.documents) == (3, 2, True)
    assert shares == pytest.approx({100.0: 0.25, 66.67: 0.5, 0.0: 0.25}, abs=0.02)


def test_as_scipy_has_it() -> None:
    """Ends of the percentile interval of a paired difference, but for the noise of the draws."""
    stream = np.random.default_rng(1)
    arm, baseline = stream.random(80) < 0.6, stream.random(80) < 0.45
    ids = [f"i{number}" for number in range(80)]
    cell = item_cell("t", "de", "accuracy", {1: _kept(ids, correct=arm)}, {1: _kept(ids, correct=baseline)})
    (gain,) = item_gains([cell]).each()

    def statistic(first: np.ndarray, second: np.ndarray, axis: int) -> np.ndarray:
        return np.asarray(100 * (first.mean(axis=axis) - second.mean(axis=axis)))

    reference = stats.bootstrap(
        (arm.astype(float), baseline.astype(float)),
        statistic,
        paired=True,
        method="percentile",
        n_resamples=10_000,
        vectorized=True,
        rng=np.random.default_rng(2),
    )
    assert gain.value == pytest.approx(statistic(arm, baseline, 0))
    assert gain.low == pytest.approx(reference.confidence_interval.low, abs=0.04 * (gain.high - gain.low))
    assert gain.high == pytest.approx(reference.confidence_interval.high, abs=0.04 * (gain.high - gain.low))
    assert gain.se == pytest.approx(reference.standard_error, rel=0.03)


def test_standard_error_of_a_mean() -> None:
    """Of n examples it is the deviation (dividing by n) over the root of n; seeds are averaged first."""
    stream = np.random.default_rng(3)
    ids = [f"i{number}" for number in range(400)]
    right = stream.random((2, 3, 400)) < 0.5
    arms = [{seed: _kept(ids, correct=right[arm, seed]) for seed in range(3)} for arm in range(2)]
    (gain,) = item_gains([item_cell("t", "de", "accuracy", arms[0], arms[1])]).each()
    differences = right[0].mean(axis=0) - right[1].mean(axis=0)
    assert gain.value == pytest.approx(100 * differences.mean())
    assert gain.se == pytest.approx(100 * differences.std() / math.sqrt(400), rel=0.03)


def test_standard_error_of_a_ratio() -> None:
    """Words right of all words: by the delta method the deviation of (right - share × words) by the mean."""
    stream = np.random.default_rng(4)
    words = stream.integers(1, 40, 500).astype(float)
    right = np.floor(words * stream.random(500))
    ids = [f"i{number}" for number in range(500)]
    arm = _kept(ids, word_correct=right, words=words)
    baseline = _kept(ids, word_correct=np.zeros(500), words=words)
    (gain,) = item_gains([item_cell("t", "de", "tag-accuracy", {1: arm}, {1: baseline})]).each()
    share = right.sum() / words.sum()
    expected = 100 * (right - share * words).std() / words.mean() / math.sqrt(500)
    assert gain.value == pytest.approx(100 * share)
    assert gain.se == pytest.approx(expected, rel=0.04)


def test_parallel_items_are_drawn_together() -> None:
    """What one language gains the other loses in the same items: their mean never varies."""
    up = np.random.default_rng(5).random(60)
    together = item_gains([_cell(up, language="de"), _cell(-up, language="fr")])
    assert _correlation(together) == pytest.approx(-1.0, abs=1e-4)
    mean = together.mean()
    assert mean.value == pytest.approx(0.0)
    assert (mean.low, mean.high) == (-math.inf, math.inf)


def test_other_items_are_drawn_apart() -> None:
    """Test sets of the same size, of other ids or of another target: no correlation, and a smaller mean."""
    up = np.random.default_rng(6).random(60)
    for other in (_cell(-up, language="fr", stem="j"), _cell(-up, target="u")):
        found = item_gains([_cell(up), other])
        assert abs(_correlation(found)) < 0.05
        assert found.mean().se == pytest.approx(found.each()[0].se / math.sqrt(2), rel=0.05)


def test_items_that_overlap_in_part() -> None:
    """Languages that share half of their items, on which they gain the same: a correlation of a half."""
    gains = np.random.default_rng(7).normal(size=300)
    cells = [_cell(gains[:200], language="de"), _cell(gains[100:], language="fr", first=100)]
    found = item_gains(cells)
    halves = [gains[:200] - gains[:200].mean(), gains[100:] - gains[100:].mean()]
    shared = float(halves[0][100:] @ halves[1][:100])
    expected = shared / math.sqrt(float(halves[0] @ halves[0]) * float(halves[1] @ halves[1]))
    assert _correlation(found) == pytest.approx(expected, abs=0.04)
    for gain, own in zip(found.each(), halves, strict=True):
        assert gain.se == pytest.approx(100 * own.std() / math.sqrt(200), rel=0.05)


def test_mean_counts_targets_the_same() -> None:
    """Two languages of one target gain 10 and 30, the one of another 50: (20 + 50) / 2 = 35."""
    first = _cell([0.2, 0.0], language="de"), _cell([0.6, 0.0], language="fr")
    found = item_gains([*first, _cell([1.0, 0.0], target="u")], draws=200)
    assert found.mean().value == pytest.approx(35.0)
    assert found.mean(np.array([True, True, False])).value == pytest.approx(20.0)
    assert (found.mean().cells, found.mean().units) == (3, 2)


def test_same_seed_same_draws() -> None:
    """Draws follow from the seed alone, and another seed gives others."""
    cell = _cell(np.random.default_rng(8).random(30))
    first, again, other = (item_gains([cell], 500, seed).draws for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("differences", [[1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
def test_nothing_varies(differences: list[float]) -> None:
    """One example, or the same gain in all: the draws show nothing, so nothing bounds the gain."""
    (gain,) = item_gains([_cell(differences)]).each()
    assert gain.value == 100 * differences[0]
    assert (gain.low, gain.high) == (-math.inf, math.inf)
    assert math.isnan(gain.se)


def test_no_cells() -> None:
    """Nothing in, nothing out: no number and no bounds."""
    gain = item_gains([]).mean()
    assert math.isnan(gain.value)
    assert (gain.low, gain.high, gain.cells) == (-math.inf, math.inf, 0)
