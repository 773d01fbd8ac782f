"""Tests of engine.slurm: what is submitted, what is not submitted twice, and how following ends.

SLURM's commands are stand-ins here; ``tests/cluster/test_slurm.py`` uses real ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stiltwalk.engine import slurm
from stiltwalk.engine.engine_options import SlurmOptions
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.remote import keep_run
from stiltwalk.engine.slurm import run_slurm
from stiltwalk.engine.slurm_queue import Submitted, remember, remembered
from stiltwalk.engine.slurm_script import dry_run_text
from stiltwalk.engine.worker import Event
from stiltwalk.spec.errors import InterruptedRunError, StepFailedError, UserError
from stiltwalk.store.atomic import write_json
from tests.engine.slurm_commands import Commands, commands
from tests.worlds import finish, prepared_study, write_world

__all__ = ["commands"]

DETACHED = SlurmOptions(wait=False)


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """A planned study of three steps; SLURM is asked without a pause."""
    monkeypatch.setattr(slurm, "ASK_SECONDS", 0.0)
    changes = {"targets": ["udpos"], "intermediate": []}
    return prepared_study(write_world(tmp_path / "data"), tmp_path / "store", changes)


@pytest.fixture
def submitted(prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Submitted:
    """An array, number 7, that was submitted for the study before; submitit is taken for installed."""
    monkeypatch.setattr(slurm, "require_submitit", lambda: None)
    array = Submitted("7", 2, keep_run(prepared).revision, 0.0)
    remember(tmp_path / "store.slurm" / "tiny-world", array)
    return array


def test_a_finished_study_submits_nothing(prepared: Prepared, commands: Commands) -> None:
    """Nor is SLURM asked."""
    finish(prepared)
    outcome = run_slurm(prepared, SlurmOptions())
    assert (outcome.done, outcome.total) == (3, 3)
    assert commands.asked("sbatch") + commands.asked("squeue") == []


def test_a_machine_without_slurm(prepared: Prepared, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is refused before anything is written."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match="There is no sbatch on"):
        run_slurm(prepared, SlurmOptions())
    assert not (tmp_path / "store.slurm").exists()


def test_what_is_submitted(prepared: Prepared, commands: Commands, tmp_path: Path) -> None:
    """One array, with the script of the dry run and a pickle for each worker, remembered by its number."""
    pytest.importorskip("submitit", reason="the extra 'slurm' is not installed")
    commands.answers("sbatch", "Submitted batch job 41\n")
    said: list[str] = []
    outcome = run_slurm(prepared, DETACHED, 2, say=said.append)
    assert (outcome.done, outcome.failed) == (0, {})
    folder = tmp_path / "store.slurm" / "tiny-world"
    assert len(commands.asked("sbatch")) == 1
    assert (folder / "41_submission.sh").read_text() == dry_run_text(prepared, DETACHED, 2)
    assert sorted(path.name for path in folder.glob("*.pkl")) == ["41_0_submitted.pkl", "41_1_submitted.pkl"]
    assert said[0] == f"submitted 2 worker(s) as array 41; scripts and output: {folder}"
    assert "'stiltwalk status tiny-world --watch'" in said[1]
    assert "'scancel 41'" in said[1]
    (array,) = remembered(folder)
    assert (array.job, array.workers, array.revision) == ("41", 2, keep_run(prepared).revision)


def test_what_slurm_refuses(
    prepared: Prepared, commands: Commands, capfd: pytest.CaptureFixture[str]
) -> None:
    """The error holds SLURM's own words, said once; no array is remembered."""
    pytest.importorskip("submitit", reason="the extra 'slurm' is not installed")
    commands.answers(
        "sbatch", "sbatch: error: invalid partition\nsbatch: error: Batch job submission failed\n"
    )
    with pytest.raises(
        UserError, match=r"refused the array: invalid partition; Batch job submission failed\. "
    ):
        run_slurm(prepared, DETACHED, 2)
    assert capfd.readouterr().err == ""
    assert remembered(prepared.place.store.root.with_suffix(".slurm") / "tiny-world") == []


@pytest.mark.usefixtures("submitted")
def test_an_array_that_is_there_is_followed(prepared: Prepared, commands: Commands) -> None:
    """The same command again submits nothing while a worker runs or waits, and says how to begin anew."""
    commands.answers("squeue", "7|RUNNING|None\n7|PENDING|Priority\n")
    said: list[str] = []
    run_slurm(prepared, DETACHED, say=said.append)
    assert commands.asked("sbatch") == []
    assert said[0].startswith(
        "array 7 is there already: 1 running, 1 pending (Priority). Nothing was submitted;"
    )
    assert "'scancel 7'" in said[0]


@pytest.mark.usefixtures("submitted")
def test_another_plan_is_submitted(
    prepared: Prepared, commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An array of the study as it was before, and one that has ended, do not carry out this plan."""
    submissions: list[int] = []

    def submit(folder: Path, asked: dict[str, Any], requeues: int, workers: list[Any]) -> str:
        submissions.append(len(workers))
        return "8"

    monkeypatch.setattr(slurm, "_submit", submit)
    commands.answers("squeue", "")
    run_slurm(prepared, DETACHED, 2)
    commands.answers("squeue", "7|RUNNING|None\n8|RUNNING|None\n")
    changed = prepared_study(
        tmp_path / "data", tmp_path / "store", {"targets": ["udpos"], "intermediate": [], "seeds": [2]}
    )
    run_slurm(changed, DETACHED, 3)
    assert submissions == [2, 3]


@pytest.mark.usefixtures("submitted")
def test_followed_to_the_end(prepared: Prepared, commands: Commands) -> None:
    """Once all steps are done, workers that were not begun leave the queue, and the states were told."""
    commands.answers("squeue", "7|RUNNING|None\n7|PENDING|Priority\n")
    said: list[str] = []
    told: list[Event] = []

    def hear(line: str) -> None:
        said.append(line)
        if line == "array 7: 1 running, 1 pending (Priority)":
            finish(prepared)  # as workers elsewhere do

    outcome = run_slurm(prepared, SlurmOptions(), tell=told.append, say=hear)
    assert (outcome.done, outcome.failed) == (3, {})
    assert commands.asked("scancel") == ["scancel --state=PENDING 7"]
    assert [event.kind for event in told].count("done") <= 3


@pytest.mark.usefixtures("submitted")
def test_workers_that_all_ended(prepared: Prepared, commands: Commands, tmp_path: Path) -> None:
    """An empty queue with steps left is an error that says what the workers wrote last."""
    commands.answers("squeue", "7|RUNNING|None\n")
    log = tmp_path / "store.slurm" / "tiny-world" / "7_0_0_log.err"
    log.write_text("UserError: The data folder /data is not on n1.\n")

    def hear(line: str) -> None:
        if line == "array 7: 1 running":
            commands.answers("squeue", "")

    words = (
        r"All workers of array 7 have ended, and 3 of 3 steps are not done; .*log.err: .*/data is not on n1"
    )
    with pytest.raises(StepFailedError, match=words):
        run_slurm(prepared, SlurmOptions(), say=hear)


@pytest.mark.usefixtures("submitted")
def test_steps_that_failed(prepared: Prepared, commands: Commands) -> None:
    """They are part of the outcome, as with any engine."""
    commands.answers("squeue", "7|RUNNING|None\n")
    key = next(iter(prepared.plan.nodes))

    def hear(line: str) -> None:
        if line == "array 7: 1 running":
            error = {"title": "a step", "message": "it broke", "attempts": 1, "transient": False, "at": 1.0}
            write_json(prepared.place.store.root / "work" / f"{key}.w" / "error.json", error)
            commands.answers("squeue", "")

    outcome = run_slurm(prepared, SlurmOptions(), say=hear)
    assert outcome.failed == {key: "it broke"}


@pytest.mark.usefixtures("submitted")
def test_a_follower_that_leaves(prepared: Prepared, commands: Commands) -> None:
    """Ctrl-C ends the following alone, and says how to go on and how to end the workers."""
    commands.answers("squeue", "7|RUNNING|None\n")

    def leave(line: str) -> None:
        if line == "array 7: 1 running":
            raise KeyboardInterrupt

    with pytest.raises(
        InterruptedRunError, match=r"array 7 goes on: .*status tiny-world --watch.*'scancel 7'"
    ):
        run_slurm(prepared, SlurmOptions(), say=leave)
    assert commands.asked("scancel") == []
