"""Tests of the agenda: what it offers in which order, what it learns from the store, how often it looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stiltwalk.engine.agenda import LEAST_SECONDS, MOST_OFFERED, MOST_SECONDS, Agenda
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.store.store import Store
from tests.engine.steps import key, many, nothing_to_compute

TREES = {"a": "", "a1": "a", "a2": "a", "b": "", "b1": "b", "ab": "a b", "c": ""}


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """Three roots and what needs them."""
    return nothing_to_compute(tmp_path / "store", TREES)


class Looks:
    """Counts how often each step is looked for, and knows which are there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.there: set[str] = set()
        self.count: Counter[str] = Counter()
        monkeypatch.setattr(Store, "has", lambda store, key: self._has(key))

    def _has(self, key: str) -> bool:
        self.count[key] += 1
        return key in self.there


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """A store that is a set."""
    return Looks(monkeypatch)


def offered(agenda: Agenda) -> list[str]:
    """Names of the steps that could be begun."""
    with closing(agenda.ready()) as ready:
        return [node.title for node in ready]


def take(agenda: Agenda) -> Node | None:
    """Begin the first step there is."""
    with closing(agenda.ready()) as ready:
        for node in ready:
            agenda.taken(node.key)
            return node
    return None


def test_the_order_is_the_plans_but_children_come_first(prepared: Prepared) -> None:
    """Children of what was just finished go before roots that wait since long."""
    agenda = Agenda(prepared.plan, prepared.place.store)
    assert offered(agenda) == offered(agenda) == ["a", "b", "c"]
    first = take(agenda)
    assert first is not None
    agenda.finished(first.key)
    assert offered(agenda) == ["a1", "a2", "b", "c"]
    assert agenda.news() == [first.key]
    assert agenda.news() == []


def test_what_is_finished_is_not_offered(prepared: Prepared, looks: Looks) -> None:
    """Also where others finished it after this agenda was made; its children are then ready."""
    plan = prepared.plan
    looks.there = {key(plan, "a"), key(plan, "a1")}
    agenda = Agenda(plan, prepared.place.store)
    assert offered(agenda) == ["a2", "b", "c"]
    looks.there |= {key(plan, "b"), key(plan, "a2")}
    assert offered(agenda) == ["b1", "ab", "c"]
    assert agenda.news() == [key(plan, "a2"), key(plan, "b")]


def test_a_failed_step_loses_its_descendants(prepared: Prepared) -> None:
    """And nothing else; the agenda then ends."""
    agenda = Agenda(prepared.plan, prepared.place.store, [key(prepared.plan, "b")])
    assert offered(agenda) == ["a", "c"]
    done = []
    while agenda:
        node = take(agenda)
        assert node is not None
        done.append(node.title)
        if node.title == "a1":
            agenda.failed(node.key)
        else:
            agenda.finished(node.key)
    assert done == ["a", "a1", "a2", "c"]


def test_a_parent_that_nobody_makes(tmp_path: Path) -> None:
    """A step that needs one from outside the plan is done if that is there, and else left, not waited for."""
    whole = nothing_to_compute(tmp_path / "store", {"a": "", "b": "a", "c": ""})
    nodes = {each: node for each, node in whole.plan.nodes.items() if node.title != "a"}
    part = Plan(whole.plan.study, nodes, (), ())
    assert offered(Agenda(part, whole.place.store)) == ["c"]
    there = whole.place.store.folder(key(whole.plan, "a")) / "manifest.json"
    there.parent.mkdir(parents=True)
    there.touch()
    assert offered(Agenda(part, whole.place.store)) == ["b", "c"]


def test_steps_in_other_hands_are_looked_at_less_and_less_often(prepared: Prepared, looks: Looks) -> None:
    """After a tenth of the time they were held, within bounds; once finished, their children are ready."""
    now = 0.0
    agenda = Agenda(prepared.plan, prepared.place.store, clock=lambda: now)
    pauses: list[float] = []
    for _ in range(80):
        with closing(agenda.ready()) as ready:
            for node in ready:
                agenda.held(node.key)
        assert agenda
        pauses.append(agenda.pause(60.0))
        now += pauses[-1]
    assert pauses[0] == LEAST_SECONDS
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(pauses))
    assert pauses[-1] == pytest.approx(MOST_SECONDS)
    looks.there.add(key(prepared.plan, "a"))
    now += MOST_SECONDS
    assert set(offered(agenda)) == {"a1", "a2", "b", "c"}
    assert agenda.pause(0.5) == 0.5


def test_who_finds_a_step_taken_goes_on_elsewhere(tmp_path: Path) -> None:
    """Workers who begin together are soon in different places, and each sees every step."""
    plan, place = nothing_to_compute(tmp_path / "store", {f"s{number}": "" for number in range(200)})
    second: list[str] = []
    for own in ("one", "two", "three", "four", "five"):
        agenda = Agenda(plan, place.store, own=own, clock=lambda: 0.0)
        with closing(agenda.ready()) as ready:
            agenda.held(next(ready).key)
            second.append(next(ready).title)
        seen = {node.title for node in _all(agenda)}
        assert len(seen) == 199
    assert len(set(second)) >= 4


def _all(agenda: Agenda) -> Iterator[Node]:
    while (node := take(agenda)) is not None:
        yield node
        agenda.finished(node.key)


def test_a_round_offers_no_more_than_it_must(tmp_path: Path, looks: Looks) -> None:
    """Thousands of steps that do not fit are not looked at in every round; they keep their order."""
    plan, place = nothing_to_compute(tmp_path / "store", {f"s{number}": "" for number in range(1000)})
    agenda = Agenda(plan, place.store)
    looks.count.clear()
    assert offered(agenda) == [f"s{number}" for number in range(MOST_OFFERED)]
    assert looks.count.total() == MOST_OFFERED
    assert offered(agenda)[0] == "s0"


@pytest.mark.parametrize("count", [100, 1000])
def test_looks_are_proportional_to_steps(tmp_path: Path, looks: Looks, count: int) -> None:
    """One look at each at first, and one before each is begun."""
    plan, place = many(tmp_path / "store", count)
    agenda = Agenda(plan, place.store)
    assert looks.count.total() == count
    for node in _all(agenda):
        looks.there.add(node.key)
    assert len(looks.there) == count
    assert looks.count.total() == 2 * count


@st.composite
def _shapes(draw: st.DrawFn) -> dict[str, str]:
    """Any small graph."""
    count = draw(st.integers(1, 12))
    shape: dict[str, str] = {}
    for number in range(count):
        parents = draw(st.sets(st.sampled_from(sorted(shape)), max_size=3)) if shape else set()
        shape[f"s{number}"] = " ".join(sorted(parents))
    return shape


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=_shapes(), data=st.data())
def test_every_step_once_and_parents_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: dict[str, str], data: st.DataObject
) -> None:
    """Whatever others do and whatever fails: each step that can be done is, after all that it needs."""
    looks = Looks(monkeypatch)
    plan, place = nothing_to_compute(tmp_path / "store", shape)
    now = 0.0
    agenda = Agenda(plan, place.store, clock=lambda: now)
    begun: list[str] = []
    lost: set[str] = set()
    others: list[Node] = []
    while agenda:
        now += MOST_SECONDS
        with closing(agenda.ready()) as ready:
            for node in ready:
                assert all(parent in looks.there for parent in node.parents)
                if node not in others and data.draw(st.booleans(), "held by others"):
                    others.append(node)
                if node in others:
                    agenda.held(node.key)
                    continue
                agenda.taken(node.key)
                begun.append(node.key)
                if data.draw(st.booleans(), "goes well"):
                    looks.there.add(node.key)
                    agenda.finished(node.key)
                else:
                    lost.add(node.key)
                    agenda.failed(node.key)
                break
        if others:
            looks.there.add(others.pop().key)
    for each, node in plan.nodes.items():
        if lost.intersection(node.parents):
            lost.add(each)
    assert len(begun) == len(set(begun))
    assert looks.there == set(plan.nodes) - lost
