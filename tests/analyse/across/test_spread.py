"""Gap, worst languages and spread by hand, over the languages that all runs have, and compared by seed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from stiltwalk.analyse.across.per_run import beside_baseline, level
from stiltwalk.analyse.across.spread import ALL, WITHOUT_RETRIEVAL, Spread, spreads
from stiltwalk.analyse.responses import Responses, responses

LANGUAGES = ("en", "de", "fr", "ru", "sw", "zh")

Row = tuple[str, int, str, str, float]
"""Arm, seed, target, language, score."""


def _responses(
    rows: Sequence[Row], *, collapsed: Sequence[tuple[str, int]] = (), retrieval: str = ""
) -> Responses:
    frame = pd.DataFrame(rows, columns=["intermediate", "seed", "target", "language", "score"])
    runs = list(zip(frame["intermediate"], frame["seed"], strict=True))
    frame = frame.assign(
        encoder="e",
        degenerate=[run in collapsed for run in runs],
        seen=[
            arm == "a" and code == "sw"
            for arm, code in zip(frame["intermediate"], frame["language"], strict=True)
        ],
        repeats=False,
        retrieval=frame["target"] == retrieval,
    )
    (found,) = responses(frame)
    return found


def _run(arm: str, seed: int, scores: Sequence[float], target: str = "t") -> list[Row]:
    return [(arm, seed, target, code, score) for code, score in zip(LANGUAGES, scores, strict=False)]


def _one(found: Sequence[Spread], arm: str, measure: str, target: str = "t") -> Spread:
    (row,) = [each for each in found if (each.arm, each.measure, each.target) == (arm, measure, target)]
    return row


def test_measures_by_hand() -> None:
    """English 90; others 80, 70, 60, 40, 50, whose mean is 60.

    Gap 30; the three lowest 40, 50, 60: 50; deviations 20, 10, 0, -20, -10: 1000 / 4 = 250, its root 15.81.
    """
    found = spreads(_responses(_run("none", 1, [90, 80, 70, 60, 40, 50])))
    assert _one(found, "none", "gap").level.value == pytest.approx(30.0)
    assert _one(found, "none", "worst-3").level.value == pytest.approx(50.0)
    assert _one(found, "none", "sd").level.value == pytest.approx(math.sqrt(250))
    gap = _one(found, "none", "gap")
    assert (gap.languages, gap.runs, gap.targets, gap.level.low) == (5, 1, 1, -math.inf)


def test_worst_of_another_number() -> None:
    """The two lowest are 40 and 50."""
    found = spreads(_responses(_run("none", 1, [90, 80, 70, 60, 40, 50])), worst=2)
    assert _one(found, "none", "worst-2").level.value == pytest.approx(45.0)


def test_compared_by_seed() -> None:
    """Gaps of none 30, 32, 31 and of the arm 26, 29, 30: with two arms that is the paired t test."""
    base = [90.0, 80, 70, 60, 40, 50]
    rows: list[Row] = []
    for seed, (before, after) in enumerate([(30, 26), (32, 29), (31, 30)]):
        rows += _run("none", seed, [60.0 + before, *base[1:]]) + _run("a", seed, [60.0 + after, *base[1:]])
    row = _one(spreads(_responses(rows)), "a", "gap")
    test = stats.ttest_rel([26, 29, 30], [30, 32, 31])
    interval = test.confidence_interval()
    assert row.change.value == pytest.approx(-8 / 3)
    assert (row.change.low, row.change.high) == pytest.approx((interval.low, interval.high))
    assert row.change.p == pytest.approx(test.pvalue)
    assert (row.seeds, row.runs, row.seen) == (3, 3, 1)
    assert row.level.value == pytest.approx(85 / 3)


def test_languages_that_a_run_lacks() -> None:
    """Seed 2 has no Chinese: it is left out of all runs, so none has four others, of mean 62.5."""
    rows = _run("none", 1, [90, 80, 70, 60, 40, 50]) + _run("none", 2, [90, 80, 70, 60, 40])
    gap = _one(spreads(_responses(rows)), "none", "gap")
    assert gap.languages == 4
    assert gap.level.value == pytest.approx(27.5)


def test_collapsed_runs() -> None:
    """They are left out, unless asked for."""
    rows = _run("none", 1, [90, 80, 70, 60, 40, 50]) + _run("none", 2, [30] * 6)
    found = _responses(rows, collapsed=[("none", 2)])
    assert _one(spreads(found), "none", "gap").level.value == pytest.approx(30.0)
    assert _one(spreads(found), "none", "gap").runs == 1
    assert _one(spreads(found, healthy=False), "none", "gap").level.value == pytest.approx(15.0)


def test_what_cannot_be_had() -> None:
    """Retrieval without English has no gap; three other languages no three worst; a single one no spread."""
    rows: list[Row] = [("none", 1, "t", code, 50.0) for code in ("de", "fr", "ru")]
    rows += [("none", 1, "u", code, 50.0) for code in ("en", "de")]
    found = spreads(_responses(rows))
    assert {(each.target, each.measure) for each in found} == {("t", "sd"), ("u", "gap")}


def test_constant_scores() -> None:
    """Every run the same: a difference of 0 that nothing bounds, for runs have shown no variation."""
    rows = [
        row for arm in ("none", "a") for seed in (1, 2) for row in _run(arm, seed, [90, 80, 70, 60, 40, 50])
    ]
    change = _one(spreads(_responses(rows)), "a", "sd").change
    assert (change.value, change.low, change.high) == (0.0, -math.inf, math.inf)


def test_means_over_targets() -> None:
    """Spreads of 10 and 20 in two targets and 60 in retrieval: 30 over all, 15 without retrieval.

    Of two languages apart by d the deviation is d over the root of 2.
    """
    rows: list[Row] = []
    for target, apart in (("t", 10), ("u", 20), ("r", 60)):
        rows += [("none", 1, target, "de", 20.0), ("none", 1, target, "fr", 20.0 + math.sqrt(2) * apart)]
    found = spreads(_responses(rows, retrieval="r"))
    assert _one(found, "none", "sd", ALL).level.value == pytest.approx(30.0)
    assert _one(found, "none", "sd", ALL).targets == 3
    assert _one(found, "none", "sd", WITHOUT_RETRIEVAL).level.value == pytest.approx(15.0)


def test_mean_over_targets_that_an_arm_has() -> None:
    """The arm lacks target u: it is compared over t alone, though none has both."""
    rows: list[Row] = []
    for seed in (1, 2, 3):
        rows += [("none", seed, "t", "de", 20.0), ("none", seed, "t", "fr", 40.0 + seed)]
        rows += [("none", seed, "u", "de", 20.0), ("none", seed, "u", "fr", 80.0)]
        rows += [("a", seed, "t", "de", 20.0), ("a", seed, "t", "fr", 30.0 + seed**2)]
    found = spreads(_responses(rows))
    mean, alone = _one(found, "a", "sd", ALL), _one(found, "a", "sd")
    assert mean.targets == 1
    assert mean.change == alone.change
    assert _one(found, "none", "sd", ALL).targets == 2


def test_without_a_baseline() -> None:
    """Levels there are, changes not."""
    row = _one(spreads(_responses(_run("a", 1, [90, 80, 70, 60, 40, 50]))), "a", "gap")
    assert row.level.value == pytest.approx(30.0)
    assert math.isnan(row.change.value)
    assert (row.change.low, row.change.high, row.seeds) == (-math.inf, math.inf, 0.0)


def test_no_run_that_did_not_collapse() -> None:
    """Nothing can be said, and nothing is."""
    assert spreads(_responses(_run("none", 1, [90, 80, 70]), collapsed=[("none", 1)])) == ()


def test_level_is_the_t_interval() -> None:
    """Of 1, 2, 4, the missing left out, as scipy has it; of fewer, or of equal values, nothing bounds it."""
    found = level(np.array([1.0, math.nan, 2.0, 4.0]))
    expected = stats.ttest_1samp([1.0, 2.0, 4.0], 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert level(np.array([3.0]))[:3] == (3.0, -math.inf, math.inf)
    assert math.isnan(level(np.array([math.nan])).value)
    assert level(np.array([0.1, 0.1, 0.1])).high == math.inf


def test_baseline_beside_itself() -> None:
    """It has a level, and no difference from itself."""
    beside = beside_baseline(np.array([[1.0, 2.0], [3.0, 5.0]]), 0, 0)
    assert beside.level.value == 1.5
    assert math.isnan(beside.change.value)
