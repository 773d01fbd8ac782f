"""Tests of ``run --engine slurm`` as a user types it; real clusters are in ``tests/cluster``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Command, World
from tests.worlds import write_study


@pytest.fixture
def unfinished(world: World, tmp_path: Path) -> World:
    """The tiny world with a study that has steps to do."""
    changes = {"study": "more", "targets": ["udpos"], "seeds": [7]}
    return world._replace(study=write_study(tmp_path / "more.yaml", changes), store=tmp_path / "store")


def test_a_machine_without_slurm(
    command: Command, unfinished: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, exit code 2: what is missing, where to go, what works here."""
    monkeypatch.setenv("PATH", "/nowhere")
    ended = command("run", unfinished.study, *unfinished.places, "--engine", "slurm")
    assert ended.code == 2
    assert re.search(
        r"There is no sbatch on .* login node of the cluster.* --dry-run", " ".join(ended.err.split())
    )
    assert "Traceback" not in ended.err


def test_a_dry_run_needs_no_slurm(
    command: Command, unfinished: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script goes to standard output, and a limit of hours is one, not a number in base sixty."""
    pytest.importorskip("submitit", reason="the extra 'slurm' is not installed")
    monkeypatch.setenv("PATH", "/nowhere")
    words = ("--engine", "slurm", "--workers", "3", "-e", "time=1:30:00", "-e", "partition=long", "--dry-run")
    ended = command("run", unfinished.study, *unfinished.places, *words)
    assert ended.code == 0, ended.err
    assert ended.out.startswith("#!/bin/bash\n")
    for line in ("array=0-2%3", "time=90", "partition=long", "job-name=stiltwalk-more", "requeue"):
        assert f"#SBATCH --{line}\n" in ended.out
    assert not unfinished.store.with_name(f"{unfinished.store.name}.slurm").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("-e", "partion=long"),
            r"no option -e of the engine 'slurm' 'partion'\. Did you mean 'partition'\?",
        ),
        (("-e", "time=soon"), r"time: expected minutes, or \[D-\]H:MM\[:SS\] such as 4:00:00, found 'soon'"),
        (("-e", "extra={mem: 4G}"), r"extra\.mem is an option of its own: -e memory="),
        (("--workers", "0"), r"--workers 0 .* the engine 'slurm' cannot"),
    ],
)
def test_mistakes(command: Command, unfinished: World, words: tuple[str, ...], message: str) -> None:
    """Each is named with its cure, with exit code 2 and no traceback."""
    ended = command("run", unfinished.study, *unfinished.places, "--engine", "slurm", *words)
    assert ended.code == 2
    assert re.search(message, " ".join(ended.err.split())), ended.err
    assert "Traceback" not in ended.err
