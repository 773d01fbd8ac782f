"""Tests of measurements on the command line: planned, run, printed, and what must be known beside them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.cli import show
from tests.cli.conftest import Command, Ended, World

ASKED = '{"batches": [1, 2], "lengths": [8, 999], "repeats": 3, "int8": false}'
COST = "Every arm of an encoder has the same cost: training changes no shapes"


@pytest.fixture(name="store")
def _store(world: World, tmp_path: Path) -> Path:
    """A copy of the world's store, to measure in."""
    return Path(shutil.copytree(world.store, tmp_path / "store"))


@pytest.fixture(name="measure")
def _measure(command: Command, world: World, store: Path) -> Callable[..., Ended]:
    """Runs commands on the tiny study, which measures, in a store of its own."""

    def run(verb: str, *words: str) -> Ended:
        if verb in {"results", "status"}:
            return command(verb, "tiny-world", "--store", store, *words)
        places = ("--data-dir", world.data, "--store", store, "-o", f"measure={ASKED}")
        here = ("--workers", "0") if verb == "run" else ()  # in this process
        ended = command(verb, world.study, *places, *here, *words)
        assert ended.code == 0, ended.err
        return ended

    return run


def flat(text: str) -> str:
    """Without line ends, which depend on the width of a terminal."""
    return " ".join(text.split())


def measured_step(store: Path) -> Path:
    """The record of the one measurement in ``store``."""
    paths = store.glob("steps/*/*/step.json")
    (path,) = (path for path in paths if json.loads(path.read_text())["step"]["kind"] == "measure")
    return path


def test_a_measured_study(measure: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    """Planned as one step; run once; shown as tables with the sentence on constant cost."""
    monkeypatch.setattr(show.console, "_width", 240)
    assert "to do measure tiny" in flat(measure("plan").out)
    printed = flat(measure("run").out)
    assert COST in printed
    assert "Inference (ms: of the smallest batch; ×n: sequences/s in batches of n)" in printed
    assert "999 (clipped to 128)" in printed
    assert "Fewer than 30 repeats: a try-out, not for publication." in printed
    assert "int8 is not measured: not asked for." in printed
    assert "3 runs each after 3 discarded" in printed
    assert "Score over cost in fp32" in printed
    assert "measure tiny" in measure("status").out
    assert "cached" in next(line for line in measure("plan").out.splitlines() if "measure tiny" in line)
    again = measure("results")
    assert COST in flat(again.out)


def test_for_programs(measure: Callable[..., Ended]) -> None:
    """One object: the rows as ever, what was measured, and scores over that, the same for all arms."""
    found: dict[str, Any] = measure("run", "--json").json
    assert set(found) == {"rows", "gains", "averages", "inference", "efficiency"}
    inference = found["inference"]
    fp32 = [row for row in inference if row["precision"] == "fp32"]
    assert [(row["encoder"], row["length"], row["tokens"], row["batch"]) for row in fp32] == [
        ("tiny", 8, 8, 1),
        ("tiny", 8, 8, 2),
        ("tiny", 999, 128, 1),
        ("tiny", 999, 128, 2),
    ]
    assert all(row["parameters"] > row["encoder_parameters"] > 0 for row in inference)
    scores = {(row["intermediate"], row["target"], row["length"]): row for row in found["efficiency"]}
    assert set(scores) == {
        (arm, target, length)
        for arm in ("none", "commonsenseqa")
        for target in ("udpos", "tatoeba")
        for length in (8, 999)
    }
    f1 = [row["value"] for row in found["rows"] if (row["target"], row["metric"]) == ("udpos", "f1")]
    assert len(f1) > 2
    for (arm, target, length), row in scores.items():
        own = [
            each["value"]
            for each in found["rows"]
            if (each["target"], each["intermediate"], each["metric"]) == (target, arm, row["metric"])
        ]
        (cost,) = (each for each in fp32 if (each["length"], each["batch"]) == (length, 1))
        assert row["value"] == pytest.approx(sum(own) / len(own))
        assert row["per_gflop"] == pytest.approx(1e9 * row["value"] / cost["flops_per_sequence"])
        assert row["per_ms"] == pytest.approx(row["value"] / cost["p50_ms"])
    assert measure("results", "--json").json == found


def test_without_a_measurement_nothing_is_said(command: Command, world: World) -> None:
    """A study that asks for none has the same output as ever."""
    assert set(command("run", world.study, *world.places, "--json").json) == {"rows", "gains", "averages"}
    assert "Inference" not in command("results", "tiny-world", "--store", world.store).out


@pytest.mark.parametrize(("load", "said"), [(0.04, False), (0.31, True)])
def test_company_is_said(measure: Callable[..., Ended], store: Path, load: float, said: bool) -> None:
    """Where others kept more than 5 % of the cores busy, the figures are not to be relied on."""
    measure("run")
    path = measured_step(store)
    record = json.loads(path.read_text())
    record["facts"]["other_load"] = load
    path.write_text(json.dumps(record))
    printed = flat(measure("results").out)
    assert ("tiny: other programs kept 31 % of this machine's cores busy meanwhile" in printed) == said


def test_a_mistake_is_refused_before_anything_runs(command: Command, world: World) -> None:
    """Exit code 2, what was expected and what was found, no traceback."""
    ended = command("plan", world.study, *world.places, "-o", "measure.lengths=[0]")
    assert ended.code == 2
    assert "measure.lengths: expected different whole numbers of 1 or more, such as [128, 384]" in ended.err
    assert "Traceback" not in ended.err


def test_what_did_not_fit_is_said(measure: Callable[..., Ended], store: Path) -> None:
    """In the place of its figures; where no batch fitted, there is no score over milliseconds."""
    measure("run")
    path = measured_step(store)
    record = json.loads(path.read_text())
    figures = ("p50_ms", "p95_ms", "sequences_per_second", "peak_memory_bytes", "joules_per_sequence")
    for row in record["facts"]["rows"]:
        row.update(dict.fromkeys(figures) | {"note": "out of memory", "flops_per_sequence": None})
    path.write_text(json.dumps(record))
    assert flat(measure("results").out).count("out of memory") == len(record["facts"]["rows"])
    found = measure("results", "--json").json
    assert {(row["per_ms"], row["per_gflop"]) for row in found["efficiency"]} == {(None, None)}


def test_what_is_not_measured_yet_is_not_shown(measure: Callable[..., Ended], store: Path) -> None:
    """Of a study whose measurement is still to come there are the scores, and nothing else."""
    measure("run")
    shutil.rmtree(measured_step(store).parent)
    assert "Inference" not in measure("results").out
    found = measure("results", "--json").json
    assert found["rows"]
    assert (found["inference"], found["efficiency"]) == ([], [])
