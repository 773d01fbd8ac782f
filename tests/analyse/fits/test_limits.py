"""Tests of analyse.fits.limits: what the laws in play imply together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.analyse.fits.derived import NO_PLATEAU, derived
from stiltwalk.analyse.fits.law_choice import choose_law
from stiltwalk.analyse.fits.laws import LAWS
from stiltwalk.analyse.fits.limits import IN_PLAY, over_laws

AMOUNTS = np.array([1e3, 4e3, 16e3, 64e3, 128e3, 256e3, 393e3])
CURVE = 50 + 25 * AMOUNTS / (AMOUNTS + 2e4)
NOISE = np.random.default_rng(0).normal(0, 1, (7, 5))


def test_in_play_is_a_twentieth_of_the_weight() -> None:
    """A difference of 2 ln 20 leaves exp(-ln 20)."""
    assert math.exp(-IN_PLAY / 2) == pytest.approx(1 / 20)


@pytest.mark.parametrize("anchored", [False, True])
def test_the_interval_holds_those_of_all_laws_in_play(anchored: bool) -> None:
    """Its ends are the outermost of theirs; the value is the best one's."""
    table, anchor = CURVE[:, None] + 3 * NOISE, 50 + NOISE[0] if anchored else None
    choice = choose_law(AMOUNTS, table)
    found = over_laws(choice, AMOUNTS, table, anchor)
    laws = [fit.law for fit, delta in zip(choice.fits, choice.delta, strict=True) if delta < IN_PLAY]
    assert len(laws) > 1
    assert all(LAWS[law].limited for law in laws)
    each = {law: derived(AMOUNTS, table, law, anchor) for law in laws}
    assert found.law == choice.best
    assert found.amount.value == each[choice.best].amount.value
    for name in ("limit", "amount"):
        parts = [getattr(one, name) for one in each.values()]
        assert getattr(found, name).low == min(part.low for part in parts)
        assert getattr(found, name).high == max(part.high for part in parts)


def test_a_straight_line_in_play_leaves_no_plateau() -> None:
    """Where log-linear is not ruled out, nothing bounds limit and amount above."""
    table = 50 + 1.5 * np.log(AMOUNTS / 1e3)[:, None] + NOISE
    choice = choose_law(AMOUNTS, table)
    found = over_laws(choice, AMOUNTS, table)
    assert found.limit.high == math.inf
    assert found.amount.high == math.inf
    assert not found.plateau
    assert found.sentence == NO_PLATEAU
    assert math.isfinite(found.amount.low)


def test_nothing_but_a_straight_line() -> None:
    """Where every law with a limit is ruled out, there is no such number, and this is said."""
    table = 5 + 15 * np.log(AMOUNTS / 1e3)[:, None] + 0.1 * NOISE
    choice = choose_law(AMOUNTS, table)
    assert choice.best == "log-linear"
    assert choice.weight("log-linear") > 0.99
    found = over_laws(choice, AMOUNTS, table)
    assert "has no limit" in found.reason
    assert not found.amount.bounded


def test_no_law_was_chosen() -> None:
    """The reason is the choice's, and nothing is bounded."""
    choice = choose_law(AMOUNTS[:3], CURVE[:3, None] + NOISE[:3])
    found = over_laws(choice, AMOUNTS[:3], CURVE[:3, None] + NOISE[:3])
    assert found.reason == choice.reason != ""
    assert found.fit is None
    assert not found.limit.bounded
    assert not found.amount.bounded


@settings(max_examples=40, deadline=None)
@given(
    points=st.integers(0, 8),
    seeds=st.integers(1, 5),
    lost=st.sampled_from([0.0, 0.2, 0.6]),
    spread=st.sampled_from([0.0, 1e-9, 1.0, 30.0]),
    draw=st.integers(0, 10**6),
)
def test_whatever_the_table(points: int, seeds: int, lost: float, spread: float, draw: int) -> None:
    """Any amounts, holes and noise: no crash, no NaN for an end, and values within their intervals."""
    random = np.random.default_rng(draw)
    amounts = random.choice([0, 1, 2, 100, 1e3, 4e3, 16e3, 1e6, 1e12], points)
    table = (
        50
        + random.choice([0.0, 3]) * np.log(amounts + 1)[:, None]
        + random.normal(0, spread, (points, seeds))
    )
    table[random.random(table.shape) < lost] = np.nan
    choice = choose_law(amounts, table)
    found = over_laws(choice, amounts, table, random.uniform(0, 100, seeds))
    assert bool(choice.reason) != bool(choice.best)
    for each in (found.limit, found.amount):
        assert math.isnan(each.value) or each.low <= each.value <= each.high
        assert not math.isnan(each.low + each.high) or not each.bounded
