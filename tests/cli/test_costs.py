"""Tests of ``plan``: what it says of steps that are to be done, and of what is not on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from stiltwalk.cli import costs, disk_room
from tests.cli.conftest import Command, World
from tests.worlds import write_study

LARGE: Mapping[str, Any] = {
    "study": "large",
    "encoders": ["facebook/xlm-roberta-xl"],
    "intermediate": ["mnli"],
    "targets": ["xnli"],
    "seeds": [1, 2],
    "recipe": {"name": "released", "target": {"epochs": 1}},
    "execution": {"precision": "bf16"},
}


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str | Path, ...]:
    """The command on a study of 3.5 B parameters, whose data and weights are nowhere."""
    monkeypatch.setattr("stiltwalk.engine.encoder_sizes.try_to_load_from_cache", lambda *a, **k: None)
    (tmp_path / "large.yaml").write_text(yaml.safe_dump(dict(LARGE)))
    return "plan", tmp_path / "large.yaml", "--store", tmp_path / "store"


def test_a_finished_study(command: Command, world: World) -> None:
    """Nothing is left to be done."""
    ended = command("plan", world.study, *world.places)
    assert ended.code == 0
    totals = command("plan", world.study, *world.places, "--json").json["totals"]
    assert (totals["to_do"], totals["hours"], totals["tokens"]) == (0, 0, 0)
    assert totals["steps"] == totals["cached"]
    assert f"{totals['steps']} steps ({totals['steps']} cached) fill 8 cells" in ended.out


def test_what_is_left_is_timed_by_what_is_finished(command: Command, world: World) -> None:
    """Another epoch: trainings are done anew, and their speed is that of those that are finished."""
    words = ("plan", world.study, *world.places, "-o", "recipe.target.epochs=2")
    found = command(*words, "--json").json
    left = [step for step in found["steps"] if step["state"] == "to do"]
    assert {step["kind"] for step in left} == {"target", "predict"}
    assert all(step["seconds"] > 0 and step["flops"] > 0 for step in left)
    assert {step["speed"] for step in left if step["kind"] == "target"} == {"2 finished intermediate step(s)"}
    assert found["totals"]["hours"] == pytest.approx(sum(step["seconds"] for step in left) / 3600)
    out = command(*words).out
    assert "Longest chain: " in out
    assert "2 finished intermediate step(s)" in out


def test_models_that_are_let_go(command: Command, large: tuple[str | Path, ...]) -> None:
    """What a study does not keep is left out of its disk, and said."""
    every = command(*large, "--json").json["totals"]
    some = command(*large, "--json", "-o", "keep=intermediate").json["totals"]
    assert every["passing_bytes"] == 0
    assert some["passing_bytes"] > every["disk_bytes"] / 4
    assert some["disk_bytes"] + some["passing_bytes"] == every["disk_bytes"]
    out = " ".join(command(*large, "-o", "keep=intermediate").out.split())
    assert (
        "Of 4 trainings the models go once they were read (keep: intermediate): "
        f"{some['passing_bytes'] / 1e9:,.2f} GB that are not among those above"
    ) in out


def test_a_disk_that_is_too_small(
    command: Command, large: tuple[str | Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything starts it is said what would fit; where there is room nothing is."""
    monkeypatch.setattr(disk_room, "_free", lambda store: 10**15)
    assert "that are free at" not in command(*large).out
    monkeypatch.setattr(disk_room, "_free", lambda store: 40 * 10**9)
    every = command(*large, "--json").json["totals"]["disk_bytes"]
    left = {
        keep: command(*large, "--json", "-o", f"keep={keep}").json["totals"]["disk_bytes"]
        for keep in ("intermediate", "encoders")
    }
    assert every > 40 * 10**9 > left["intermediate"] > left["encoders"] > 0
    out = " ".join(command(*large).out.split())
    assert f"{every / 1e9:,.2f} GB are more than the 40.00 GB that are free at " in out
    assert (
        f": -o keep=intermediate leaves {left['intermediate'] / 1e9:,.2f} GB, "
        f"-o keep=encoders leaves {left['encoders'] / 1e9:,.2f} GB."
    ) in out
    monkeypatch.setattr(disk_room, "_free", lambda store: 10**7)
    for keep, ways in (("intermediate", ["-o keep=encoders leaves"]), ("encoders", [])):
        out = " ".join(command(*large, "-o", f"keep={keep}").out.split())
        assert "are more than the 0.01 GB that are free at" in out
        assert [way for way in ("-o keep=intermediate", "-o keep=encoders leaves") if way in out] == ways


def test_without_data_and_weights(command: Command, large: tuple[str | Path, ...]) -> None:
    """What is not here is named, and the rest is planned with published counts."""
    ended = command(*large)
    assert ended.code == 0
    assert "Not on this machine: 17 sets of examples of 2 task(s) (mnli, xnli); encoders xlm-roberta-xl" in (
        " ".join(ended.out.split())
    )
    assert "keys are provisional, and 'run' will ask for what is missing" in ended.out
    assert "step(s) without hours: measure this machine with --probe, or name a card with --card" in ended.out
    assert "assumed from typical lengths of the task" in ended.out
    refused = command("run", *large[1:])
    assert refused.code == 2
    assert "Not on this machine" not in refused.out


def test_hours_and_money(command: Command, large: tuple[str | Path, ...]) -> None:
    """On a named card, by a share of what it promises, and so much an hour."""
    some = command(*large, "--card", "H100", "--price", "2", "--json").json["totals"]
    assert some["cost"] == pytest.approx(2 * some["hours"])
    more = command(*large, "--card", "H100", "--share", "0.6", "--json").json["totals"]
    assert some["hours"] == pytest.approx(2 * more["hours"], rel=0.05)
    assert some["seconds_with_workers"]["1"] == pytest.approx(3600 * some["hours"])
    assert some["critical_path_seconds"] <= some["seconds_with_workers"]["8"]
    ended = command(*large, "--card", "h100", "--price", "2", "--workers", "4")
    assert f"GPU hours, {some['cost']:,.2f} at 2 an hour" in ended.out
    assert " with 4 worker(s)" in ended.out
    assert "30 % of H100" in ended.out


def test_a_card_that_is_too_small(command: Command, large: tuple[str | Path, ...]) -> None:
    """3.5 B parameters with their moments are 56 GB."""
    assert (
        "step(s) need more memory than the 24 GB of L4: see --memory" in command(*large, "--card", "L4").out
    )
    assert "need more memory" not in command(*large, "--card", "H200").out


def test_single_steps_are_listed_where_they_are_few(
    command: Command, large: tuple[str | Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or where they are asked for."""
    assert "intermediate mnli, seed 1" in command(*large).out
    monkeypatch.setattr(costs, "FEW_STEPS", 3)
    assert "intermediate mnli, seed 1" not in command(*large).out
    assert "intermediate mnli, seed 1" in command(*large, "--steps").out


def test_two_studies(command: Command, world: World, tmp_path: Path) -> None:
    """What both need is done once; the rest is each one's own."""
    other = write_study(tmp_path / "other.yaml", {"study": "other", "targets": ["udpos"], "seeds": [1, 2, 3]})
    words = ("plan", world.study, *world.places, "--against", other)
    rows = {row["in"]: row for row in command(*words, "--json").json["rows"]}
    assert list(rows) == ["both", "only tiny-world", "only other"]
    assert rows["both"]["steps"] + rows["only other"]["steps"] == 1 + 3 * 5
    assert rows["both"]["cached"] == rows["both"]["steps"]
    assert rows["only other"]["cached"] == 0
    ended = command(*words)
    assert "tiny-world against other" in ended.out
    assert "steps are done once for both in one store" in ended.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--share", "0.5"], "--share is of what a card promises. Name one with --card"),
        (["--card", "H100", "--probe"], "--probe measures this machine, --card stands for another"),
        (["--card", "H1000"], "there is no such card. Did you mean 'H100'?"),
        (["--against", "demmo"], "Did you mean 'demo'?"),
    ],
)
def test_bad_input(command: Command, large: tuple[str | Path, ...], words: list[str], said: str) -> None:
    """Said in one line, with the cure."""
    ended = command(*large, *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in " ".join(ended.err.split())
