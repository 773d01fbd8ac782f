"""Tests of engine.mirrors: which trackers a worker tells, and what becomes of one that fails."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stiltwalk.compute import carry_out as carry_out_module
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.engine import ranks
from stiltwalk.engine.mirrors import Mirrors, run_name, tracking_here
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.remote import in_words, keep_run, load_run
from stiltwalk.engine.worker import Event, work
from stiltwalk.plan.steps import Step
from stiltwalk.spec.tracking import Tracking
from stiltwalk.store.plans import outlines_of
from tests.engine.steps import do_nothing, nothing_to_compute
from tests.worlds import prepared_study, write_world


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """Three steps that compute nothing, with two trackers."""
    plan, place = nothing_to_compute(tmp_path / "store", {"a": "", "b": "a", "c": "b"})
    told = Tracking(trackers=("trackio", "tensorboard"), folder=tmp_path / "mirrors")
    return Prepared(plan, replace(place, tracking=told))


def test_a_run_is_named_by_encoder_stage_arm_seed_and_key(tmp_path: Path) -> None:
    """As ``status`` calls the step, so that both can be read side by side; no two steps are called alike."""
    data = write_world(tmp_path / "data")
    plan = prepared_study(data, tmp_path / "store", {"targets": ["udpos"], "seeds": [1, 2]}).plan
    names = {run_name(node) for node in plan.nodes.values()}
    assert len(names) == len(plan.nodes)
    (node,) = (
        each for each in plan.nodes.values() if each.title == "target udpos after commonsenseqa, seed 2"
    )
    assert run_name(node) == f"tiny · target udpos after commonsenseqa, seed 2 ({node.key[:8]})"
    assert outlines_of(plan.nodes)[node.key].title in run_name(node)


def test_a_tracker_that_failed_is_told_nothing_more(prepared: Prepared) -> None:
    """By this worker; the others go on, until there is none."""
    mirrors = Mirrors(prepared.place.tracking, "tiny-world")
    (first, *_) = prepared.plan.nodes.values()
    told = mirrors.of(first)
    assert told is not None
    assert (told.trackers, told.project) == (("trackio", "tensorboard"), "tiny-world")
    assert told.run == run_name(first)
    assert "'trackio' is told nothing more, for it failed: no disk" in mirrors.drop("trackio", "no disk")
    left = mirrors.of(first)
    assert left is not None
    assert left.trackers == ("tensorboard",)
    mirrors.drop("tensorboard", "no disk")
    assert mirrors.of(first) is None
    assert Mirrors(None, "tiny-world").of(first) is None


def test_a_worker_reports_a_tracker_once_and_finishes_its_steps(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step in which it fails is done, and later ones are not even told of it."""
    seen: list[tuple[str, ...]] = []

    def failing(step: Step, key: str, place: Place, folder: Path, monitor: Monitor) -> bool:
        trackers = () if place.tracking is None else place.tracking.trackers
        seen.append(trackers)
        if "trackio" in trackers:
            monitor.dropped("trackio", "OSError: no disk")
        return do_nothing(step, key, place, folder, monitor)

    monkeypatch.setattr(carry_out_module, "carry_out", failing)
    told: list[Event] = []
    work(prepared.plan, prepared.place, told.append, lambda: False, 0.0)
    assert seen == [("trackio", "tensorboard"), ("tensorboard",), ("tensorboard",)]
    kinds = [event.kind for event in told]
    assert kinds.count("done") == 3
    (event,) = (event for event in told if event.kind == "untracked")
    assert "OSError: no disk" in event.message
    assert "untracked" in str(in_words(event))


def test_workers_elsewhere_are_told_of_the_trackers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the store; the environment of a worker's own machine has the last word."""
    monkeypatch.delenv("STILTWALK_TRACK", raising=False)
    data = write_world(tmp_path / "data")
    prepared = prepared_study(data, tmp_path / "store", {"targets": ["tatoeba"], "intermediate": []})
    told = Tracking(trackers=("tensorboard",), folder=tmp_path / "mirrors")
    tracked = Prepared(prepared.plan, replace(prepared.place, tracking=told))
    ref = keep_run(tracked)
    assert ref == keep_run(prepared)  # the revision of a plan knows no trackers
    keep_run(tracked)
    assert load_run(ref).place.tracking == told
    monkeypatch.setenv("STILTWALK_TRACK", "wandb, mlflow")
    found = load_run(ref).place.tracking
    assert found == Tracking(trackers=("wandb", "mlflow"), folder=tmp_path / "mirrors")
    monkeypatch.setenv("STILTWALK_TRACK", "")
    assert load_run(ref).place.tracking is None
    monkeypatch.setenv("STILTWALK_TRACK", "trackio")
    monkeypatch.delenv("STILTWALK_TRACK_DIR", raising=False)
    found = tracking_here(prepared.place)
    assert found is not None
    assert found.folder == tmp_path / "store" / "tracking"


def test_ranks_tell_their_worker_of_a_tracker_that_failed(tmp_path: Path) -> None:
    """On the pipe that tells progress, in lines of JSON."""
    program = tmp_path / "program.py"
    program.write_text(
        "import json\n"
        "print('other words')\n"
        "print(json.dumps({'stage': 'training', 'done': 1, 'total': 2, 'rate': 3.0}))\n"
        "print(json.dumps({'tracker': 'wandb', 'why': 'no network'}))\n"
    )
    dropped: list[tuple[str, str]] = []
    stages: list[str] = []
    monitor = Monitor(
        lambda progress: stages.append(progress.stage),
        dropped=lambda tracker, why: dropped.append((tracker, why)),
    )
    assert ranks._watched([sys.executable, str(program)], os.environ, tmp_path, monitor) == 0
    assert (stages, dropped) == (["training"], [("wandb", "no network")])
