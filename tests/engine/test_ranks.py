"""Tests of engine.ranks: a step handed to processes of its own, what comes back, and how it is stopped."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.compute import carry_out as carry_out_module
from stiltwalk.compute.context import Monitor, Progress
from stiltwalk.engine import ranks
from stiltwalk.engine.failures import LostProcessError, is_transient
from stiltwalk.engine.local import run_local
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.ranks import carry_out_in_ranks
from stiltwalk.plan.nodes import Node
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import InterruptedRunError, StepFailedError, UserError
from stiltwalk.store.store import read_artifact
from tests.compute.fakes import encoder_folder
from tests.worlds import node, prepared_study, write_world

TRAINED = "target udpos, seed 1"


def study_of(folder: Path, **execution: Any) -> Prepared:
    """A given encoder trained by two processes on tags, and tested."""
    changes = {
        "encoders": [{"name": "given", "source": str(encoder_folder(folder / "encoder"))}],
        "intermediate": [],
        "targets": ["udpos"],
        "execution": {"processes": 2, **execution},
    }
    return prepared_study(write_world(folder / "data"), folder / "store", changes)


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """A study whose training is shared by whole models."""
    return study_of(tmp_path)


@pytest.fixture
def step(prepared: Prepared) -> Node:
    """The training among its steps."""
    return node(prepared.plan, TRAINED)


Begin = Callable[..., None]


@pytest.fixture
def begin(prepared: Prepared, step: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Hands the step to a program in the place of torchrun, which finds the step's folder in ``folder``."""
    (tmp_path / "work").mkdir()

    def run(program: str, monitor: Monitor | None = None) -> None:
        head = "import os, signal, sys, time\nfrom pathlib import Path\nfolder = Path(sys.argv[1])\n"
        monkeypatch.setattr(
            ranks, "_command", lambda folder, count: [sys.executable, "-c", head + program, str(folder)]
        )
        carry_out_in_ranks(step.step, step.key, prepared.place, tmp_path / "work", monitor or Monitor())

    return run


@pytest.mark.parametrize("sharded", [False, True])
def test_two_processes_carry_out_a_training_and_one_its_predictions(sharded: bool, tmp_path: Path) -> None:
    """From the worker through torchrun to a published step, with progress on the way."""
    prepared = study_of(tmp_path, sharded=sharded)
    told: list[tuple[str, str]] = []
    outcome = run_local(
        prepared.plan,
        prepared.place,
        0,
        lambda event: told.append((event.kind, event.progress.stage if event.progress else "")),
    )
    assert outcome.failed == {}
    assert outcome.done == outcome.total
    artifacts = [read_artifact(prepared.place.store, key) for key in prepared.plan.nodes]
    executions = {a.step.kind: (a.step.execution.processes, a.step.execution.sharded) for a in artifacts}
    assert executions == {"target": (2, sharded), "predict": (1, False)}
    (trained,) = (a for a in artifacts if isinstance(a.step, TrainStep))
    assert trained.facts["steps"] == trained.facts["planned_steps"] == 6
    assert (trained.folder / "log.jsonl").read_text().count("loss") == 6
    assert ("progress", "training") in told
    assert not any((prepared.place.store.root / "work").iterdir())


def test_what_the_ranks_are_to_do_is_written_down_whole(
    prepared: Prepared, step: Node, begin: Begin, tmp_path: Path
) -> None:
    """Step, key and place come back from the file as they were."""
    with pytest.raises(InterruptedRunError):
        begin("")
    asked = ranks._REQUESTS.validate_json((tmp_path / "work" / "ranks.json").read_bytes())
    assert asked == (step.step, step.key, prepared.place, tmp_path / "work")


def test_progress_is_passed_on_and_other_words_are_not(step: Node, prepared: Prepared, begin: Begin) -> None:
    """Lines of rank 0 become reports; whatever else is printed there is dropped."""
    told: list[Progress] = []
    folder = prepared.place.store.folder(step.key)
    begin(
        'print("Loading...")\n'
        'print(\'{"stage": "training", "done": 3, "total": 9, "rate": 1.5}\', flush=True)\n'
        "print('[1]'); print('{\"stage\": 1}')\n"
        f"Path({str(folder)!r}).mkdir(parents=True)\n"
        f"Path({str(folder)!r}, 'manifest.json').touch()\n",
        Monitor(report=told.append),
    )
    assert told == [Progress("training", 3, 9, 1.5)]


def test_ranks_have_the_threads_and_accelerators_of_their_step(
    prepared: Prepared, step: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Torchrun would say one thread; which accelerators they see is the worker's to say."""
    program = "import os, sys; sys.exit(os.environ['OMP_NUM_THREADS'] + os.environ['CUDA_VISIBLE_DEVICES'])"
    monkeypatch.setattr(ranks, "_command", lambda folder, count: [sys.executable, "-c", program])
    wide = step.step.replace({"execution": {"threads": 3, "processes": 2}})
    with pytest.raises(StepFailedError, match="\n31,2\n"):
        carry_out_in_ranks(wide, step.key, prepared.place, tmp_path, Monitor(), "1,2")


def test_who_is_asked_to_stop_loses_the_leave_to_go_on(begin: Begin, tmp_path: Path) -> None:
    """The worker waits until the ranks have written their checkpoint."""
    checks = iter([False, False])
    with pytest.raises(InterruptedRunError, match="run the same command again"):
        begin(
            "while (folder / 'ranks.may-go-on').exists(): time.sleep(0.01)\n"
            "time.sleep(0.3); (folder / 'checkpoint').touch()\n",
            Monitor(stopping=lambda: next(checks, True)),
        )
    assert (tmp_path / "work" / "checkpoint").exists()


def test_killed_processes_are_a_failed_step(begin: Begin) -> None:
    """The message says how they ended, and what they had to say."""
    with pytest.raises(LostProcessError, match=r"(?s)ranks.log:.*the last words.*ended with code -9\.$"):
        begin("print('the last words', file=sys.stderr, flush=True); os.kill(os.getpid(), signal.SIGKILL)")


def test_ranks_that_outlive_torchrun_are_stopped_and_waited_for(begin: Begin, tmp_path: Path) -> None:
    """A torchrun that is killed leaves them behind: nobody else may begin in their folder before they end."""
    orphan = (
        "import sys, time; from pathlib import Path; folder = Path(sys.argv[1])\n"
        "while (folder / 'ranks.may-go-on').exists(): time.sleep(0.01)\n"
        "time.sleep(0.3); (folder / 'checkpoint').touch()\n"
    )
    with pytest.raises(StepFailedError, match="ended with code -9"):
        begin(
            "import subprocess\n"
            f"subprocess.Popen([sys.executable, '-c', {orphan!r}, str(folder)], start_new_session=True)\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
    assert (tmp_path / "work" / "checkpoint").exists()


def rank(number: int, folder: Path, monkeypatch: pytest.MonkeyPatch, carry_out: Callable[..., Any]) -> int:
    """The exit code of a rank that has ``carry_out`` to carry out what was asked for in ``folder``."""
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setenv("RANK", str(number))
    monkeypatch.setattr(carry_out_module, "carry_out", carry_out)
    try:
        return ranks.main(folder)
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.fixture
def asked(begin: Begin, tmp_path: Path) -> Path:
    """The folder of a step that ranks are asked to carry out."""
    with pytest.raises(InterruptedRunError):
        begin("")
    (tmp_path / "work" / "ranks.may-go-on").touch()
    return tmp_path / "work"


def test_a_users_mistake_comes_back_in_its_own_words(
    asked: Path, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It wins over errors that other ranks had first for want of the one that made it."""

    def mistaken(*_: object) -> None:
        raise UserError("put the file back")

    def lost(*_: object) -> None:
        raise RuntimeError("connection closed by peer")

    assert rank(1, asked, monkeypatch, lost) == 1
    assert rank(0, asked, monkeypatch, mistaken) == 1
    error = ranks._failure(asked, 1)
    assert isinstance(error, UserError)
    assert str(error) == "put the file back"
    with pytest.raises(StepFailedError, match="ended with code 3"):
        begin("sys.exit(3)")  # what is left of an earlier attempt counts no more


def test_a_bug_comes_back_with_the_traceback_of_the_rank_that_had_it_first(
    asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last line says what it was."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("one by none")

    def lost(*_: object) -> None:
        raise RuntimeError("connection closed by peer")

    assert rank(1, asked, monkeypatch, broken) == 1
    time.sleep(0.01)
    assert rank(0, asked, monkeypatch, lost) == 1
    error = ranks._failure(asked, 1)
    assert not is_transient(error)
    lines = str(error).splitlines()
    assert lines[-1] == "ZeroDivisionError: one by none"
    assert any("in broken" in line for line in lines)


def test_what_may_pass_in_a_rank_may_pass(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rank that lost its peer, or for which there was no memory, makes the step worth another try."""

    def lost(*_: object) -> None:
        raise RuntimeError("Connection closed by peer [127.0.0.1]:1")

    assert rank(1, asked, monkeypatch, lost) == 1
    assert is_transient(ranks._failure(asked, 1))


def test_a_rank_that_was_stopped_has_not_failed(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its exit code is 0, or torchrun would kill the one that is writing the checkpoint."""

    def stopped(*_: object) -> None:
        raise InterruptedRunError

    assert rank(0, asked, monkeypatch, stopped) == 0
    assert not list(asked.glob("ranks-error-*"))


def test_a_rank_stops_on_a_signal_or_without_leave(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a new holder of the lease has taken the folder along."""
    seen: list[bool] = []

    def watched(step: object, key: object, place: object, folder: object, monitor: Monitor) -> None:
        seen.append(monitor.stopping())
        os.kill(os.getpid(), signal.SIGTERM)
        seen.append(monitor.stopping())

    def moved(step: object, key: object, place: object, folder: object, monitor: Monitor) -> None:
        seen.append(monitor.stopping())
        asked.rename(asked.with_name("elsewhere"))
        seen.append(monitor.stopping())

    assert rank(1, asked, monkeypatch, watched) == 0
    assert rank(1, asked, monkeypatch, moved) == 0
    assert seen == [False, True, False, True]


def test_rank_0_tells_and_stops_once_nobody_listens(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that was killed leaves a broken pipe; the other ranks tell nothing at all."""
    reading, writing = os.pipe()
    kept = os.dup(1)
    seen: list[bool] = []

    def telling(step: object, key: object, place: object, folder: object, monitor: Monitor) -> None:
        monitor.report(Progress("training", 1, 2, 3.0))
        seen.append(monitor.stopping())

    class Out:
        @staticmethod
        def fileno() -> int:
            return writing

    monkeypatch.setattr(sys, "stdout", Out)
    try:
        assert rank(0, asked, monkeypatch, telling) == 0
        line = os.read(reading, 1000)
        assert json.loads(line) == {"stage": "training", "done": 1, "total": 2, "rate": 3.0}
        assert line.endswith(b"\n")
        os.close(reading)
        assert rank(1, asked, monkeypatch, telling) == 0
        assert rank(0, asked, monkeypatch, telling) == 0
        assert seen == [False, False, True]
    finally:
        os.close(writing)
        os.close(kept)


@pytest.mark.slow
def test_a_training_of_two_processes_is_stopped_killed_and_finished(prepared: Prepared, step: Node) -> None:
    """Stopped behind a step with a checkpoint; a killed rank fails the step; then it is gone on with."""
    folder = prepared.place.store.root / "work" / "try"
    folder.mkdir(parents=True)
    stop = threading.Event()

    def heard(progress: Progress) -> None:
        if progress.stage == "training":
            stop.set()

    assert isinstance(step.step, TrainStep)
    long = step.step.replace({"training": step.step.training.replace({"epochs": 400.0})})
    with pytest.raises(InterruptedRunError):
        carry_out_in_ranks(long, "0" * 64, prepared.place, folder, Monitor(heard, stop.is_set))
    assert len(list(folder.glob("checkpoint-*"))) == 1

    def kill(progress: Progress) -> None:
        if progress.stage == "training":
            import psutil

            torchrun = psutil.Process().children()[-1]
            torchrun.children()[-1].kill()

    with pytest.raises(StepFailedError, match=r"(?s)Signal 9 \(SIGKILL\)"):
        carry_out_in_ranks(long, "0" * 64, prepared.place, folder, Monitor(kill))
    assert len(list(folder.glob("checkpoint-*"))) == 1
    outcome = run_local(prepared.plan, prepared.place, 0, lambda event: None)
    assert outcome.failed == {}
