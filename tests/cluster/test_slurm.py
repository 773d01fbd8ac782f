"""Tests on a real SLURM cluster of one machine: real sbatch, real time limits, real pre-emption.

``make cluster-test`` sets it up (slurm.sh) and runs them: ten minutes, or more on a busy machine.
"""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from stiltwalk.compute.context import Progress
from stiltwalk.engine.engine_options import SlurmOptions
from stiltwalk.engine.local import Outcome
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.slurm import run_slurm
from stiltwalk.engine.slurm_queue import queue_of
from stiltwalk.engine.slurm_script import dry_run_text
from stiltwalk.engine.worker import Event
from stiltwalk.spec.errors import StepFailedError, UserError
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import read_artifact
from tests.compute.fakes import encoder_folder
from tests.worlds import finish, prepared_study, write_world

pytestmark = pytest.mark.cluster

NAME = "tiny-world"
LONG = "intermediate commonsenseqa, seed 1"


def studied(steps: int) -> dict[str, Any]:
    """The tiny study with an intermediate training of so many steps and one target."""
    arm = {"task": "commonsenseqa", "training": {"steps": steps}}
    return {"targets": ["udpos"], "intermediate": [arm]}


def rows_of(prepared: Prepared) -> pd.DataFrame:
    """Result rows without what the clock decides."""
    return study_rows(prepared.place.store, prepared.plan).drop(columns="wall_seconds")


Lasting = Callable[[float], dict[str, Any]]


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Lasting:
    """Makes a study whose long training takes about so many seconds on this machine, busy as it is."""
    folder = tmp_path_factory.mktemp("pace")
    prepared = prepared_study(write_world(folder / "data"), folder / "store", studied(300))
    finish(prepared)
    (took,) = [
        read_artifact(prepared.place.store, key).facts["wall_seconds"]
        for key, each in prepared.plan.nodes.items()
        if each.title == LONG
    ]
    return lambda seconds: studied(max(200, int(seconds * 300 / took)))


@pytest.fixture(autouse=True)
def cluster() -> Iterator[None]:
    """A cluster on which nothing runs, before and after."""
    asked = subprocess.run(["sinfo", "--noheader"], capture_output=True, text=True, check=False)
    assert asked.returncode == 0, (
        f"no SLURM cluster; run 'make cluster-test', or see slurm.sh: {asked.stderr}"
    )
    yield
    subprocess.run(["scancel", "--user=root"], check=True)
    until(lambda: not subprocess.run(["squeue", "--noheader"], capture_output=True, check=True).stdout)


def until(true: Callable[[], object], seconds: float = 120) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.5)


class Running:
    """A run on SLURM in a thread of its own, and what was heard of it."""

    def __init__(self, prepared: Prepared, options: Mapping[str, Any], workers: int = 2) -> None:
        self.events: list[Event] = []
        self.said: list[str] = []
        self.ended: Outcome | Exception | None = None
        self._prepared = prepared
        self._given = SlurmOptions.model_validate({"time": 10, **options}), workers
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        options, workers = self._given
        try:
            self.ended = run_slurm(self._prepared, options, workers, self.events.append, 1, self.said.append)
        except (StepFailedError, UserError) as error:
            self.ended = error

    def wait(self, seconds: float = 600) -> Outcome | Exception:
        """How it ended."""
        self._thread.join(seconds)
        assert self.ended is not None, ("it goes on", self.said, self.events[-3:])
        return self.ended

    def job(self) -> str:
        """Number of the array."""
        until(lambda: any("submitted" in line for line in self.said))
        (found,) = [re.search(r"as array (\d+)", line) for line in self.said if "submitted" in line]
        assert found is not None
        return found[1]

    def progress(self) -> list[Progress]:
        """What was heard of the long training, in order."""
        heard = [each.progress for each in self.events if each.kind == "progress" and each.title == LONG]
        return [each for each in heard if each is not None and each.stage == "training"]

    def until_training(self) -> None:
        """Wait until the long training is under way."""
        until(lambda: any(each.done > 30 for each in self.progress()))


def restarts(job: str) -> list[int]:
    """How often SLURM began each job of the array again."""
    shown = subprocess.run(
        ["scontrol", "show", "job", job], capture_output=True, text=True, check=True
    ).stdout
    return [int(count) for count in re.findall(r"Restarts=(\d+)", shown)]


def signal_job(job: str, signal: str) -> None:
    """Send a signal to the processes of every job of the array, as SLURM does ahead of an end."""
    subprocess.run(["scancel", f"--signal={signal}", job], check=True)


def goes_on(heard: list[Progress]) -> bool:
    """Whether a training never fell behind where it was."""
    done = [each.done for each in heard]
    return done == sorted(done)


def test_workers_are_requeued_at_their_limit(tmp_path: Path, lasting: Lasting) -> None:
    """A training longer than the limit of a minute goes on in a requeued job; rows are those of ``local``."""
    data = write_world(tmp_path / "data")
    changes = lasting(150)  # the machine may be twice as fast by then
    alone, shared = (prepared_study(data, tmp_path / name, changes) for name in ("alone", "shared"))
    running = Running(shared, {"time": 1, "signal": 5})
    job = running.job()
    outcome = running.wait()
    assert isinstance(outcome, Outcome), outcome
    assert (outcome.done, outcome.failed) == (outcome.total, {})
    assert sum(restarts(job)) >= 1
    logs = "".join(path.read_text() for path in (tmp_path / f"shared.slurm/{NAME}").glob("*.out"))
    assert re.search(rf"Requeued job {job}_\d \(\d+ remaining timeouts\)", logs)
    assert goes_on(running.progress())
    # nothing of SLURM's lies in the store, and nothing unfinished is left
    assert not list((tmp_path / "shared").rglob("*.pkl"))
    assert not list((tmp_path / "shared" / "work").iterdir())
    finish(alone)
    pd.testing.assert_frame_equal(rows_of(alone), rows_of(shared))


def drive_out(job: str, folder: Path) -> None:
    """Submit a job for all cores to the partition that has precedence: grace, TERM, and a requeue."""
    asked = ["sinfo", "--noheader", "--partition=urgent", "--format=%c"]
    cores = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    urgent = ["sbatch", "--partition=urgent", f"--cpus-per-task={cores}", "--mem=100M", "--wrap=sleep 2"]
    subprocess.run([*urgent, f"--output={folder}/urgent.log"], check=True, capture_output=True)


def requeue(job: str, folder: Path) -> None:
    """Requeue the job as an administrator would, or SLURM itself where a node is lost."""
    subprocess.run(["scontrol", "requeue", job], check=True)


@pytest.mark.parametrize("disturb", [drive_out, requeue])
def test_a_worker_that_is_driven_out_goes_on(
    tmp_path: Path, lasting: Lasting, disturb: Callable[[str, Path], None]
) -> None:
    """Whether SLURM requeues it, or the worker itself in its time of grace: once, and from its checkpoint."""
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", lasting(20))
    running = Running(prepared, {}, workers=1)
    running.until_training()
    disturb(running.job(), tmp_path)
    outcome = running.wait()
    assert isinstance(outcome, Outcome), outcome
    assert outcome.done == outcome.total
    assert restarts(running.job()) == [1]
    assert goes_on(running.progress())


def test_a_cancelled_array_stays_cancelled(tmp_path: Path, lasting: Lasting) -> None:
    """``scancel`` ends the workers for good, with a checkpoint; the same command goes on from it."""
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", lasting(20))
    running = Running(prepared, {})
    running.until_training()
    job = running.job()
    subprocess.run(["scancel", job], check=True)
    ended = running.wait()
    assert isinstance(ended, StepFailedError), ended
    assert f"All workers of array {job} have ended" in str(ended)
    reached = running.progress()[-1].done
    again = Running(prepared, {})
    assert isinstance(again.wait(), Outcome)
    assert again.job() != job
    assert again.progress()[0].done >= reached
    assert restarts(job) == [0, 0]


def test_processes_of_one_step_outlive_the_signal(tmp_path: Path, lasting: Lasting) -> None:
    """Two ranks under torchrun are told to stop by their worker, not killed by the signal that all get."""
    given = {"name": "given", "source": str(encoder_folder(tmp_path / "encoder"))}
    changes = lasting(10) | {"encoders": [given], "execution": {"processes": 2}}
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", changes)
    assert "--cpus-per-task=2" in dry_run_text(prepared, SlurmOptions(), 1)
    running = Running(prepared, {}, workers=1)
    running.until_training()
    signal_job(running.job(), "USR2")
    outcome = running.wait()
    assert isinstance(outcome, Outcome), outcome
    assert (outcome.done, outcome.failed) == (outcome.total, {})
    assert restarts(running.job()) == [1]
    assert goes_on(running.progress())


def test_a_second_command_follows_the_first(tmp_path: Path) -> None:
    """An array that is there is not submitted a second time; ``wait=false`` returns at once."""
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", studied(100))
    said: list[str] = []
    options = SlurmOptions(time=10, wait=False)
    outcome = run_slurm(prepared, options, 1, say=said.append)
    assert (outcome.done, outcome.failed) == (0, {})
    again = Running(prepared, {}, workers=1)
    ended = again.wait()
    assert isinstance(ended, Outcome)
    assert ended.done == ended.total
    assert [line for line in again.said if "is there already" in line]
    assert not [line for line in again.said if "submitted 1 worker" in line]


def test_the_dry_run_is_what_is_submitted(tmp_path: Path) -> None:
    """The script that submitit hands to sbatch is the one that was printed."""
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", studied(20))
    options = SlurmOptions(time=10, memory=1.5, parallel=1, setup=("export A=1",), extra={"nice": 1})
    printed = dry_run_text(prepared, options, 2)
    assert isinstance(Running(prepared, options.model_dump(exclude_unset=True)).wait(), Outcome)
    (script,) = (tmp_path / f"store.slurm/{NAME}").glob("*submission.sh")
    assert script.read_text() == printed


def test_what_slurm_refuses(tmp_path: Path) -> None:
    """An unknown partition is refused in SLURM's own words, and nothing is in the queue."""
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", studied(20))
    with pytest.raises(UserError, match=r"SLURM refused the array: .*invalid partition specified: nowhere"):
        run_slurm(prepared, SlurmOptions(partition="nowhere"), 1)
    assert not subprocess.run(["squeue", "--noheader"], capture_output=True, check=True).stdout


def test_workers_that_cannot_begin(tmp_path: Path) -> None:
    """What workers found missing is what the command ends with."""
    data = write_world(tmp_path / "data")
    prepared = prepared_study(data, tmp_path / "store", studied(20))
    data.rename(tmp_path / "elsewhere")
    ended = Running(prepared, {}).wait()
    assert isinstance(ended, StepFailedError)
    assert re.search(r"What they wrote last: .*The data folder .* is not on", str(ended)), ended


def test_workers_ended_by_the_end_leave_the_queue(tmp_path: Path) -> None:
    """Workers that SLURM had not begun when the last step was done are taken out of the queue."""
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", studied(20))
    running = Running(prepared, {"parallel": 1}, workers=4)
    assert isinstance(running.wait(), Outcome)
    job = running.job()
    until(lambda: (queued := queue_of(job)) is not None and not queued.states, 60)
