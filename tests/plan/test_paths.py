"""Tests of a plan as work: chains, workers, sharing, and two plans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.plan.nodes import Cell, Node, Plan
from stiltwalk.plan.paths import against, critical_path, seconds_with, sharing, stale
from stiltwalk.plan.references import base
from stiltwalk.plan.steps import PredictStep, Step
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.study import Study

STUDY = Study.model_validate({"study": "s", "encoders": ["e"], "targets": ["t"]})


def trained(parent: str) -> TrainStep:
    """A training that goes on from ``parent``."""
    return TrainStep(
        kind="target",
        parent=parent,
        task="t",
        training=Training(),
        train="x",
        dev=None,
        seed=1,
        execution=Execution(),
    )


def predicted(parent: str) -> PredictStep:
    """A prediction of ``parent``."""
    return PredictStep(parent=parent, task="t", data={"en": "x"}, max_tokens=8, execution=Execution())


def plan_of(steps: dict[str, Step], cells: tuple[str, ...] = ()) -> Plan:
    """A plan of steps by key, parents first, and the cells that they fill."""
    nodes = {key: Node(key, step, key, "e") for key, step in steps.items()}
    return Plan(STUDY, nodes, tuple(Cell("e", "none", 1, "t", key, ()) for key in cells), ())


# one intermediate training, two targets after it, each predicted; and an untouched encoder
STEPS: dict[str, Step] = {
    "i": trained(base("one")),
    "a": trained("i"),
    "b": trained("i"),
    "pa": predicted("a"),
    "pb": predicted("b"),
    "p0": predicted(base("one")),
}
PLAN = plan_of(STEPS, ("pa", "pb", "p0"))
SECONDS = {"i": 5.0, "a": 2.0, "b": 4.0, "pa": 3.0, "pb": 1.0, "p0": 7.0}


def test_the_longest_chain() -> None:
    """i, a, pa and i, b, pb both take 10; with a dearer prediction of a, 11."""
    assert critical_path(PLAN, SECONDS).seconds == 10
    found = critical_path(PLAN, SECONDS | {"pa": 4.0})
    assert found == (11, ("i", "a", "pa"))


def test_finished_steps_take_no_time() -> None:
    """Without i the longest is p0 alone; of nothing it is nothing."""
    left = {key: value for key, value in SECONDS.items() if key not in {"i", "a"}}
    assert critical_path(PLAN, left) == (7, ("p0",))
    assert critical_path(PLAN, {}).seconds == 0
    assert critical_path(plan_of({}), {}) == (0, ())


def test_workers_by_hand() -> None:
    """One: the sum, 22. Two: i to 5 beside p0 to 7; a 5-7, b 7-11, pa 7-10, pb 11-12."""
    assert seconds_with(PLAN, SECONDS, 1) == 22
    assert seconds_with(PLAN, SECONDS, 2) == 12
    assert seconds_with(PLAN, SECONDS, 9) == 10
    assert seconds_with(PLAN, {}, 3) == 0


@given(
    seconds=st.lists(st.integers(0, 50), min_size=len(STEPS), max_size=len(STEPS)),
    workers=st.integers(1, 4),
)
def test_workers_are_bounded(seconds: list[int], workers: int) -> None:
    """Never quicker than the longest chain or an even share; never slower than one worker alone."""
    each = dict(zip(STEPS, map(float, seconds), strict=True))
    found = seconds_with(PLAN, each, workers)
    least = max(critical_path(PLAN, each).seconds, sum(seconds) / workers)
    assert least - 1e-9 <= found <= sum(seconds) + 1e-9


def test_what_sharing_saves() -> None:
    """Three trainings; two cells with two each would be four."""
    found = sharing(PLAN)
    assert (found.trainings, found.alone, found.saved) == (3, 4, 1)


def test_two_plans() -> None:
    """The steps of both, and of each alone."""
    other = plan_of({"i": STEPS["i"], "c": trained("i")})
    assert against(PLAN, other) == (("i",), ("a", "b", "pa", "pb", "p0"), ("c",))


@pytest.mark.parametrize(("before", "found"), [((), ()), (("i", "old"), ("old",))])
def test_stale(before: tuple[str, ...], found: tuple[str, ...]) -> None:
    """What was finished and is no longer held."""
    assert stale(PLAN, before) == found
