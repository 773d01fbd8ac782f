"""Tests of how learning rates that were chosen are printed, with what choosing cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.cli.tuned import show_tuned
from stiltwalk.store.store import open_store, read_artifact
from tests.worlds import finish, node, prepared_study, write_study, write_world

from .conftest import Command

CHANGES = {
    "study": "tuned",
    "intermediate": [{"task": "commonsenseqa", "rate": {"rates": [5e-3, 1e-4]}}],
    "targets": ["udpos"],
    "seeds": 2,
    "recipe": {
        "name": "pocket",
        "intermediate": {"batch_size": 8},
        "target": {"batch_size": 8, "epochs": 1},
        "rates": {"target": [2e-2, 1e-5]},
    },
}


def test_a_study_with_chosen_rates(
    tmp_path: Path, command: Command, capfd: pytest.CaptureFixture[str]
) -> None:
    """Planned, nothing is printed of choices; run, each has a line, and arms a second figure of cost."""
    data, store = write_world(tmp_path / "data"), tmp_path / "store"
    study = write_study(tmp_path / "study.yaml", CHANGES)
    places = ("--store", store, "--data-dir", data)
    planned = command("plan", study, *places)
    assert planned.code == 0
    for title in (
        "intermediate commonsenseqa at rate 0.005, seed 2",
        "choose the rate of intermediate commonsenseqa",
        "target udpos at rate 1e-05, seed 1",
        "choose the rate of target udpos",
    ):
        assert title in planned.out
    prepared = prepared_study(data, store, CHANGES)
    capfd.readouterr()
    show_tuned(prepared.plan, prepared.place.store)
    assert capfd.readouterr().out == ""

    finish(prepared)
    ended = command("run", study, *places)
    assert ended.code == 0
    choice = read_artifact(
        open_store(store), node(prepared.plan, "choose the rate of intermediate commonsenseqa").key
    )
    low, high = (f"{each['rate']:g}: {each['mean']:.2f}" for each in choice.facts["rates"])
    assert "Learning rates chosen on English dev" in ended.out
    lines = [line for line in ended.out.splitlines() if "intermediate commonsenseqa" in line]
    (line,) = (each for each in lines if low in each)
    assert high in line
    assert f" {choice.facts['rate']:g} " in line
    assert f" {choice.facts['tokens']} " in line
    assert "with trials" in ended.out
    spent = ended.out[ended.out.index("What the arms spent") :].splitlines()[2]
    assert f"{choice.facts['flops'] / 2:.2e}" in spent  # of two seeds

    status = command("status", "tuned", "--store", store, "--json").json["rows"]
    said = {row["title"]: row["spent"] for row in status}["choose the rate of intermediate commonsenseqa"]
    assert (said["rate"], said["trials"]) == (choice.facts["rate"], 4)


def test_rates_that_cannot_be_chosen_are_a_mistake_of_the_study(tmp_path: Path, command: Command) -> None:
    """Exit code 2, a sentence, no traceback."""
    data = write_world(tmp_path / "data")
    study = write_study(tmp_path / "study.yaml", CHANGES)
    places = ("--store", tmp_path / "store", "--data-dir", data)
    ended = command("plan", study, *places, "-o", "recipe.target.learning_rate=1e-5")
    assert ended.code == 2
    assert "recipe.rates.target and recipe.target.learning_rate both say" in ended.err
    ended = command("plan", study, *places, "-o", "recipe.rates.target=[1e-5]")
    assert ended.code == 2
    assert "expected two or more different learning rates above 0" in ended.err
    ended = command("plan", study, *places, "-o", "recipe.target.batch_size=1000")
    assert ended.code == 2
    assert "batch_size is 1000, but 'udpos' has 48 to train on" in ended.err
    assert "Traceback" not in ended.err
