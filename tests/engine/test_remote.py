"""Tests of workers on other machines: what they read of a run from the store, and what must be there."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from stiltwalk.engine.encoders import packaged_encoder
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.remote import RunRef, in_words, keep_run, load_run, work_remotely
from stiltwalk.engine.worker import Event
from stiltwalk.spec.errors import InterruptedRunError, UserError
from stiltwalk.store.rows import study_rows
from tests.compute.fakes import encoder_folder
from tests.worlds import finish, prepared_study, write_world

TAGGING = {"targets": ["udpos"], "intermediate": []}


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """Three steps on the tiny world's files."""
    return prepared_study(write_world(tmp_path / "data"), tmp_path / "store", TAGGING)


def test_what_is_kept_is_what_is_loaded(prepared: Prepared) -> None:
    """A worker elsewhere has the same plan and the same places, from three words."""
    ref = keep_run(prepared)
    assert ref == RunRef(str(prepared.place.store.root), "tiny-world", ref.revision)
    plan, place = load_run(ref)
    assert plan.study == prepared.plan.study
    assert dict(plan.nodes) == dict(prepared.plan.nodes)
    assert plan.cells == prepared.plan.cells
    assert place == prepared.place


def test_given_encoders_lie_where_they_lay(tmp_path: Path) -> None:
    """Folders are kept as absolute paths; those of this package by name, for it lies elsewhere elsewhere."""
    data = write_world(tmp_path / "data")
    folder = encoder_folder(tmp_path / "given")
    study = {**TAGGING, "encoders": [{"name": "given", "source": str(folder)}, "pocket-xs"]}
    prepared = prepared_study(data, tmp_path / "store", study)
    ref = keep_run(prepared)
    assert load_run(ref).place.encoders == prepared.place.encoders
    kept = json.loads(next((tmp_path / "store" / "studies").glob("*/*.place.json")).read_text())
    assert set(kept["place"]["encoders"].values()) == {str(folder), "stiltwalk:pocket/encoders/pocket-xs"}
    assert packaged_encoder("pocket-xs") in load_run(ref).place.encoders.values()


def test_a_store_given_by_a_relative_path(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept holds wherever a worker is started."""
    root = prepared.place.store.root
    monkeypatch.chdir(root.parent)
    store = replace(prepared.place.store, root=Path("store"))
    relative = replace(prepared.place, store=store, data_dir=Path("data"))
    ref = keep_run(Prepared(prepared.plan, relative))
    monkeypatch.chdir("/")
    assert ref.store == str(root)
    assert load_run(ref).place.data_dir == root.parent / "data"


def test_tasks_of_ones_own_come_along(tmp_path: Path) -> None:
    """A task that the study declares, or that only the run knows, is known to workers."""
    data = write_world(tmp_path / "data")
    prepared = prepared_study(data, tmp_path / "store", TAGGING)
    tasks = prepared.place.tasks
    copy = next(iter(tasks.values())).model_copy(update={"name": "of-ones-own"})
    own = Prepared(prepared.plan, replace(prepared.place, tasks={**tasks, copy.name: copy}))
    assert load_run(keep_run(own)).place.tasks == own.place.tasks


def test_what_is_missing_here_is_named(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that this machine lacks: which one, on which machine, and that it must be shared."""
    monkeypatch.setattr("socket.gethostname", lambda: "node7")
    ref = keep_run(prepared)
    assert prepared.place.data_dir is not None
    prepared.place.data_dir.rename(prepared.place.data_dir.with_name("away"))
    with pytest.raises(
        UserError, match=r"The data folder .*/data is not on node7\..* folder that all of them"
    ):
        load_run(ref)
    with pytest.raises(UserError, match=r"The store /nowhere is not on node7"):
        load_run(ref._replace(store="/nowhere"))
    assert not Path("/nowhere").exists()


def test_another_version_is_refused(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with another version of us would compute other bits: it is told, not joined."""
    ref = keep_run(prepared)
    monkeypatch.setattr("stiltwalk.engine.remote.VERSION", "99.1")
    with pytest.raises(UserError, match=r"has stiltwalk 99\.1, and the run was started by .* same version"):
        load_run(ref)


@pytest.mark.parametrize("damage", ["", "{}", '{"version": "0.1.0"}', None])
def test_a_damaged_note_is_refused(prepared: Prepared, damage: str | None) -> None:
    """A note that is gone, or no note, ends in one line that says what to do."""
    ref = keep_run(prepared)
    path = next((prepared.place.store.root / "studies").glob("*/*.place.json"))
    if damage is None:
        path.unlink()
    else:
        path.write_text(damage)
    with pytest.raises(UserError, match=r"Start (it|the run) again|same version on all machines"):
        load_run(ref)


def test_a_remote_worker_computes_the_same_rows(prepared: Prepared, tmp_path: Path) -> None:
    """All steps carried out from three words alone, told one by one; the rows are those of a plain run."""
    told: list[Event] = []
    work_remotely(keep_run(prepared), lambda: False, time.time(), number=3, tell=told.append)
    assert [event.kind for event in told if event.kind != "progress"] == ["began", "done"] * 3
    alone = prepared_study(tmp_path / "data", tmp_path / "alone", TAGGING)
    finish(alone)
    rows, expected = (
        study_rows(each.place.store, each.plan).drop(columns="wall_seconds") for each in (prepared, alone)
    )
    pd.testing.assert_frame_equal(rows, expected)


def test_asked_to_stop_it_is_an_interruption(prepared: Prepared) -> None:
    """Told to stop before it began, a worker computes nothing."""
    with pytest.raises(InterruptedRunError):
        work_remotely(keep_run(prepared), lambda: True, time.time())


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Event("w", "began", "k", "predict x"), "began predict x"),
        (Event("w", "failed", "k", "predict x", message="why"), "failed predict x why"),
        (Event("w", "progress", "k", "predict x"), None),
    ],
)
def test_events_in_words(event: Event, line: str | None) -> None:
    """A worker's output says what began and ended, and leaves progress to the store."""
    assert in_words(event) == line


LONG = {
    "targets": ["udpos"],
    "intermediate": [],
    "recipe": {"name": "pocket", "target": {"learning_rate": 5e-3, "batch_size": 8, "epochs": 3000}},
}


def test_the_command_stops_at_a_signal(tmp_path: Path) -> None:
    """``stiltwalk worker``, told by the signal of a batch system, writes its checkpoint and ends with 130."""
    data = write_world(tmp_path / "data")
    store = tmp_path / "store"
    ref = keep_run(prepared_study(data, store, LONG))
    words = ["--store", ref.store, "--study", ref.study, "--revision", ref.revision]
    process = subprocess.Popen(
        [sys.executable, "-m", "stiltwalk.cli.main", "worker", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(1200):
            if any('"training"' in path.read_text() for path in store.glob("work/*/progress.json")):
                break
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        process.send_signal(signal.SIGUSR1)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, said
    assert said.splitlines()[0] == "began pretrain tiny"
    assert "run the same command again to go on" in said
    assert list(store.glob("work/*/checkpoint-*/state.json"))


def test_the_command_names_what_is_missing(tmp_path: Path) -> None:
    """A store that is not here: exit code 2, one line."""
    words = ["--store", str(tmp_path / "gone"), "--study", "x", "--revision", "0"]
    ended = subprocess.run(
        [sys.executable, "-m", "stiltwalk.cli.main", "worker", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    assert "is not on" in ended.stderr
