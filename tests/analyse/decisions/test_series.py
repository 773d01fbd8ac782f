"""Tests of analyse.decisions.series: which arms differ in one thing alone."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.analyse.decisions.series import series_along, training_of
from stiltwalk.spec.study import Study
from tests.analyse.worlds import along, places


def _names(study: Study, axis: str) -> dict[str, tuple[float, ...]]:
    return {each.name: each.x for each in series_along(study, axis, places(study, axis))}


def test_draws_lie_at_one_place() -> None:
    """Two draws of three amounts are one series of six arms, in order of the amount."""
    study = along("examples", [500, 250, 1000], axes={"subset": [0, 1]})
    (found,) = series_along(study, "examples", places(study, "examples"))
    assert found.name == "mnli"
    assert list(found.x) == [250, 250, 500, 500, 1000, 1000]
    assert found.points == {
        250: ("mnli-n250-subset0", "mnli-n250-subset1"),
        500: ("mnli-n500-subset0", "mnli-n500-subset1"),
        1000: ("mnli-n1000-subset0", "mnli-n1000-subset1"),
    }


def test_passes_and_steps_are_two_series() -> None:
    """Arms with a number of steps are told from those with epochs, and each knows which it is."""
    arms = ["mnli", {"task": "mnli", "name": "mnli-steps", "training": {"steps": 32}}]
    study = along("examples", [250, 500], arms)
    found = series_along(study, "examples", places(study, "examples"))
    assert [(each.name, each.fixed_steps) for each in found] == [("mnli", False), ("mnli-steps", True)]


def test_steps_of_the_recipe_count() -> None:
    """Where the recipe says how many steps there are, every series is at equal steps."""
    study = along("examples", [250, 500], recipe={"name": "released", "intermediate": {"steps": 100}})
    (found,) = series_along(study, "examples", places(study, "examples"))
    assert found.fixed_steps


@pytest.mark.parametrize(
    "other",
    [
        {"task": "qqp"},
        {"task": "mnli", "name": "x", "training": {"epochs": 1}},
        {"task": "mnli", "name": "x", "rate": "linear"},
        {"task": "mnli", "languages": ["de"]},
        {"task": "mnli", "masked_lm": {"text": ["wikipedia"]}},
    ],
    ids=["task", "training", "rate", "languages", "masked-lm"],
)
def test_what_else_differs_is_another_series(other: dict[str, Any]) -> None:
    """Arms of different tasks, hyper-parameters, rates, languages or masked LM are never compared."""
    study = along("batch_size", [8, 16], ["mnli", other])
    assert list(_names(study, "batch_size").values()) == [(8, 16), (8, 16)]


def test_another_axis_tells_series_apart() -> None:
    """Epochs are an axis of their own: each value of it is a series, called after it."""
    study = along("examples", [250, 500], axes={"epochs": [1, 2]})
    assert _names(study, "examples") == {"mnli-epochs1": (250, 500), "mnli-epochs2": (250, 500)}


def test_all_examples_and_a_number_said_by_hand() -> None:
    """An arm that says its own number of examples stands beside the one of all of them."""
    half = {"task": "mnli", "name": "mnli-n500", "training": {"examples": 500}}
    study = along("epochs", [1, 3], [half, "mnli"])
    amounts = {arm.name: 500.0 if "n500" in arm.name else 1000.0 for arm in study.intermediate}
    found = series_along(study, "examples", amounts)
    assert [(each.name, each.x) for each in found] == [
        ("mnli-epochs1", (500, 1000)),
        ("mnli-epochs3", (500, 1000)),
    ]


def test_controls_and_single_places_are_no_series() -> None:
    """A longer target training is not along the axis, and one amount makes no series."""
    study = along("examples", [250, 500], ["mnli", {"longer_by": "mnli-n500"}])
    (found,) = series_along(study, "examples", {**places(study, "examples"), "none+steps-of-mnli-n500": 7.0})
    assert "none+steps-of-mnli-n500" not in found.arms
    assert series_along(study, "examples", {"mnli-n250": 250.0}) == ()
    assert series_along(study, "batch_size", {arm.name: 32.0 for arm in study.intermediate}) == ()


def test_equal_arms_count_once() -> None:
    """Two names of one training are one run each seed: the first stands for both."""
    twice = [
        {"task": "mnli", "name": "a", "training": {"examples": 500}},
        {"task": "mnli", "name": "b", "training": {"examples": 500}},
        {"task": "mnli", "name": "c", "training": {"examples": 900}},
    ]
    study = along("epochs", [1], twice)
    amounts = {arm.name: float(arm.training["examples"] or 0) for arm in study.intermediate}
    (found,) = series_along(study, "examples", amounts)
    assert found.arms == ("a-epochs1", "c-epochs1")


def test_rates_constant_and_tuned() -> None:
    """A series knows whether its rate falls, and whether dev scores chose it."""
    arms = [
        {"task": "mnli", "name": "constant", "training": {"least_rate_share": 1}},
        {"task": "mnli", "name": "tuned", "rate": {"rates": [1e-5, 2e-5]}},
    ]
    study = along("batch_size", [8, 16], arms)
    found = series_along(study, "batch_size", places(study, "batch_size"))
    assert [(each.constant_rate, each.tuned) for each in found] == [(True, False), (False, True)]


def test_the_training_of_an_arm() -> None:
    """The recipe's, what the study changes in it, and what the arm does, in this order."""
    recipe = {"name": "released", "intermediate": {"batch_size": 64, "epochs": 1}}
    study = along("batch_size", [8, 16], recipe=recipe)
    own = training_of(study, study.intermediate[0], "mnli")
    assert (own.batch_size, own.epochs) == (8, 1)
    assert training_of(study, None, "mnli").batch_size == 64


def test_without_some_arms() -> None:
    """What is taken out leaves its place."""
    study = along("examples", [250, 500])
    (found,) = series_along(study, "examples", places(study, "examples"))
    assert found.without(["mnli-n250"])[:3] == ("mnli", ("mnli-n500",), (500,))
