"""Tests of the local engine: processes that share the work, stop when asked, and survive being killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from stiltwalk.compute import carry_out as carry_out_module
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.engine import local
from stiltwalk.engine.local import SPOILT, STOPPING, Outcome, missing, run_local
from stiltwalk.engine.prepare import Prepared, prepare
from stiltwalk.engine.worker import Event
from stiltwalk.plan.steps import Step
from stiltwalk.spec.errors import InterruptedRunError
from stiltwalk.store.store import Store, open_store
from tests.engine.killing import published
from tests.engine.steps import do_nothing, many, nothing_to_compute
from tests.worlds import finish, prepared_study, rows_of, tiny_study, write_study, write_world

TAGGING = {"targets": ["udpos"], "intermediate": []}


def test_a_finished_plan_starts_nothing(tmp_path: Path) -> None:
    """Run again, a finished study claims nothing, tells nothing and needs no worker."""
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", TAGGING)
    finish(prepared)
    told: list[Event] = []
    outcome = run_local(prepared.plan, prepared.place, 2, told.append)
    assert (outcome.done, outcome.total, told) == (3, 3, [])


def test_processes_compute_the_same_rows(tmp_path: Path) -> None:
    """Two spawned workers end with the rows of one process, and nothing of their work is left behind."""
    data = write_world(tmp_path / "data")
    alone, shared = (prepared_study(data, tmp_path / name, TAGGING) for name in ("alone", "shared"))
    finish(alone)
    told: list[Event] = []
    outcome = run_local(shared.plan, shared.place, 2, told.append)
    assert (outcome.failed, outcome.died, missing(shared.plan, shared.place)) == ({}, (), 0)
    assert sorted(e.kind for e in told if e.kind != "progress") == ["began"] * 3 + ["done"] * 3
    pd.testing.assert_frame_equal(rows_of(alone), rows_of(shared))
    assert not list((tmp_path / "shared" / "work").iterdir())
    assert not list((tmp_path / "shared" / "leases").glob("*.json"))


def test_a_failed_step_leaves_the_rest_running(tmp_path: Path) -> None:
    """A step that fails is named with its reason; its children wait, all else is finished."""
    data = write_world(tmp_path / "data")
    prepared = prepared_study(data, tmp_path / "store", {"targets": ["udpos", "tatoeba"], "intermediate": []})
    test_file = next((data / "ud").glob("*/de_*-ud-test.conllu"))
    test_file.write_text(test_file.read_text().replace("NOUN", "VERB", 1))
    outcome = run_local(prepared.plan, prepared.place, 0, lambda event: None)
    (message,) = outcome.failed.values()
    assert "'udpos' (test, de) changed since the study was planned" in message
    assert outcome.done == outcome.total - 1


def test_a_failed_step_is_tried_again(tmp_path: Path) -> None:
    """Once the cause is mended, the next run finishes what had failed."""
    data = write_world(tmp_path / "data")
    prepared = prepared_study(data, tmp_path / "store", TAGGING)
    train = next((data / "ud").glob("*/en_*-ud-train.conllu"))
    whole = train.read_text()
    train.write_text(whole.replace("NOUN", "VERB", 1))
    assert len(run_local(prepared.plan, prepared.place, 0, lambda event: None).failed) == 1
    train.write_text(whole)
    time.sleep(0.01)
    finish(prepared)


def test_ctrl_c_writes_down_and_goes_on(tmp_path: Path) -> None:
    """Ctrl-C stops workers and command with exit code 130; the next run ends with the same rows."""
    data = write_world(tmp_path / "data")
    reference = prepared_study(data, tmp_path / "reference", LONG)
    finish(reference)
    process = _command(data, tmp_path / "store", tmp_path / "study.yaml")
    _wait_for_work(tmp_path / "store", process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "stopping: each worker writes down where it is" in said
    assert "run the same command again" in said
    _finish_and_compare(data, tmp_path / "store", reference)


def test_kill_9_loses_nothing(tmp_path: Path) -> None:
    """Every process killed at once, the next run takes over and ends with the same rows."""
    data = write_world(tmp_path / "data")
    reference = prepared_study(data, tmp_path / "reference", LONG)
    finish(reference)
    process = _command(data, tmp_path / "store", tmp_path / "study.yaml")
    _wait_for_work(tmp_path / "store", process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    _finish_and_compare(data, tmp_path / "store", reference)


def test_ctrl_c_without_workers(tmp_path: Path) -> None:
    """In this process too Ctrl-C ends with a checkpoint, and the next run with the same rows."""
    data = write_world(tmp_path / "data")
    reference, prepared = (prepared_study(data, tmp_path / name, LONG) for name in ("reference", "store"))
    finish(reference)

    def interrupt_in_training(event: Event) -> None:
        if event.title.startswith("target") and event.progress is not None and event.progress.done > 3:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(InterruptedRunError, match="run the same command again"):
        run_local(prepared.plan, prepared.place, 0, interrupt_in_training)
    assert list((tmp_path / "store" / "work").glob("*/checkpoint-*/state.json"))
    _finish_and_compare(data, tmp_path / "store", reference)


def test_everybody_is_told_to_end_at_the_start(tmp_path: Path) -> None:
    """A batch system tells every process of a job: none dies before it was told what to do, or of it."""
    data = write_world(tmp_path / "data")
    process = _command(data, tmp_path / "store", tmp_path / "study.yaml")
    command = psutil.Process(process.pid)
    while not any("spawn_main" in " ".join(child.cmdline()) for child in command.children()):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGTERM)
    try:
        _, said = process.communicate(timeout=120)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130, said
    assert "run the same command again" in said


def test_in_this_process_ctrl_c_is_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is asked to stop before it begins computes nothing and says how to go on."""
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", TAGGING)
    from stiltwalk.engine.worker import work

    with pytest.raises(InterruptedRunError, match="run the same command again to go on"):
        work(prepared.plan, prepared.place, lambda event: None, lambda: True, 0.0)
    assert missing(prepared.plan, prepared.place) == 3


def run_here(prepared: Prepared, monkeypatch: pytest.MonkeyPatch, carry_out: Callable[..., bool]) -> Outcome:
    """A run in this process that calls ``carry_out``."""
    monkeypatch.setattr(carry_out_module, "carry_out", carry_out)
    return run_local(prepared.plan, prepared.place, 0, lambda event: None)


@pytest.mark.parametrize("number", STOPPING)
def test_every_notice_is_heeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """Whichever signal announces the end of a job, the step is stopped and the signal then as it was."""

    def notified(step: Step, key: str, place: Place, folder: Path, monitor: Monitor) -> bool:
        signal.raise_signal(number)
        monitor.check()
        raise AssertionError("it was not heard")

    outside = signal.signal(number, signal.SIG_DFL)  # these tests themselves may have been started by nohup
    try:
        with pytest.raises(InterruptedRunError, match="run the same command again"):
            run_here(nothing_to_compute(tmp_path, {"a": ""}), monkeypatch, notified)
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, outside)


def test_nohup_is_heeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that closes does not end a run that was started to outlive it."""

    def notified(*step: Any) -> bool:
        signal.raise_signal(signal.SIGHUP)
        return do_nothing(*step)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        outcome = run_here(nothing_to_compute(tmp_path, {"a": ""}), monkeypatch, notified)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert outcome.done == 1


@pytest.mark.parametrize(("seconds", "said"), [(0.0, "ended at once"), (60.0, "stopped on request")])
def test_ctrl_c_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, said: str) -> None:
    """The second ends at once; within a moment it is taken for the first, passed on by whoever started us."""
    monkeypatch.setattr(local, "AGAIN_SECONDS", seconds)

    def interrupted(step: Step, key: str, place: Place, folder: Path, monitor: Monitor) -> bool:
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.01)
        signal.raise_signal(signal.SIGINT)
        monitor.check()
        raise AssertionError("it was not heard")

    prepared = nothing_to_compute(tmp_path, {"a": ""})
    with pytest.raises(InterruptedRunError, match=said):
        run_here(prepared, monkeypatch, interrupted)
    assert run_here(prepared, monkeypatch, do_nothing).done == 1


def test_in_this_process_a_spoilt_worker_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can take its place; the outcome says so."""

    def spoilt(*_: object) -> bool:
        raise RuntimeError("CUDA error: unspecified launch failure")

    outcome = run_here(nothing_to_compute(tmp_path, {"a": "", "b": ""}), monkeypatch, spoilt)
    assert (outcome.done, outcome.failed, outcome.died) == (0, {}, (SPOILT,))


def test_a_finished_plan_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One look a step, however many there are."""
    prepared = many(tmp_path / "store", 50)
    run_here(prepared, monkeypatch, do_nothing)
    looks: list[str] = []
    monkeypatch.setattr(Store, "has", lambda store, key: not looks.append(key))  # type: ignore[func-returns-value]
    assert run_local(prepared.plan, prepared.place, 2, lambda event: None).done == 50
    assert len(looks) == 50


LONG = {
    "targets": ["udpos"],
    "intermediate": [],
    "recipe": {"name": "pocket", "target": {"learning_rate": 5e-3, "batch_size": 8, "epochs": 30}},
}
"""Training long enough to be hit in the middle."""


def _command(data: Path, store: Path, study: Path) -> subprocess.Popen[str]:
    """``stiltwalk run`` as a user starts it, in a process group of its own."""
    write_study(study, LONG)
    words = ["run", str(study), "--data-dir", str(data), "--store", str(store), "--workers", "2"]
    return subprocess.Popen(
        [sys.executable, "-m", "stiltwalk.cli.main", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _wait_for_work(store: Path, process: subprocess.Popen[str]) -> None:
    """Until a first step is finished and another is being worked on."""
    for _ in range(2400):
        finished = list(store.glob("steps/*/*/manifest.json"))
        if finished and list(store.glob("work/*/draft")):
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("the run did not get to its second step")


def _finish_and_compare(data: Path, store: Path, reference: Prepared) -> None:
    again = prepare(tiny_study(LONG), open_store(store), data)
    finish(again)
    pd.testing.assert_frame_equal(rows_of(again), rows_of(reference))
    assert published(again.place.store) == published(reference.place.store)
