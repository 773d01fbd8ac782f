"""Tests of worlds: made-up studies have the shape that was asked for, and real analyses were made of them."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from stiltwalk.analyse.verdicts import UNDECIDED
from stiltwalk.spec.analysis import Decision
from tests.render.hostile import NAMES
from tests.render.worlds import World, contents, languages_of


def test_small_is_quick_and_whole() -> None:
    """Three arms on three targets: a gain for each language, in under a second, and nothing missing."""
    began = time.process_time()
    found = contents(World(draw=7))
    assert time.process_time() - began < 2  # 0.2 s as a rule
    assert found.finished == found.planned == 4 * 3 * 3
    assert found.study.arms == ("none", "mnli", "squad", "none+steps-of-mnli")
    assert [arm.name for arm in found.arms if arm.control] == ["none+steps-of-mnli"]
    single = found.gains[~found.gains["language"].isin(["zero-shot", "all"])]
    # xquad, the third, is in half the languages, with two metrics
    assert single.groupby(["target", "metric"]).size().to_dict() == {
        ("udpos", "f1"): 18,
        ("xnli", "accuracy"): 18,
        ("xquad", "exact_match"): 9,
        ("xquad", "f1"): 9,
    }
    assert np.isfinite(found.gains[["low", "high"]].to_numpy()).all()
    assert {*found.spreads} == {*found.relations} == {*found.languages} == {*found.best}
    assert "intermediate-repeats-target-training" in found.caveats_of["xnli"]
    assert "intermediate-repeats-target-training" not in found.caveats_of["udpos"]


def test_scores_are_the_means_of_their_metrics() -> None:
    """What was drawn is split over the main metrics and comes back as their mean."""
    found = contents(World(draw=7))
    assert found.scores["score"].between(0, 100).all()
    by_metric = found.gains[(found.gains["target"] == "xquad") & (found.gains["language"] == "de")]
    means = by_metric.groupby("intermediate")["value"].mean()
    own = found.scores[(found.scores["target"] == "xquad") & (found.scores["language"] == "de")]
    expected = own.groupby("intermediate")["score"].mean()
    pd.testing.assert_series_equal(means, expected.drop("none"), check_names=False)


def test_retrieval_is_not_in_english() -> None:
    """As the benchmarks have it."""
    found = contents(World(targets=4))
    retrieval = found.scores[found.scores["retrieval"]]
    assert {*retrieval["target"]} == {"tatoeba"}
    assert "en" not in {*retrieval["language"]}


def test_the_largest() -> None:
    """Twelve arms, twelve targets, fifty languages."""
    found = contents(World(arms=12, targets=12, languages=50, seeds=1, hostile=True))
    assert len(found.study.intermediate) == len(found.study.targets) == 12
    assert found.scores["language"].nunique() == 50
    assert tuple(arm.name for arm in found.study.intermediate) == NAMES
    assert len({*languages_of(50)}) == 50


def test_nothing_bounds_one_seed() -> None:
    """There is a gain but no interval."""
    found = contents(World(seeds=1))
    assert np.isinf(found.gains[["low", "high"]].to_numpy()).all()
    assert np.isfinite(found.gains["gain"]).all()
    assert found.verdict.answer == UNDECIDED


def test_holes() -> None:
    """Missing and collapsed runs are counted."""
    found = contents(World(missing=0.3, collapsed=0.3))
    assert 0 < found.finished < found.planned
    assert found.scores["degenerate"].any()
    assert "degenerate" in found.caveats
    assert any(each.degenerate for each in found.trainings.values())


def test_empty() -> None:
    """No run is finished, and yet the study is there."""
    found = contents(World(empty=True))
    assert (found.finished, len(found.scores), len(found.gains)) == (0, 0, 0)
    assert found.planned == 36
    assert found.verdict.answer == UNDECIDED
    assert not found.trainings


@pytest.mark.parametrize(
    ("decision", "arms", "encoders", "axis"),
    [
        ("saturation", 6, 2, "examples"),
        ("exchange", 4, 3, "examples"),
        ("batch-size", 5, 1, "batch_size"),
    ],
)
def test_along_an_axis(decision: Decision, arms: int, encoders: int, axis: str) -> None:
    """Arms lie along it, and there is a curve to draw."""
    found = contents(World(decision=decision, arms=arms, encoders=encoders))
    assert len(found.study.intermediate) == arms
    assert all(axis in arm.point for arm in found.study.intermediate)
    assert found.verdict.curves
    field = "examples" if axis == "examples" else "batch_size"
    assert len({getattr(arm, field) for arm in found.arms if arm.name != "none"}) == arms


def test_same_world_same_contents() -> None:
    """The draw alone decides."""
    first, again = contents(World(draw=3)), contents.__wrapped__(World(draw=3))
    assert first.scores.equals(again.scores)
    assert not first.scores.equals(contents(World(draw=4)).scores)


def test_claims_are_held_against_it() -> None:
    """Every shipped claim, once it is asked for."""
    assert contents(World()).claims == ()
    found = contents(World(claims=True)).claims
    assert len(found) > 5
    assert all(each.claim.id == each.judged.claim for each in found)
