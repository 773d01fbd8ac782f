"""The intervals of gains: by hand, against scipy and statsmodels, and where nothing bounds them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from stiltwalk.analyse.blocks import contrasts
from stiltwalk.analyse.gains import ZERO_SHOT, gains
from stiltwalk.analyse.power import minimum_detectable
from tests.analyse.test_gains import Row, frame_of, gain_of


def _table(values: Sequence[Sequence[float]], language: str = "de") -> list[Row]:
    """Scores of arms by seeds: ``none`` first, then ``a``, ``b`` and so on."""
    arms = ("none", *"abcdefg")
    return [
        Row(arms[arm], seed, language, value)
        for arm, row in enumerate(values)
        for seed, value in enumerate(row)
        if not math.isnan(value)
    ]


# arms 52, 55, 49, 52 and seeds -2, 0, 2; what is left is ±(1, 0, -1), so that all arms vary alike
NOISY = ((51.0, 52.0, 53.0), (52.0, 55.0, 58.0), (48.0, 49.0, 50.0), (49.0, 52.0, 55.0))


def test_an_interval_by_hand() -> None:
    """Four arms of three seeds, residuals ±1, 0, ±1 in each: 8 in squares on 3 · 2 degrees of freedom.

    So one value has variance 4/3, and a difference of means over three seeds 2/3 of that, 8/9. The gain of a
    is 55 - 52 = 3, with t at 6 degrees of freedom 2.446912: 3 ± 2.446912 · 0.942809.
    """
    gain = gain_of(gains(frame_of(*_table(NOISY))), "de", "a")
    assert (gain.gain, gain.df) == (3.0, 6.0)
    assert gain.se == pytest.approx(math.sqrt(8 / 9))
    assert (gain.low, gain.high) == pytest.approx((3 - 2.306971, 3 + 2.306971), abs=1e-5)
    assert gain.p == pytest.approx(2 * stats.t.sf(3 / math.sqrt(8 / 9), 6))
    assert gain.mde == pytest.approx(float(minimum_detectable(gain.se, 6)))


def test_the_confidence_asked_for() -> None:
    """At 90 % the same interval has t 1.943180."""
    gain = gain_of(gains(frame_of(*_table(NOISY)), confidence=0.9), "de", "a")
    assert gain.high - gain.gain == pytest.approx(1.943180 * math.sqrt(8 / 9), abs=1e-5)


def test_two_arms_are_a_paired_t_test() -> None:
    """scipy.stats.ttest_rel, of a language and of a mean over languages, with seeds that one side lacks."""
    draw = np.random.default_rng(5)
    before, after = draw.normal(60, 3, (2, 6)), draw.normal(62, 3, (2, 6))
    rows = [
        row
        for place, code in enumerate(("de", "sw"))
        for row in _table((before[place].tolist(), after[place].tolist()), code)
        if (row.intermediate, row.seed) not in {("none", 0), ("a", 4)}
    ]
    shared = [1, 2, 3, 5]
    found = gains(frame_of(*rows))
    mean = stats.ttest_rel(after.mean(axis=0)[shared], before.mean(axis=0)[shared])
    german = stats.ttest_rel(after[0, shared], before[0, shared])
    for language, expected in (("de", german), (ZERO_SHOT, mean)):
        gain = gain_of(found, language, "a")
        interval = expected.confidence_interval(0.95)
        assert (gain.seeds, gain.unpaired, gain.df) == (4, 2, 3.0)
        assert (gain.low, gain.high, gain.p) == pytest.approx((*interval, expected.pvalue))


def test_all_arms_against_statsmodels() -> None:
    """Where it is installed: OLS with a dummy of each arm and seed has the same gains and errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own, on being imported
        models = pytest.importorskip("statsmodels.regression.linear_model")
    cells = [(arm, seed) for arm in range(4) for seed in range(3)]
    design = np.array([[arm == k for k in (1, 2, 3)] + [seed == k for k in range(3)] for arm, seed in cells])
    fit = models.OLS(np.array([NOISY[arm][seed] for arm, seed in cells]), design.astype(float)).fit()
    found = gains(frame_of(*_table(NOISY)))
    for place, arm in enumerate("abc"):
        gain = gain_of(found, "de", arm)
        assert (gain.gain, gain.se) == pytest.approx((fit.params[place], fit.bse[place]))
        assert (gain.df, gain.p) == pytest.approx((fit.df_resid, fit.pvalues[place]))


def test_arms_that_lack_seeds() -> None:
    """The gain stays the mean of the pairs, and its interval is that of contrasts over their seeds.

    Arm b lacks the first seed and arm c the last. What a third arm lacks touches no gain, but its noise.
    """
    table = np.array(NOISY)
    table[2, 0] = table[3, 2] = math.nan
    found = gains(frame_of(*_table(table.tolist())))
    for arm, place, seeds in (("a", 1, [0, 1, 2]), ("b", 2, [1, 2]), ("c", 3, [0, 1])):
        gain = gain_of(found, "de", arm)
        weights = np.zeros((1, 4))
        weights[0, [0, place]] = -1, 1
        expected = contrasts(table[None][:, :, seeds], weights).at(0, 0)
        assert gain.gain == pytest.approx((table[place] - table[0])[seeds].mean())
        assert (gain.gain, gain.se, gain.df) == pytest.approx((expected.value, expected.se, expected.df))
        assert (gain.low, gain.high, gain.p) == pytest.approx((expected.low, expected.high, expected.p))
        assert (gain.seeds, gain.unpaired) == (len(seeds), 3 - len(seeds))


def test_degenerate_runs_of_others_are_no_noise() -> None:
    """Arm d has a collapsed run: it tells nothing of a's interval, and is in its own."""
    rows = [*_table(NOISY), Row("d", 0, "de", 50.0), Row("d", 1, "de", 52.0), Row("d", 2, "de", 54.0)]
    collapsed = [row._replace(value=3.0, degenerate=True) if row == rows[-1] else row for row in rows]
    without = [row for row in rows if row != rows[-1]]
    found = gains(frame_of(*collapsed))
    assert gain_of(found, "de", "a")[-6:] == pytest.approx(gain_of(gains(frame_of(*without)), "de", "a")[-6:])
    own = gain_of(found, "de", "d")
    assert own.degenerate == 1
    assert own.se > 3 * gain_of(found, "de", "a").se


@pytest.mark.parametrize(
    "values",
    [((50.0,), (51.0,)), ((50.0, 50.0, 50.0), (51.0, 51.0, 51.0))],
    ids=["one seed", "no variation"],
)
def test_what_nothing_bounds(values: tuple[tuple[float, ...], ...]) -> None:
    """One seed, or runs that agree to the bit, show nothing of how runs vary."""
    gain = gain_of(gains(frame_of(*_table(values))), "de", "a")
    assert (gain.gain, gain.df, gain.p) == (1.0, 0.0, 1.0)
    assert (gain.low, gain.high, gain.mde) == (-math.inf, math.inf, math.inf)
    assert math.isnan(gain.se)


def test_each_layer_is_a_comparison() -> None:
    """Two layers of one target: each with itself, in order."""
    rows = pd.concat([frame_of(*_table(NOISY)).assign(layer=layer) for layer in (7.0, 3.0)])
    rows.loc[rows["layer"] == 7.0, "value"] *= 2
    found = gains(rows)
    assert found.loc[found["intermediate"] == "a", ["layer", "gain"]].to_numpy().tolist() == [
        *([3.0, 3.0], [3.0, 3.0]),
        *([7.0, 6.0], [7.0, 6.0]),
    ]
