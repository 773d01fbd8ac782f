"""Tests of this machine's worker processes: replaced when they die, stopped, killed; ten on one store."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from stiltwalk.engine.local import AGAIN_SECONDS, MOST_DEATHS, SPOILT
from stiltwalk.store.store import open_store, read_artifact, verify_artifact
from tests.engine.mishaps import ACTS
from tests.engine.steps import many


class Said(NamedTuple):
    """What a run printed: its events, and its last word."""

    events: list[list[str]]
    last: list[Any]


def begin(store: Path, acts: dict[int, str], steps: int = 12, workers: int = 2) -> subprocess.Popen[str]:
    """A run with mishaps, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.engine.mishaps", str(store), str(steps), str(workers)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, ACTS: json.dumps(acts)},
    )


def end(process: subprocess.Popen[str]) -> Said:
    """What it printed by its end."""
    out, _ = process.communicate(timeout=120)
    lines = [json.loads(line) for line in out.splitlines()]
    return Said(lines[:-1], lines[-1])


def until(process: subprocess.Popen[str], wanted: list[str]) -> None:
    """Read what the run prints up to a line that begins so."""
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)[: len(wanted)] == wanted:
            return
    raise AssertionError(f"the run ended before it said {wanted}")


def test_who_dies_is_replaced(tmp_path: Path) -> None:
    """Its step is taken over by another, and everything is done."""
    said = end(begin(tmp_path / "store", {0: "die once", 11: "die once"}, workers=1))
    assert said.last == [12, 12, {}, [-signal.SIGKILL, -signal.SIGKILL]]
    assert Counter(kind for kind, *_ in said.events) == {"began": 14, "done": 12}


@pytest.mark.slow
def test_a_step_that_kills_every_worker_is_given_up(tmp_path: Path) -> None:
    """The rest of the study is done by those who take their places."""
    done, total, reasons, died = end(begin(tmp_path / "store", {5: "die"})).last
    assert (done, total, died) == (11, 12, [-signal.SIGKILL] * 2)
    assert list(reasons) == ["step-5"]
    assert reasons["step-5"].startswith("Its worker died 2 times while it ran")


@pytest.mark.slow
def test_deaths_without_end_end_the_run(tmp_path: Path) -> None:
    """Where nothing is ever finished nobody starts workers for ever."""
    steps = dict.fromkeys(range(0, 120, 10), "die")
    done, _, _, died = end(begin(tmp_path / "store", steps, steps=120, workers=1)).last
    assert (done, died) == (0, [-signal.SIGKILL] * MOST_DEATHS)


@pytest.mark.slow
def test_a_spoilt_worker_is_replaced(tmp_path: Path) -> None:
    """A fresh process does what the other could not."""
    said = end(begin(tmp_path / "store", {0: "spoil once"}, workers=1))
    assert said.last == [12, 12, {}, [SPOILT]]
    (again,) = (message for kind, _, message in said.events if kind == "again")
    assert again == "attempt 1 of 2 ended with: RuntimeError: CUDA error: unspecified launch failure"


def test_a_full_disk_stops_all_workers(tmp_path: Path) -> None:
    """Those in the middle of a step write down where they are; no step is marked as failed."""
    process = begin(tmp_path / "store", {0: "wait", 10: "full"})
    name, words = end(process).last
    assert name == "DiskFullError"
    assert "make room there" in words
    assert process.returncode == 1
    assert not list((tmp_path / "store" / "work").glob("*/error.json"))


def test_a_notice_of_a_batch_system(tmp_path: Path) -> None:
    """Sent to every process of a job: all write down where they are and end."""
    process = begin(tmp_path / "store", {0: "wait"}, workers=1)
    until(process, ["began", "step-0"])
    os.killpg(process.pid, signal.SIGUSR1)
    said = end(process)
    assert said.events == [["stopping", "", ""]]
    assert said.last[0] == "InterruptedRunError"
    assert "run the same command again" in said.last[1]


def test_a_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:
    """A worker that does not listen is killed; what was finished is kept."""
    process = begin(tmp_path / "store", {10: "hang"}, workers=1)
    until(process, ["began", "step-10"])
    process.send_signal(signal.SIGINT)
    until(process, ["stopping"])
    time.sleep(AGAIN_SECONDS + 0.1)
    process.send_signal(signal.SIGINT)
    name, words = end(process).last
    assert name == "InterruptedRunError"
    assert words.startswith("ended at once; finished steps are kept")
    assert len(list((tmp_path / "store").glob("steps/*/*/manifest.json"))) == 10


@pytest.mark.parametrize(("workers", "steps"), [(3, 40), pytest.param(10, 200, marks=pytest.mark.slow)])
def test_workers_on_one_store(tmp_path: Path, workers: int, steps: int) -> None:
    """Started one by one on one folder they do each step once, and what they publish is whole."""
    store = tmp_path / "store"
    prepared = many(store, steps)
    (store / "work").mkdir()
    started = [
        subprocess.Popen([sys.executable, "-m", "tests.engine.steps", str(store), str(steps), f"{number}"])
        for number in range(workers)
    ]
    assert [process.wait(300) for process in started] == [0] * workers
    notes = [path.read_text().split() for path in sorted((store / "work").glob(".done-by-*"))]
    assert Counter(key for keys in notes for key in keys) == dict.fromkeys(prepared.plan.nodes, 1)
    for key in prepared.plan.nodes:
        verify_artifact(read_artifact(open_store(store), key))
    assert not list((store / "work").glob("[!.]*"))
    assert not list((store / "leases").glob("*.json"))
