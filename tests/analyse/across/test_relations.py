"""Gains by kind of language: groups by hand, as scipy has them, and what is said where little is known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from stiltwalk.analyse.across.relations import Relation, exact_p, language_gains, relations
from stiltwalk.analyse.responses import Responses, responses

GAINS: Mapping[str, float] = {"de": 4.0, "nl": 6.0, "fr": 3.0, "ru": 1.0, "tr": 2.0, "zh": 0.0, "ar": -1.0}
"""By language: German and Dutch are of English's branch, French and Russian of others beside it, the rest
outside. Latin script: de nl fr tr."""

SCRIPT = "Latin script minus others"
BRANCH = "Germanic minus outside Indo-European"
OTHERS = "other Indo-European minus outside"
TEXT = "each doubling of pretraining text"


def _responses(gains: Mapping[tuple[str, str], float], seeds: int = 2) -> Responses:
    """``none`` scores 50 and the arm so much more, in each (language, target)."""
    rows = [
        {"intermediate": arm, "seed": seed, "language": code, "target": target, "score": 50.0 + more * gain}
        for (code, target), gain in gains.items()
        for seed in range(seeds)
        for arm, more in (("none", 0), ("a", 1))
    ]
    marks: dict[str, Any] = {
        "encoder": "e",
        "degenerate": False,
        "seen": False,
        "repeats": False,
        "retrieval": False,
    }
    (found,) = responses(pd.DataFrame([row | marks for row in rows]))
    return found


def _of_one_target(gains: Mapping[str, float] = GAINS) -> Responses:
    return _responses({(code, "t"): gain for code, gain in {"en": 99.0, **gains}.items()})


def _one(found: tuple[Relation, ...], what: str) -> Relation:
    (row,) = [each for each in found if each.what == what]
    return row


def test_script_is_the_t_test() -> None:
    """Latin 4, 6, 3, 2 (mean 3.75) against 1, 0, -1 (mean 0); English is no zero-shot language."""
    row = _one(relations(_of_one_target(), {}), SCRIPT)
    test = stats.ttest_ind([4, 6, 3, 2], [1, 0, -1])
    interval = test.confidence_interval()
    assert row.estimate.value == pytest.approx(3.75)
    assert (row.estimate.low, row.estimate.high) == pytest.approx((interval.low, interval.high))
    assert row.groups == (4, 3)


def test_exact_p_by_hand() -> None:
    """Of the 35 ways to choose four of seven, those four largest and four smallest differ as much.

    The four largest are 6, 4, 3, 2: 3.75 against 0 is the largest difference there is upwards. Downwards the
    four smallest -1, 0, 1, 2 against 3, 4, 6 differ by 3.83, which is more. So 2 of 35.
    """
    row = _one(relations(_of_one_target(), {}), SCRIPT)
    assert row.exact_p == pytest.approx(2 / 35)


def test_exact_p_as_scipy_has_it() -> None:
    """Against scipy's permutation test of the size of the difference, which tries all ways as well."""
    first, second = np.array([1.3, 2.2, 0.7, 3.1]), np.array([0.2, 1.1, 0.4, 0.9])

    def statistic(one: np.ndarray, other: np.ndarray) -> float:
        return abs(float(one.mean() - other.mean()))

    reference = stats.permutation_test((first, second), statistic, n_resamples=np.inf, alternative="greater")
    assert exact_p(first, second) == pytest.approx(reference.pvalue)


def test_too_many_ways_or_none() -> None:
    """20 of 40 are dealt out in 10^11 ways; nothing in one way."""
    assert math.isnan(exact_p(np.arange(20.0), np.arange(20.0)))
    assert math.isnan(exact_p(np.array([]), np.arange(3.0)))


def test_family_by_hand() -> None:
    """Germanic 4, 6 (5), other Indo-European 3, 1 (2), outside 2, 0, -1 (1/3).

    Squares within: 2 + 2 + 14/3 = 26/3, by 4 degrees of freedom 13/6.
    """
    found = relations(_of_one_target(), {})
    branch, others = _one(found, BRANCH), _one(found, OTHERS)
    assert branch.estimate.value == pytest.approx(14 / 3)
    assert branch.estimate.se == pytest.approx(math.sqrt(13 / 6 * (1 / 2 + 1 / 3)))
    assert (branch.estimate.df, branch.groups) == (4, (2, 3))
    assert others.estimate.value == pytest.approx(5 / 3)
    assert TEXT not in {each.what for each in found}


def test_text_is_the_line_of_least_squares() -> None:
    """Against scipy's linregress on the logarithm to base 2, over the languages whose text is known."""
    text = {"de": 64.0, "nl": 32.0, "fr": 16.0, "ru": 256.0, "tr": 8.0, "zh": 4.0, "en": 1.0}
    row = _one(relations(_of_one_target(), text), TEXT)
    line = stats.linregress([6, 5, 4, 8, 3, 2], [4, 6, 3, 1, 2, 0])
    assert row.estimate.value == pytest.approx(line.slope)
    assert row.estimate.se == pytest.approx(line.stderr)
    assert row.estimate.p == pytest.approx(line.pvalue)
    assert row.groups == (6,)


def test_each_targets_own_level_is_taken_out() -> None:
    """Target u gains 10 more everywhere and lacks two languages: all are as in t, but 5 higher."""
    both = {(code, "t"): gain for code, gain in GAINS.items()}
    both |= {(code, "u"): gain + 10 for code, gain in GAINS.items() if code not in {"ru", "zh"}}
    found = language_gains(_responses(both), "a")
    assert found is not None
    assert found.targets == 2
    expected = [GAINS[code] + 5 for code in found.languages]
    assert found.gains.tolist() == pytest.approx(expected)


def test_targets_that_share_no_language() -> None:
    """One has four languages, one two others: only those of the first can be compared with each other."""
    apart = {(code, "t"): GAINS[code] for code in ("de", "fr", "ru", "tr")}
    apart |= {("zh", "u"): 5.0, ("ar", "u"): 7.0}
    found = language_gains(_responses(apart), "a")
    assert found is not None
    assert (found.languages, found.targets) == (("de", "fr", "ru", "tr"), 1)


def test_seeds_are_paired() -> None:
    """A seed that one arm lacks does not count."""
    found = _of_one_target()
    found.values[0, 1, :] = np.nan
    found.values[1, 1, :] = 99.0
    gains = language_gains(found, "a")
    assert gains is not None
    assert dict(zip(gains.languages, gains.gains.tolist(), strict=True)) == pytest.approx(GAINS)


def test_one_language() -> None:
    """No groups, no line: no number, and nothing bounds it."""
    for row in relations(_of_one_target({"de": 3.0}), {"de": 64.0}):
        assert math.isnan(row.estimate.value)
        assert (row.estimate.low, row.estimate.high) == (-math.inf, math.inf)


def test_two_languages() -> None:
    """A difference there is, but nothing to tell its error by."""
    row = _one(relations(_of_one_target({"de": 3.0, "zh": 1.0}), {"de": 64.0, "zh": 32.0}), SCRIPT)
    assert row.estimate.value == pytest.approx(2.0)
    assert (row.estimate.low, row.estimate.high) == (-math.inf, math.inf)
    slope = _one(relations(_of_one_target({"de": 3.0, "zh": 1.0}), {"de": 64.0, "zh": 32.0}), TEXT)
    assert slope.estimate.value == pytest.approx(2.0)
    assert (slope.estimate.low, slope.estimate.high) == (-math.inf, math.inf)


def test_the_same_gain_everywhere() -> None:
    """What differs by rounding alone shows no variation: nothing bounds a difference of 0."""
    for row in relations(
        _of_one_target(dict.fromkeys(GAINS, 1 / 3)), dict.fromkeys(GAINS, 2.0) | {"de": 8.0}
    ):
        assert row.estimate.value == pytest.approx(0.0, abs=1e-9)
        assert (row.estimate.low, row.estimate.high) == (-math.inf, math.inf)


def test_nothing_to_compare() -> None:
    """No baseline, or no arm of that name, or no cell in both."""
    found = _of_one_target()
    assert language_gains(found, "b") is None
    found.values[1] = np.nan
    assert language_gains(found, "a") is None
    assert relations(found, {}) == ()


def test_languages_that_are_not_in_the_table() -> None:
    """They are in no group."""
    row = _one(relations(_of_one_target({**GAINS, "qqq": 50.0}), {}), SCRIPT)
    assert row.groups == (4, 3)


def test_intervals_of_a_language_are_the_paired_t_test() -> None:
    """One arm beside ``none`` in one language: Student's test of the pairs of four seeds."""
    before, after = [50.0, 53.0, 49.0, 51.0], [54.0, 55.0, 50.0, 56.0]
    marks: dict[str, Any] = dict.fromkeys(("degenerate", "seen", "repeats", "retrieval"), False)
    rows = [
        {"encoder": "e", "intermediate": arm, "seed": seed, "language": "de", "target": "t", "score": value}
        for arm, values in (("none", before), ("a", after))
        for seed, value in enumerate(values)
    ]
    (table,) = responses(pd.DataFrame([row | marks for row in rows]))
    found = language_gains(table, "a", 0.9)
    assert found is not None
    expected = stats.ttest_rel(after, before).confidence_interval(0.9)
    assert found.gains.tolist() == [pytest.approx(3.0)]
    assert (found.estimates[0].low, found.estimates[0].high) == pytest.approx((expected.low, expected.high))
