"""Tests of the benchmark of scale: its made-up study is what a run would leave, and the commands read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import scale
from benchmarks.scale_cases import ROWS, STORE, made_up, planned
from stiltwalk.store.index import open_index
from stiltwalk.store.store import open_store
from stiltwalk.store.studies import read_kept_study
from stiltwalk.store.verification import verify_rest, verify_steps
from tests.cli.conftest import Command, command

__all__ = ["command"]  # the fixture of the command line


def test_a_made_up_study(tmp_path: Path, command: Command) -> None:
    """Its steps verify, are all known to the index, and their rows are printed like those of any study."""
    scale._write_study(tmp_path, 1)
    (tmp_path / ROWS).write_text(json.dumps({"rows": 3}))
    plan, made = planned(tmp_path), made_up(tmp_path)
    assert made == {"steps": plan["steps"], "rows": 3 * plan["cells"] - _shared(tmp_path)}
    store = open_store(tmp_path / STORE)
    kept = read_kept_study(store, "scale").plan
    assert [*verify_steps(store, kept.nodes), *verify_rest(store)] == []
    assert len(open_index(store).fresh) == plan["steps"]
    arm = command("results", "scale", "--arm", "arm-0", "--csv", "--store", store.root)
    assert arm.out.count("\n") == 1 + 3 * len([cell for cell in kept.cells if cell.intermediate == "arm-0"])
    assert command("run", tmp_path / "study.yaml", "--store", store.root).code == 0


def _shared(folder: Path) -> int:
    """Rows of cells that another cell's step fills as well."""
    cells = read_kept_study(open_store(folder / STORE), "scale").plan.cells
    return 3 * (len(cells) - len({cell.key for cell in cells}))


def test_another_seed_adds_so_many_steps(tmp_path: Path) -> None:
    """The sizes asked for are met by counting seeds."""
    counts = []
    for seeds in (1, 2):
        scale._write_study(tmp_path, seeds)
        counts.append(planned(tmp_path)["steps"])
    assert counts[1] - counts[0] == pytest.approx(scale._A_SEED, abs=5)


def test_the_table() -> None:
    """A line for each size, with thousands apart, and one for each count of workers."""
    row = dict.fromkeys(scale._COLUMNS, 1.5) | {"steps": 10_000}
    said = scale._table([row], [{"workers": 2, "ms_a_step": 12.345}]).splitlines()
    assert said[2].startswith("| 10,000 | 1.50 |")
    assert said[3] == "local engine, 2 worker(s): 12.3 ms a step"
