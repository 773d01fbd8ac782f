"""Tests of engine.slurm_script: what workers ask of a cluster, by the options and by the study."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.engine.engine_options import SlurmOptions, choose_engine
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.slurm_script import DEFAULT_WORKERS, array_folder, asked_for, dry_run_text, worker_count
from stiltwalk.spec.errors import StudyError, UnknownNameError, UserError
from tests.compute.fakes import encoder_folder
from tests.worlds import finish, prepared_study, write_world

TAGGING = {"targets": ["udpos"], "intermediate": []}


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """A planned study of three steps."""
    return prepared_study(write_world(tmp_path / "data"), tmp_path / "store", TAGGING)


@pytest.fixture
def shared(tmp_path: Path) -> Prepared:
    """A study each of whose trainings has three processes with two threads each."""
    given = {"name": "given", "source": str(encoder_folder(tmp_path / "encoder"))}
    changes = TAGGING | {"encoders": [given], "execution": {"processes": 3, "threads": 2}}
    return prepared_study(write_world(tmp_path / "data"), tmp_path / "store", changes)


def options(**given: Any) -> SlurmOptions:
    """As read from the command line."""
    found = choose_engine("slurm", given).options
    assert isinstance(found, SlurmOptions)
    return found


@pytest.mark.parametrize(
    ("given", "minutes"),
    [(90, 90), ("90", 90), ("1:30", 90), ("1:30:00", 90), ("1:30:01", 91), ("2-00:00:00", 2880)],
)
def test_times(given: object, minutes: int) -> None:
    """Minutes, or hours and what goes with them; a part of a minute counts as a whole one."""
    assert options(time=given).time == minutes


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"time": "soon"}, r"expected minutes, or \[D-\]H:MM\[:SS\] such as 4:00:00, found 'soon'"),
        ({"time": "1:75"}, "found '1:75'"),
        ({"time": 0}, "time: expected at least 1, found 0"),
        ({"time": 2}, "stop 120 seconds before their limit, which is after 120 seconds; .* signal below 120"),
        ({"extra": {"mem": "4G"}}, "extra.mem is an option of its own: -e memory="),
        ({"extra": {"array": "0-9"}}, "extra.array follows from --workers"),
        ({"extra": {"requeue": False}}, "extra.requeue is decided by stiltwalk"),
        ({"extra": {"--nice": 1}}, "extra.--nice: expected an option of sbatch by its long name"),
        ({"memory": 0}, "memory: expected more than 0, found 0"),
    ],
)
def test_options_that_cannot_be(given: dict[str, Any], message: str) -> None:
    """Each is named with what was expected."""
    with pytest.raises(StudyError, match=message):
        options(**given)


def test_an_unknown_option() -> None:
    """The nearest is suggested."""
    with pytest.raises(UnknownNameError, match=r"'partion'\. Did you mean 'partition'\?"):
        options(partion="main")


def test_what_is_asked_for(prepared: Prepared) -> None:
    """Every option in submitit's words; memory in mebibytes: 2·10^9 / 2^20 = 1907.3, rounded up."""
    given = options(
        partition="long", account="us", qos="low", constraint="a100", time="1:00", signal=60, cpus=3, gpus=2
    ).replace({"memory": 2, "parallel": 5, "setup": "module load x", "extra": {"nice": 1, "exclusive": True}})
    assert asked_for(prepared, given) == {
        "job_name": "stiltwalk-tiny-world",
        "partition": "long",
        "account": "us",
        "qos": "low",
        "constraint": "a100",
        "time": 60,
        "nodes": 1,
        "ntasks_per_node": 1,
        "cpus_per_task": 3,
        "gpus_per_node": 2,
        "setup": ["module load x"],
        "signal_delay_s": 60,
        "array_parallelism": 5,
        "additional_parameters": {"requeue": True, "mem": "1908M", "nice": 1, "exclusive": True},
        "srun_args": ["--cpus-per-task=3"],
        "wckey": None,
    }


def test_a_worker_has_the_cores_of_a_step(prepared: Prepared, shared: Prepared) -> None:
    """Threads x processes, where nothing is said; no GPU, and the cluster's memory."""
    assert asked_for(prepared, options())["cpus_per_task"] == 1
    asked = asked_for(shared, options())
    assert (asked["cpus_per_task"], asked["srun_args"]) == (6, ["--cpus-per-task=6"])
    assert "gpus_per_node" not in asked
    assert asked["additional_parameters"] == {"requeue": True}
    assert asked_for(shared, options(gpus=3))["gpus_per_node"] == 3


def test_processes_that_do_not_fit(shared: Prepared) -> None:
    """Too few GPUs or cores for the processes of one step are refused, with what to ask for."""
    with pytest.raises(UserError, match=r"3 processes, each with a GPU .*gpus=2 .* Ask for -e gpus=3"):
        asked_for(shared, options(gpus=2))
    with pytest.raises(UserError, match=r"3 processes, and -e cpus=2 .* -e cpus=3 or more"):
        asked_for(shared, options(cpus=2))


def test_memory_that_does_not_suffice(prepared: Prepared) -> None:
    """The first step that would not fit is named; finished ones need nothing, GPUs are not judged."""
    small = options(memory=0.1)
    with pytest.raises(
        UserError, match=r"'pretrain tiny' is expected to need 0\.\d GB .* Ask for -e memory=1 "
    ):
        asked_for(prepared, small)
    assert asked_for(prepared, options(memory=0.1, gpus=1))
    assert asked_for(prepared, options(memory=3))
    finish(prepared)
    assert asked_for(prepared, small)


def test_no_more_workers_than_steps() -> None:
    """Where no number is given there are a few."""
    assert worker_count(None, 100) == DEFAULT_WORKERS
    assert worker_count(None, 2) == 2
    assert worker_count(16, 5) == 5


def test_the_folder_is_beside_the_store(prepared: Prepared, tmp_path: Path) -> None:
    """Unless another is named; pickles never lie in the store."""
    assert array_folder(prepared.place.store, "s", options()) == tmp_path / "store.slurm" / "s"
    assert array_folder(prepared.place.store, "s", options(folder=str(tmp_path))) == tmp_path / "s"


def test_the_script(prepared: Prepared, tmp_path: Path) -> None:
    """An array that is requeued, told ahead of its limit, and appends to its output; nothing is written."""
    pytest.importorskip("submitit", reason="the extra 'slurm' is not installed")
    before = sorted(tmp_path.rglob("*"))
    text = dry_run_text(prepared, options(time="2:00", setup="module load x"), 2)
    assert text.startswith("#!/bin/bash\n")
    for line in ("array=0-1%2", "time=120", "signal=USR2@120", "requeue", "open-mode=append", "nodes=1"):
        assert f"#SBATCH --{line}\n" in text
    assert "\nmodule load x\n" in text
    assert text.endswith(f"{sys.executable} -u -m submitit.core._submit {tmp_path}/store.slurm/tiny-world\n")
    assert sorted(tmp_path.rglob("*")) == before
    assert "#SBATCH --array" not in dry_run_text(prepared, options(), 1)


def test_without_submitit(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says how it is installed."""
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(
        UserError, match=r"engine 'slurm' needs .* submitit.*pip install 'stiltwalk\[slurm\]'"
    ):
        dry_run_text(prepared, options())
