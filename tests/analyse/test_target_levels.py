"""Levels of targets, by hand and against scipy."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from scipy import stats

from stiltwalk.analyse.target_levels import TargetLevel, target_levels


def _scores(*rows: tuple[str, int, str, float, bool]) -> pd.DataFrame:
    """Of arm, seed, language, score and whether the run had collapsed."""
    frame = pd.DataFrame(rows, columns=["intermediate", "seed", "language", "score", "degenerate"])
    return frame.assign(encoder="e", target="t", seen=False, repeats=False, retrieval=False)


def _one(frame: pd.DataFrame, arm: str = "none", *, english: bool = False) -> TargetLevel:
    return next(each for each in target_levels(frame, english=english) if each.arm == arm)


def test_the_mean_over_languages_and_then_over_runs() -> None:
    """Runs of 50 and 60 and of 60 and 80 have means of 55 and 70; Student's interval over these two."""
    found = _one(
        _scores(
            ("none", 1, "en", 0.0, False),
            ("none", 1, "de", 50.0, False),
            ("none", 1, "sw", 60.0, False),
            ("none", 2, "en", 10.0, False),
            ("none", 2, "de", 60.0, False),
            ("none", 2, "sw", 80.0, False),
        )
    )
    low, high = stats.t.interval(0.95, 1, 62.5, 7.5)
    assert found.estimate[:3] == pytest.approx((62.5, low, high))
    assert (found.languages, found.runs, found.degenerate) == (2, 2, 0)


def test_english_counts_where_it_is_asked_for() -> None:
    """Of 30 and 60 the mean is 45, and of the other language alone 60."""
    frame = _scores(("none", 1, "en", 30.0, False), ("none", 1, "de", 60.0, False))
    assert _one(frame).estimate.value == 60.0
    assert _one(frame, english=True).estimate.value == 45.0
    assert not _one(frame).estimate.bounded


def test_collapsed_runs_are_left_out_and_counted() -> None:
    """An arm of which all runs had collapsed is there without a score."""
    frame = _scores(
        ("none", 1, "de", 60.0, False),
        ("none", 2, "de", 0.0, True),
        ("a", 1, "de", 0.0, True),
        ("a", 2, "de", 0.0, True),
    )
    none, arm = _one(frame), _one(frame, "a")
    assert (none.estimate.value, none.runs, none.degenerate) == (60.0, 1, 1)
    assert math.isnan(arm.estimate.value)
    assert (arm.languages, arm.runs, arm.degenerate) == (0, 0, 2)


def test_languages_that_a_run_lacks_are_in_no_mean() -> None:
    """Else that run would be of other languages than the rest."""
    found = _one(
        _scores(
            ("none", 1, "de", 60.0, False), ("none", 1, "sw", 20.0, False), ("none", 2, "de", 70.0, False)
        )
    )
    assert found.estimate.value == 65.0
    assert found.languages == 1


def test_a_target_in_english_alone_and_no_rows_at_all() -> None:
    """There is no zero-shot level then."""
    frame = _scores(("none", 1, "en", 60.0, False))
    assert target_levels(frame) == ()
    assert target_levels(frame.iloc[:0]) == ()
    assert _one(frame, english=True).estimate.value == 60.0
