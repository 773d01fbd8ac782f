"""Tests of following: events told from what workers elsewhere write into the store."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stiltwalk.compute.context import Progress
from stiltwalk.engine import following
from stiltwalk.engine.following import Follower, follow
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.worker import Event
from stiltwalk.store.leases import this_worker
from tests.engine.states import begin, done, fail
from tests.engine.steps import nothing_to_compute

ME = this_worker().name


def said(events: list[Event]) -> list[tuple[str, str]]:
    """Kind and title of what was told since the last time."""
    found = [(str(event.kind), event.title) for event in events]
    events.clear()
    return found


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """Two steps side by side, and one that needs both."""
    return nothing_to_compute(tmp_path / "store", {"a": "", "b": "", "c": "a b"})


def test_only_what_changed_is_told(prepared: Prepared) -> None:
    """Each look tells what began, went on and ended since the one before, once."""
    told: list[Event] = []
    follower = Follower(prepared.plan, prepared.place.store, told.append, since=0.0)
    done(prepared, "a", 1.0)
    follower.look()
    assert said(told) == []  # it was finished before anybody looked
    begin(prepared, "b", {"stage": "training", "done": 3, "total": 8, "rate": None, "at": 5.0})
    follower.look()
    assert [event.worker for event in told] == [ME, ME]
    assert told[1].progress == Progress("training", 3, 8, 0.0)
    assert said(told) == [("began", "b"), ("progress", "b")]
    follower.look()
    assert said(told) == []
    folder = next((prepared.place.store.root / "work").iterdir())
    later = {"stage": "training", "done": 4, "total": 8, "rate": 2.5, "at": 6.0}
    (folder / "progress.json").write_text(json.dumps(later))
    follower.look()
    assert told[0].progress == Progress("training", 4, 8, 2.5)
    assert said(told) == [("progress", "b")]
    (folder / "progress.json").unlink()
    done(prepared, "b", 1.0)
    done(prepared, "c", 1.0)
    follower.look()
    assert said(told) == [("done", "b"), ("done", "c")]
    assert follower.done == 3


def test_a_failure_is_told_once_and_only_of_this_run(prepared: Prepared) -> None:
    """What failed before the run began is not its own; what fails in it is told with its reason."""
    fail(prepared, "a")  # at 77 seconds since the epoch
    told: list[Event] = []
    later, earlier = (
        Follower(prepared.plan, prepared.place.store, told.append, since) for since in (78.0, 77.0)
    )
    later.look()
    assert said(told) == []
    earlier.look()
    assert "ValueError: [no] such thing" in told[0].message
    assert said(told) == [("failed", "a")]
    earlier.look()
    assert said(told) == []


def test_a_step_taken_over_begins_again(prepared: Prepared) -> None:
    """Another worker on the same step is news."""
    told: list[Event] = []
    follower = Follower(prepared.plan, prepared.place.store, told.append, since=0.0)
    begin(prepared, "a", {})
    follower.look()
    path = next(prepared.place.store.leases.glob("*.json"))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"worker": "another"}))
    follower.look()
    assert [(event.kind, event.worker) for event in told] == [("began", ME), ("began", "another")]


def test_it_follows_for_as_long_as_a_worker_lives(prepared: Prepared) -> None:
    """The last look is behind the last worker's end, so nothing that it did is missed."""
    told: list[Event] = []
    asked = iter([True, True, False])

    def alive() -> bool:
        if living := next(asked):
            return living
        done(prepared, "b", 1.0)
        return False

    follow(prepared.plan, prepared.place.store, told.append, alive, since=0.0, every=0.0, nap=0.0)
    assert said(told) == [("done", "b")]


def test_slow_looks_are_far_between(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that takes a second is followed by nineteen without one: a twentieth of the time, at most."""
    now = 0.0
    looks: list[float] = []

    class Clock:
        """Time that passes by being slept, or by looking."""

        @staticmethod
        def monotonic() -> float:
            return now

        @staticmethod
        def sleep(seconds: float) -> None:
            nonlocal now
            now += seconds

    def slow(self: Follower) -> None:
        nonlocal now
        looks.append(now)
        now += 1.0

    monkeypatch.setattr(following, "time", Clock)
    monkeypatch.setattr(Follower, "look", slow)
    living: Callable[[], bool] = lambda: now < 70.0  # noqa: E731  a line is what it is
    follow(prepared.plan, prepared.place.store, lambda event: None, living, since=0.0, nap=0.5)
    assert looks == [0.0, 21.0, 42.0, 63.0, 70.0]
