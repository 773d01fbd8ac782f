"""Tests of engine.looking: what a watcher reads from a store, and how often."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.engine.looking import Reported, Watcher
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.status import facts_of
from stiltwalk.store.leases import this_worker
from stiltwalk.store.store import Store
from tests.engine.states import begin, done
from tests.engine.steps import key, nothing_to_compute


def watcher(prepared: Prepared) -> Watcher:
    """One that has not looked yet."""
    return Watcher(prepared.plan, prepared.place.store)


def test_what_runs(tmp_path: Path) -> None:
    """A running step has its worker and what that said of its progress, which counts as done already."""
    prepared = nothing_to_compute(tmp_path / "store", {"a": "", "b": "", "c": "b"})
    done(prepared, "a", 10.0)
    begin(prepared, "b", {"stage": "training", "done": 30, "total": 40, "rate": 12.5, "at": 5.0})
    view = watcher(prepared).view()
    (running,) = view.running
    assert (running.title, running.worker) == ("b", this_worker().name)
    assert running.reported == Reported("training", 30, 40, 12.5, 5.0)
    assert running.reported.part == 0.75
    assert view.snapshot.left.seconds == pytest.approx(10.0 * 0.25 + 10.0)


@pytest.mark.parametrize("said", [{}, {"stage": "x", "done": "many", "total": 1, "at": 0}, [], None])
def test_progress_of_another_version(tmp_path: Path, said: object) -> None:
    """What cannot be read is not known; the step runs all the same."""
    prepared = nothing_to_compute(tmp_path / "store", {"a": ""})
    begin(prepared, "a", said)
    (running,) = watcher(prepared).view().running
    assert running.reported is None


def test_nothing_of_nothing_is_no_division() -> None:
    """A stage without anything to do is no part of its step."""
    assert Reported("reading", 0, 0, None, 0.0).part == 0.0


def test_a_training_taken_over_cost_nothing(tmp_path: Path) -> None:
    """Its facts repeat the seconds of the trial it shares; they are not paid twice."""
    prepared = nothing_to_compute(tmp_path / "store", {"a": "", "b": ""})
    done(prepared, "a", 10.0)
    done(prepared, "b", 10.0, chosen_of=key(prepared.plan, "a"))
    assert watcher(prepared).view().snapshot.seconds == 10.0


def test_finished_steps_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 100 finished steps only those that are new since the last look are read."""
    prepared = nothing_to_compute(tmp_path / "store", {f"s{n}": "" for n in range(102)})
    for n in range(100):
        done(prepared, f"s{n}", 1.0)
    asked: list[int] = []

    def counted(store: Store, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
        asked.append(len(keys))
        return facts_of(store, keys)

    monkeypatch.setattr("stiltwalk.engine.looking.facts_of", counted)
    looks = watcher(prepared)
    assert looks.view().snapshot.seconds == 100.0
    done(prepared, "s100", 1.0)
    assert looks.view().snapshot.seconds == 101.0
    assert asked == [100, 1]
