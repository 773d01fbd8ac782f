"""Tests of --track: both trackers of the extra for real, read back by their own readers; and mistakes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.plan.nodes import Plan
from stiltwalk.spec import tracking as tracking_module
from stiltwalk.store.store import open_store
from tests.cli.conftest import Command, World
from tests.engine.killing import published
from tests.worlds import finish, prepared_study, write_study

BOTH = pytest.mark.skipif(
    find_spec("trackio") is None or find_spec("tensorboard") is None, reason="needs the extra 'track'"
)

SHORT = {
    "targets": ["udpos"],
    "intermediate": [],
    "recipe": {
        "name": "pocket",
        "target": {"learning_rate": 5e-3, "batch_size": 8, "epochs": 1, "evaluate_every": 2},
    },
}
"""A pretraining, a training and a prediction."""

_READER = """
import json, sys, trackio
from trackio.sqlite_storage import SQLiteStorage
runs = list(trackio.Api().runs("tiny-world"))
print(json.dumps({run.name: SQLiteStorage.get_logs("tiny-world", run.name, run_id=run.id) for run in runs}))
"""

_KILLED = """
import os, signal, sys, time
from dataclasses import replace
from pathlib import Path
from stiltwalk.compute.carry_out import carry_out
from stiltwalk.compute.context import Monitor
from stiltwalk.spec.tracking import Tracking
from tests.cli.test_tracking import SHORT
from tests.worlds import node, prepared_study

data, store, last = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
prepared = prepared_study(data, store, SHORT)
told = Tracking(
    trackers=("trackio", "tensorboard"), folder=store / "tracking", project="tiny-world", run="killed"
)
place = replace(prepared.place, tracking=told, checkpoint_seconds=0)

def logged(entry):
    if entry["step"] == last:
        time.sleep(1.5)  # trackio writes twice a second
        os.kill(os.getpid(), signal.SIGKILL)

training = node(prepared.plan, "target udpos, seed 1")
carry_out(training.step, training.key, place, store / "work" / "w", Monitor(logged=logged))
"""


def trackio_runs(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Run → what trackio itself reads of it: in a process of its own, for a process knows one folder."""
    found = subprocess.run(
        [sys.executable, "-c", _READER],
        env={**os.environ, "TRACKIO_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    runs: dict[str, list[dict[str, Any]]] = json.loads(found.stdout)
    return runs


def tensorboard_scalars(run: Path, name: str) -> list[tuple[int, float]]:
    """Step and value of every number that TensorBoard itself reads of a run."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return [(each.step, each.value) for each in EventAccumulator(str(run)).Reload().Scalars(name)]


def losses(step: Path) -> dict[int, float]:
    """Optimiser step → loss, of a finished step's log."""
    entries = [json.loads(line) for line in (step / "log.jsonl").read_text().splitlines()]
    return {entry["step"]: entry["loss"] for entry in entries if "loss" in entry}


@BOTH
def test_a_study_is_mirrored_and_its_bits_are_the_same(
    command: Command, world: World, tmp_path: Path
) -> None:
    """Every training is a run of both trackers, with the losses of its log; keys and files are as without."""
    study = write_study(tmp_path / "study.yaml", SHORT)
    places = ("--data-dir", world.data, "--store", tmp_path / "tracked")
    ended = command("run", study, *places, "--workers", 1, "--json", "--track", "trackio,tensorboard")
    assert ended.code == 0, ended.err
    assert ended.json["rows"]  # and nothing that a tracker prints
    assert f"tracking: trackio, tensorboard; what they write themselves: {tmp_path}" in ended.err
    alone = prepared_study(world.data, tmp_path / "alone", SHORT)
    finish(alone)
    store = open_store(tmp_path / "tracked")
    assert published(store) == published(alone.place.store)
    trainings = [each for each in alone.plan.nodes.values() if each.step.kind != "predict"]
    names = {f"tiny · {each.title} ({each.key[:8]})": each.key for each in trainings}
    assert len(names) == 2
    told = trackio_runs(tmp_path / "tracked" / "tracking" / "trackio")
    events = tmp_path / "tracked" / "tracking" / "tensorboard" / "tiny-world"
    assert {*told} == {*names} == {run.name for run in events.iterdir()}
    for name, key in names.items():
        expected = losses(store.folder(key))
        assert {each["step"]: each["loss"] for each in told[name]} == expected
        scalars = tensorboard_scalars(events / name, "loss")
        assert [step for step, _ in scalars] == [*expected]
        assert dict(scalars) == pytest.approx(expected)
    (target,) = (name for name in names if "target" in name)
    assert any("dev_score" in each for each in told[target])
    listed = command("store", "ls", "--store", tmp_path / "tracked", "--json").json["beside"]
    assert any(row["what"] == "tracking" for row in listed)
    again = command("run", study, *places, "--track", "tensorboard")
    assert again.code == 0
    assert "tracking" not in again.err  # nothing was left to train


@pytest.mark.slow
@BOTH
def test_a_training_that_is_killed_goes_on_in_the_same_runs(world: World, tmp_path: Path) -> None:
    """After SIGKILL, from a checkpoint: one run each, every step once; the rest of the store as without."""
    prepared = prepared_study(world.data, tmp_path / "store", SHORT)
    first = next(iter(prepared.plan.nodes.values()))
    finish(prepared._replace(plan=_only(prepared.plan, first.key)))
    program = [sys.executable, "-c", _KILLED, str(world.data), str(tmp_path / "store")]
    killed = subprocess.run([*program, "4"], cwd=Path(__file__).parents[2], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    left = {path.name for path in (tmp_path / "store").iterdir()}
    assert "tracking" in left
    assert left - {"tracking"} <= {
        "format.json",
        "steps",
        "tables",
        "bases",
        "work",
        "leases",
        "index",
        "cache",
    }
    ended = subprocess.run([*program, "0"], cwd=Path(__file__).parents[2], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    assert ended.stdout == b""
    finish(prepared)
    alone = prepared_study(world.data, tmp_path / "alone", SHORT)
    finish(alone)
    assert published(prepared.place.store) == published(alone.place.store)
    (key,) = (each.key for each in alone.plan.nodes.values() if each.step.kind == "target")
    expected = losses(prepared.place.store.folder(key))
    assert max(expected) > 4
    told = trackio_runs(tmp_path / "store" / "tracking" / "trackio")
    assert [*told] == ["killed"]
    assert [(each["step"], each["loss"]) for each in told["killed"]] == [*expected.items()]
    run = tmp_path / "store" / "tracking" / "tensorboard" / "tiny-world" / "killed"
    assert len([*run.iterdir()]) == 2
    scalars = tensorboard_scalars(run, "loss")
    assert [step for step, _ in scalars] == [*expected]
    assert dict(scalars) == pytest.approx(expected)


def _only(plan: Plan, key: str) -> Plan:
    return replace(plan, nodes={key: plan.nodes[key]}, cells=())


@pytest.mark.parametrize(
    "words", [("run", "demo"), ("demo",), ("transfer", "--encoder", "e", "--target", "t")]
)
def test_a_slip_of_the_pen_starts_nothing(command: Command, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Refused before anything is planned, with the nearest name."""
    ended = command(*words, "--store", tmp_path / "store", "--track", "tensorbord")
    assert ended.code == 2
    assert "Did you mean 'tensorboard'?" in " ".join(ended.err.split())
    assert not (tmp_path / "store").exists()


def test_the_environment_names_trackers(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STILTWALK_TRACK holds where --track says nothing; an empty --track is none."""
    monkeypatch.setenv("STILTWALK_TRACK", "nonesuch")
    ended = command("demo", "--store", tmp_path / "store")
    assert ended.code == 2
    assert "no tracker 'nonesuch'" in ended.err
    assert command("demo", "--store", tmp_path / "store", "--track", "", "--dry-run").code == 0


def test_doctor_says_which_trackers_are_there(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name; where the extra's are missing, how they are installed."""

    def row() -> dict[str, str]:
        rows = command("doctor", "--store", tmp_path, "--json").json["rows"]
        return next(row for row in rows if row["check"] == "trackers")

    for module in ("stiltwalk.cli.catalogue.is_installed", "stiltwalk.spec.tracking.is_installed"):
        monkeypatch.setattr(module, lambda name: name in {"wandb", "tensorboard"})
    assert (row()["found"], row()["state"]) == ("tensorboard, wandb", "optional")
    assert "stiltwalk[track]" in row()["cure"]
    monkeypatch.setattr("stiltwalk.cli.catalogue.is_installed", lambda name: name in tracking_module.OWN)
    assert (row()["found"], row()["state"], row()["cure"]) == ("trackio, tensorboard", "ok", "")
