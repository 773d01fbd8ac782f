"""Tests of what a run shows while it goes."""

from __future__ import annotations

import pytest

from stiltwalk.cli import progress
from stiltwalk.cli.progress import Watch, time_left
from stiltwalk.compute.context import Progress
from stiltwalk.engine.worker import Event


@pytest.mark.parametrize(
    ("done", "total", "seconds", "said"),
    [
        (0, 10, 5.0, ""),
        (10, 10, 5.0, ""),
        (5, 10, 0.1, ""),
        (1, 3, 30.0, "1:00 left"),
        (1, 101, 60.0, "1:40:00 left"),
        (9, 10, 90.0, "0:10 left"),
    ],
)
def test_time_left(done: int, total: int, seconds: float, said: str) -> None:
    """Time left is what remains at the pace so far; nothing is said before there is a pace."""
    assert time_left(done, total, seconds) == said


def test_plain_lines_without_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal every step is a line on standard error, with its place among all."""
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    with Watch(total=4, already=1) as watch:
        watch.tell(Event("w", "began", "k", "target udpos, seed 1"))
        watch.tell(Event("w", "progress", "k", "target udpos, seed 1", Progress("training", 5, 10, 123.4)))
        watch.tell(Event("w", "done", "k", "target udpos, seed 1"))
        watch.tell(Event("w", "again", "k2", "predict udpos", message="attempt 1 of 2 ended with: EIO"))
        watch.tell(Event("w", "failed", "k2", "predict udpos", message="why [not]"))
        watch.tell(Event("", "stopping", "", ""))
    out, err = capsys.readouterr()
    assert out == ""
    assert "[1/4] began  target udpos, seed 1" in err
    assert "target udpos, seed 1: training 5/10, 123 examples/s\n" in err
    assert "[2/4] done   target udpos, seed 1" in err
    assert "again  predict udpos\nattempt 1 of 2 ended with: EIO\n" in err
    assert "FAILED predict udpos" in err
    assert "stopping: each worker writes down where it is (Ctrl-C again ends it at once)" in err
    assert "why [not]" in err


def test_waiting_for_memory_is_said_once_in_a_while(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A step that is ready and does not fit is told apart from one that is stuck, whoever sees it."""
    event = Event("w", "waiting", "k", "target udpos, seed 1", message="needs 9.0 GB [of] it")
    with Watch(total=4, already=1) as watch:
        for worker in ("a", "b"):
            watch.tell(Event(worker, event.kind, event.key, event.title, message=event.message))
        monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
        watch.tell(event)
    line = "  waits for memory: target udpos, seed 1 needs 9.0 GB [of] it\n"
    assert capsys.readouterr().err.count(line) == 2
