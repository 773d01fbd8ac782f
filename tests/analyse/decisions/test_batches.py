"""Tests of analyse.decisions.batches: larger batches against the recipe's."""

from __future__ import annotations

import math

import pytest

from stiltwalk.analyse.decisions.batches import (
    DEPENDS,
    HELPS,
    HURTS,
    NO_WORSE,
    Against,
    Batches,
    batches,
    numbers,
    open_because,
)
from stiltwalk.analyse.decisions.curves import Curve, curve
from stiltwalk.analyse.decisions.series import series_along
from stiltwalk.analyse.estimates import estimate, p_above, p_below, unbounded
from stiltwalk.analyse.responses import responses
from stiltwalk.analyse.verdicts import UNDECIDED
from tests.analyse.worlds import BATCHES, Formula, along, world


def _curve(truth: Formula, *, sd: float = 0.05, sizes: tuple[int, ...] = BATCHES, seeds: int = 5) -> Curve:
    study = along("batch_size", sizes, seeds=seeds)
    evidence = world(study, "batch_size", truth, sd=sd)
    series = series_along(study, "batch_size", evidence.batch_sizes)
    return curve(evidence, responses(evidence.scores)[0], series[0], series, baseline=False)


def _falling(encoder: str, arm: str, x: float) -> float:
    return 60 - 2 * max(0.0, math.log2(max(x, 1) / 64))


def _against(batch: float, value: float, se: float = 0.05) -> Against:
    found = estimate(value, se, 20)
    return Against(
        batch, found, p_above(found, -0.3), p_above(found, 0), p_below(found, 0), p_below(found, 0.3)
    )


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (1.0, HELPS),
        # better than the anchor, but by less than what counts as something
        (0.15, NO_WORSE),
        (0.0, NO_WORSE),
        # worse, but by less than what counts as something
        (-0.15, NO_WORSE),
        (-1.0, HURTS),
    ],
)
def test_outcomes(value: float, outcome: str) -> None:
    """Of a difference with a standard error of 0.05 on 20 degrees of freedom, and a margin of 0.3."""
    assert _against(64, value).outcome(0.05) == outcome
    assert _against(64, 0.0, se=1.0).outcome(0.05) == UNDECIDED


@pytest.mark.parametrize(
    ("differences", "answer"),
    [
        ((0.0, 0.0), NO_WORSE),
        ((1.0, 0.0), HELPS),
        ((-1.0, -2.0), HURTS),
        ((0.0, -2.0), DEPENDS),
        ((1.0, -2.0), DEPENDS),
        ((0.0, math.nan), UNDECIDED),
        ((1.0, math.nan), UNDECIDED),
        # that it depends is shown by two batches, whatever a third does
        ((0.0, -2.0, math.nan), DEPENDS),
        ((), UNDECIDED),
    ],
)
def test_answers(differences: tuple[float, ...], answer: str) -> None:
    """Of larger batches together; NaN: nothing is known of it."""
    against = tuple(
        Against(64.0 * 2**place, unbounded(), 1.0, 1.0, 1.0, 1.0)
        if math.isnan(each)
        else _against(64.0 * 2**place, each)
        for place, each in enumerate(differences)
    )
    found = Batches(_curve(_falling), 32, 32, against, unbounded())
    assert found.answer(0.05) == answer


def test_differences_from_the_anchor() -> None:
    """Without noise: nothing up to 64, then two points less with every doubling."""
    found = batches(_curve(_falling, sd=0.0), 32, 0.3, 0.95)
    assert found is not None
    assert [(each.batch, round(each.difference.value, 6)) for each in found.against] == [
        (8, 0),
        (16, 0),
        (64, 0),
        (128, -2),
        (256, -4),
    ]


def test_larger_batches_are_one_family() -> None:
    """Three larger batches: the smallest p is tripled (Holm), and smaller batches are not tested."""
    found = batches(_curve(_falling), 32, 0.3, 0.95)
    assert found is not None
    raw = sorted(p_above(each.difference, -0.3) for each in found.larger)
    assert min(each.p_inferior for each in found.larger) == pytest.approx(3 * raw[0])
    assert [math.isnan(each.p_inferior) for each in found.against] == [True, True, False, False, False]
    assert found.answer(0.05) == DEPENDS
    assert found.largest_no_worse(0.05) == 64


def test_a_recipe_whose_batch_no_arm_has() -> None:
    """The nearest one is the anchor, by doublings: of 48, 64 (0.42 away) and not 32 (0.58)."""
    found = batches(_curve(_falling), 48, 0.3, 0.95)
    assert found is not None
    assert (found.anchor, found.recipe) == (64, 48)


def test_numbers_of_every_batch() -> None:
    """Differences with their intervals and the p of being worse, and the slope."""
    found = batches(_curve(_falling), 32, 0.3, 0.95)
    assert found is not None
    told = numbers(found, 0.3)
    assert [each.of for each in told if each.name == "difference"] == [
        f"e · mnli · batch {batch}" for batch in (8, 16, 64, 128, 256)
    ]
    assert all(each.low < each.value < each.high for each in told)


def test_what_is_open_is_named() -> None:
    """Noise of 5 points over 2 seeds leaves all open; at the largest batch there is nothing to ask."""
    wide = batches(_curve(_falling, sd=5.0, seeds=2), 32, 0.3, 0.95)
    assert wide is not None
    assert wide.answer(0.05) == UNDECIDED
    assert "open against batch 32" in open_because(wide, 0.05)
    top = batches(_curve(_falling), 256, 0.3, 0.95)
    assert top is not None
    assert top.answer(0.05) == UNDECIDED
    assert "no batch is larger than the anchor, 256" in open_because(top, 0.05)


def test_one_batch_is_no_comparison() -> None:
    """Fewer than two places, or no cells, make none."""
    assert batches(_curve(_falling)._replace(x=(32.0,)), 32, 0.3, 0.95) is None
    assert batches(_curve(_falling)._replace(keys=frozenset()), 32, 0.3, 0.95) is None
