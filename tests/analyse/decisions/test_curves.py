"""Tests of analyse.decisions.curves: draws within seeds, what is left out, and contrasts along a series."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from stiltwalk.analyse.blocks import contrasts
from stiltwalk.analyse.comparing import cells_of, compared
from stiltwalk.analyse.decisions.curves import COLLAPSED_IN, Curve, curve, drawn, variants, views_beside
from stiltwalk.analyse.decisions.series import Series, series_along
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.responses import responses
from stiltwalk.spec.study import Study
from tests.analyse.evidences import Score, evidence_of
from tests.analyse.worlds import along, places

TABLE: Mapping[str, tuple[float, float, float]] = {
    "none": (50.0, 51.0, 49.0),
    "mnli-n1000": (52.0, 53.5, 51.0),
    "mnli-n2000": (53.0, 54.0, 53.0),
    "mnli-n4000": (54.5, 55.0, 53.0),
}


def _of(study: Study, score: Score) -> tuple[Evidence, tuple[Series, ...]]:
    found = replace(
        evidence_of(study, score), amounts={a: int(x) for a, x in places(study, "examples").items()}
    )
    return found, series_along(study, "examples", found.amounts)


def _said(table: Mapping[str, tuple[float, float, float]]) -> Score:
    return lambda encoder, arm, seed, target, language: table[arm][seed - 1]


def _curve(evidence: Evidence, series: tuple[Series, ...], *, healthy: bool = True) -> Curve:
    return curve(evidence, responses(evidence.scores)[0], series[0], series, healthy=healthy)


def test_single_draws_are_the_usual_comparison() -> None:
    """With one draw a seed a contrast of places is the comparison of these arms, to the last digit."""
    evidence, series = _of(along("examples", [1000, 2000, 4000]), _said(TABLE))
    found = _curve(evidence, series)
    table = responses(evidence.scores)[0]
    arms = ("mnli-n1000", "mnli-n2000", "mnli-n4000")
    expected = compared(
        table, {"none": -1, "mnli-n4000": 1}, cells_of(table, "headline", ("none", *arms))
    ).estimate
    assert list(found.x) == [1000, 2000, 4000]
    assert found.contrast([0, 0, 1], -1) == pytest.approx(expected)
    assert found.contrast([0, 0, 1], -1).value == pytest.approx(12.5 / 3)


def test_draws_are_averaged_within_their_seed() -> None:
    """Two draws of a seed are one value: the contrast is that of a table of their means.

    Draws of 1000 examples are 1 above and 1 below the arm of the table, those of 2000 half of that.
    """
    study = along("examples", [1000, 2000], axes={"subset": [0, 1]})

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float:
        base = arm.split("-subset", maxsplit=1)[0]
        far = {"mnli-n1000": 1.0, "mnli-n2000": 0.5}.get(base, 0.0)
        return TABLE[base][seed - 1] + (far if arm.endswith("0") else -far)

    evidence, series = _of(study, score)
    found = _curve(evidence, series)
    means = np.array([TABLE[arm] for arm in ("none", "mnli-n1000", "mnli-n2000")])
    assert found.table == pytest.approx(means[1:])
    own = contrasts(means[None, 1:], np.array([[-1.0, 1.0]])).at(0, 0)
    assert found.contrast([-1, 1]) == pytest.approx(own)


def test_a_place_with_fewer_draws_is_noisier() -> None:
    """None has one run where places have two: its deviations are shrunk by sqrt(2), to the noise of two.

    With all rows alike the variance of a difference would be 1/3 + 1/3 of a run's, over three seeds; none's
    part is twice that, so that it is 3/2 of it. No degree of freedom is lost.
    """
    study = along("examples", [1000, 2000], axes={"subset": [0, 1]})

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float:
        return TABLE[arm.split("-subset", maxsplit=1)[0]][seed - 1]

    found = _curve(*_of(study, score))
    none, *places_of = (np.array(TABLE[arm]) for arm in ("none", "mnli-n1000", "mnli-n2000"))
    seeds = np.mean(places_of, axis=0)
    fitted = none.mean() + seeds - seeds.mean()
    table = np.array([fitted + (none - fitted) / math.sqrt(2), *places_of])
    own = contrasts(table[None], np.array([[-1.0, 0.0, 1.0]])).at(0, 0)
    told = found.contrast([0, 1], -1)
    assert told.value == pytest.approx(places_of[1].mean() - none.mean())
    assert told.df == own.df == 4
    assert told.se == pytest.approx(own.se * math.sqrt(1.5))


def test_how_draws_and_seeds_differ() -> None:
    """Draws 2 apart under each of 3 seeds, at one place: 6 squares of 1 on 3 degrees of freedom.

    So the deviation is sqrt(2). The interval is sqrt(6 / chi2) at both quantiles. One place has seeds, but
    nothing that tells what moves one place from what moves all.
    """
    study = along("examples", [1000, 2000], axes={"subset": [0, 1]})

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float | None:
        if arm == "mnli-n2000-subset1":
            return None
        return 50 + seed + {"mnli-n1000-subset0": 1.0, "mnli-n1000-subset1": -1.0}.get(arm, 0.0)

    found = _curve(*_of(study, score))
    assert found.draws is not None
    assert found.draws[0].value == pytest.approx(math.sqrt(2))
    assert found.draws[0].low == pytest.approx(math.sqrt(6 / stats.chi2.ppf(0.975, 3)))
    assert found.draws[0].high == pytest.approx(math.sqrt(6 / stats.chi2.ppf(0.025, 3)))
    assert not found.draws[1].bounded
    assert found.missing == ("mnli-n2000-subset1",)


def test_a_level_has_the_interval_of_its_own_seeds() -> None:
    """52, 53.5 and 51: Student's interval on two degrees of freedom, as scipy has it."""
    evidence, series = _of(along("examples", [1000, 2000, 4000]), _said(TABLE))
    found = _curve(evidence, series).level(0)
    expected = stats.ttest_1samp(TABLE["mnli-n1000"], 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx(tuple(expected))


def test_arms_that_collapsed_are_left_out() -> None:
    """An amount all of whose trainings collapsed is no place; with collapsed runs in it is one."""
    study = along("examples", [1000, 2000, 4000])
    gone = [("e", "mnli-n1000", seed) for seed in (1, 2, 3)] + [("e", "mnli-n2000", 2)]
    made = evidence_of(study, _said(TABLE), degenerate=gone)
    evidence = replace(made, amounts={arm: int(x) for arm, x in places(study, "examples").items()})
    series = series_along(study, "examples", evidence.amounts)
    found = _curve(evidence, series)
    assert (found.x, found.degenerate) == ((2000, 4000), ("mnli-n1000",))
    assert np.isnan(found.table[0]).tolist() == [False, True, False]
    assert _curve(evidence, series, healthy=False).x == (1000, 2000, 4000)
    (varied,) = variants(evidence, responses(evidence.scores), [found], series)
    assert (varied.note, varied.curve.x) == (COLLAPSED_IN, (1000, 2000, 4000))


def test_cells_that_every_place_has() -> None:
    """A target that one amount lacks counts nowhere, and so its level does not move the curve."""

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float | None:
        if target == "panx":
            return None if arm == "mnli-n4000" else 90.0
        return TABLE[arm][seed - 1]

    evidence, series = _of(along("examples", [1000, 2000, 4000]), score)
    found = _curve(evidence, series)
    assert {target for target, _ in found.keys} == {"udpos"}
    assert found.table == pytest.approx(np.array([TABLE[f"mnli-n{n}"] for n in (1000, 2000, 4000)]))


def test_nothing_in_common() -> None:
    """Places that share no target make a curve without cells, and every number of it is unbounded."""

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float | None:
        return 50.0 if (target == "panx") == (arm == "mnli-n1000") else None

    evidence, series = _of(along("examples", [1000, 2000]), score)
    found = _curve(evidence, series)
    assert found.cells == 0
    assert math.isnan(found.contrast([-1, 1]).value)


def test_views_are_looked_at_where_they_differ() -> None:
    """A study without retrieval, repeats and seen languages has the headline alone."""
    study = along("examples", [1000, 2000, 4000])
    plain = responses(evidence_of(study, _said(TABLE)).scores)[0]
    assert views_beside(plain) == []
    flagged = evidence_of(
        study, _said(TABLE), retrieval=["panx"], repeats=[("mnli-n1000", "panx")], seen={"mnli-n2000": ["de"]}
    )
    assert views_beside(responses(flagged.scores)[0]) == [
        "headline-without-retrieval",
        "without-repeats",
        "unseen",
        "zero-shot",
    ]


def test_a_curve_as_it_is_drawn() -> None:
    """Its places, its means and the intervals of their own seeds."""
    evidence, series = _of(along("examples", [1000, 2000, 4000]), _said(TABLE))
    found = _curve(evidence, series)
    picture = drawn(found, "intermediate examples", 0.95)
    assert (picture.name, picture.of, picture.x) == ("measured", "e · mnli", (1000, 2000, 4000))
    assert picture.y[0] == pytest.approx(np.mean(TABLE["mnli-n1000"]))
    assert picture.low[0] == pytest.approx(found.level(0).low)
