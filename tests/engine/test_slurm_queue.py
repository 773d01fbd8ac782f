"""Tests of engine.slurm_queue: what SLURM's answers are taken for."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.engine.slurm_queue import (
    Queued,
    Submitted,
    cancel_pending,
    last_words,
    queue_of,
    remember,
    remembered,
    require_sbatch,
)
from stiltwalk.spec.errors import UserError
from tests.engine.slurm_commands import Commands, commands

__all__ = ["commands"]


def test_the_queue_of_one_array(commands: Commands) -> None:
    """Jobs are counted by state, of this array alone; reasons are those of jobs that wait."""
    commands.answers(
        "squeue",
        "7|RUNNING|None\n7|PENDING|Resources\n7|PENDING|Priority\n77|RUNNING|None\n8|PENDING|Dependency\n",
    )
    assert queue_of("7") == Queued({"RUNNING": 1, "PENDING": 2}, ("Priority", "Resources"))
    assert queue_of("9") == Queued({})


def test_a_queue_in_words() -> None:
    """Running ones first, and why the others wait."""
    queued = Queued({"PENDING": 2, "RUNNING": 1}, ("Priority", "Resources"))
    assert queued.in_words() == "1 running, 2 pending (Priority, Resources)"


def test_a_controller_that_does_not_answer(commands: Commands) -> None:
    """No answer is not an empty queue."""
    commands.answers("squeue", "slurm_load_jobs error: Unable to contact slurm controller\n")
    assert queue_of("7") is None


def test_only_pending_jobs_are_cancelled(commands: Commands) -> None:
    """Workers that run end by themselves, with their work published."""
    cancel_pending("7")
    assert commands.asked("scancel") == ["scancel --state=PENDING 7"]


def test_a_machine_without_sbatch(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line: what is missing, where to go, and what works here."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match=r"no sbatch on .* a login node of the cluster, .* --dry-run"):
        require_sbatch()


def test_arrays_are_remembered_in_order(tmp_path: Path) -> None:
    """The latest last; a damaged note is none."""
    assert remembered(tmp_path) == []
    arrays = [Submitted("7", 4, "abc", 1.5), Submitted("9", 1, "def", 2.5)]
    for array in arrays:
        remember(tmp_path, array)
    assert remembered(tmp_path) == arrays
    (tmp_path / "arrays.json").write_text("[{")
    assert remembered(tmp_path) == []


def test_last_words_are_the_worker_s(tmp_path: Path) -> None:
    """What srun adds is passed over, the same words of two jobs are said once, other arrays keep silent."""
    words = "Traceback\nUserError: The store is not on n1.\n"
    (tmp_path / "7_0_0_log.err").write_text(words + "srun: error: n1: task 0: Exited with exit code 1\n\n")
    (tmp_path / "7_1_0_log.err").write_text(words)
    (tmp_path / "7_2_0_log.err").write_text("")
    (tmp_path / "7_3_0_log.err").write_text("srun: error: n2: task 0: Killed\n")
    (tmp_path / "77_0_0_log.err").write_text("another array\n")
    assert last_words(tmp_path, "7") == [
        f"{tmp_path}/7_0_0_log.err: UserError: The store is not on n1.",
        f"{tmp_path}/7_3_0_log.err: srun: error: n2: task 0: Killed",
    ]
    assert len(last_words(tmp_path, "7", count=1)) == 1
