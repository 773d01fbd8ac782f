"""Tests of engine.slurm_worker: signals are noted, work is written down, and then the job is requeued."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from stiltwalk.engine import remote, slurm_worker
from stiltwalk.engine.failures import SpoiltProcessError
from stiltwalk.engine.slurm_worker import AHEAD, SlurmWorker, still_running
from stiltwalk.engine.worker import Event
from stiltwalk.spec.errors import InterruptedRunError, UserError
from tests.engine.slurm_commands import Commands, commands

__all__ = ["commands"]

WORKER = SlurmWorker("/store", "study", "abc", 3, 12.5, 2)
RUNNING, CANCELLED = "RUNNING\n", "COMPLETING\n"


@pytest.fixture(autouse=True)
def requeued() -> Iterator[list[int]]:
    """In place of submitit: the signals that its handler was called with. All is put back in the end."""
    noted: list[int] = []

    def handler(number: int, frame: FrameType | None) -> None:
        noted.append(number)
        raise SystemExit(255)

    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    before = {number: signal.getsignal(number) for number in (AHEAD, signal.SIGTERM)}
    signal.signal(AHEAD, handler)
    yield noted
    signal.signal(AHEAD, lambda number, frame: None)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)  # one that waits is delivered here
    for number, former in before.items():
        signal.signal(number, former)


Meanwhile = Callable[[Callable[[], bool]], None]


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> Callable[[Meanwhile], list[Any]]:
    """The work is replaced by what a test does meanwhile; returns what the worker was told to do."""
    told: list[Any] = []

    def replace(meanwhile: Meanwhile) -> list[Any]:
        def work(ref: Any, stopping: Callable[[], bool], *rest: Any) -> None:
            told.extend([*ref, *rest[:-1]])
            rest[-1](Event("w", "began", "key", "a step"))
            meanwhile(stopping)

        monkeypatch.setattr(remote, "work_remotely", work)
        return told

    return replace


def stopped_by(*numbers: int) -> Meanwhile:
    """Signals come in the midst of the work, which is then written down."""

    def meanwhile(stopping: Callable[[], bool]) -> None:
        assert not stopping()
        for number in numbers:
            os.kill(os.getpid(), number)
        # whichever thread takes it, it is noted in this one, a moment later
        until = time.monotonic() + 10
        while not stopping() and time.monotonic() < until:
            time.sleep(0.001)
        assert stopping()
        raise InterruptedRunError("written down")

    return meanwhile


def test_work_to_its_end(
    working: Callable[[Meanwhile], list[Any]], requeued: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """The worker joins the run it was told of, says what it does, and ends without a requeue."""
    told = working(lambda stopping: None)
    assert WORKER() == "nothing is left to do"
    assert told == ["/store", "study", "abc", 12.5, 2, 3]
    assert "began a step" in capsys.readouterr().out
    assert requeued == []


def test_near_its_limit(working: Callable[[Meanwhile], list[Any]], requeued: list[int]) -> None:
    """Only after the work was written down does submitit's handler run, which requeues and ends."""
    working(stopped_by(AHEAD))
    with pytest.raises(SystemExit):
        WORKER()
    assert requeued == [AHEAD]


def test_a_signal_that_another_thread_takes(
    working: Callable[[Meanwhile], list[Any]], requeued: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen waiting, and gone a moment later without having been noted: it came all the same."""
    waiting = [{AHEAD}]
    monkeypatch.setattr(signal, "sigpending", lambda: waiting.pop() if waiting else set())

    def meanwhile(stopping: Callable[[], bool]) -> None:
        assert stopping()
        raise InterruptedRunError("written down")

    working(meanwhile)
    with pytest.raises(SystemExit):
        WORKER()
    assert requeued == [AHEAD]


@pytest.mark.parametrize(("state", "begun_again"), [(RUNNING, True), (CANCELLED, False), ("", False)])
def test_told_to_end(
    working: Callable[[Meanwhile], list[Any]],
    requeued: list[int],
    commands: Commands,
    state: str,
    begun_again: bool,
) -> None:
    """TERM ahead of a pre-emption leads to a requeue; that of ``scancel`` does not."""
    commands.answers("squeue", state)
    working(stopped_by(signal.SIGTERM))
    if begun_again:
        with pytest.raises(SystemExit):
            WORKER()
    else:
        assert "cancelled" in WORKER()
    assert bool(requeued) == begun_again


def test_a_process_that_can_compute_no_more(
    working: Callable[[Meanwhile], list[Any]], requeued: list[int], commands: Commands
) -> None:
    """Another process takes its place, in the same job begun again."""

    def spoil(stopping: Callable[[], bool]) -> None:
        raise SpoiltProcessError("CUDA error")

    commands.answers("squeue", RUNNING)
    working(spoil)
    with pytest.raises(SystemExit):
        WORKER()
    assert requeued == [AHEAD]


def test_what_cannot_begin(working: Callable[[Meanwhile], list[Any]], requeued: list[int]) -> None:
    """A mistake of the user's ends the job; begun again it would be no better."""

    def refuse(stopping: Callable[[], bool]) -> None:
        raise UserError("The data folder is not here.")

    working(refuse)
    with pytest.raises(UserError, match="The data folder is not here"):
        WORKER()
    assert requeued == []


def test_processes_it_starts_are_not_killed(working: Callable[[Meanwhile], list[Any]]) -> None:
    """The signal ahead of the limit goes to all processes of a job; those of a training outlive it."""
    child = f"import os; os.kill(os.getpid(), {int(AHEAD)})"
    ended: list[int] = []

    def start(stopping: Callable[[], bool]) -> None:
        ended.append(subprocess.run([sys.executable, "-c", child], check=False).returncode)

    working(start)
    WORKER()
    assert ended == [0]


def test_whether_a_job_still_runs(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """SLURM is asked of this very job; without an answer it is not taken for running."""
    monkeypatch.setenv("SLURM_JOB_ID", "42")
    for said, running in ((RUNNING, True), (CANCELLED, False), ("error: no\n", False)):
        commands.answers("squeue", said)
        assert still_running() is running
    assert commands.asked("squeue")[0] == "squeue --noheader --format=%T --jobs=42"


def test_a_requeued_job_calls_the_same() -> None:
    """Where it goes on stands in the store."""
    pytest.importorskip("submitit", reason="the extra 'slurm' is not installed")
    assert WORKER.checkpoint().function == WORKER
    assert slurm_worker.AHEAD == signal.SIGUSR2
