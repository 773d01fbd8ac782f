"""Tests of evaluating one model."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.conftest import Command, World


def test_a_finished_step_scores_as_in_its_study(command: Command, world: World, tmp_path: Path) -> None:
    """The key of a trained step gives the very rows that its study has."""
    store = shutil.copytree(world.store, tmp_path / "store")
    places = ("--data-dir", world.data, "--store", store)
    steps = command("plan", world.study, *places, "--json").json["steps"]
    (key,) = [step["key"] for step in steps if step["title"] == "target udpos after commonsenseqa, seed 2"]
    study = command("run", world.study, *places, "--json").json["rows"]
    ended = command("evaluate", key, "--target", "udpos", "--recipe", "pocket", *places, "--json")
    assert ended.code == 0, ended.err
    expected = {
        (row["language"], row["metric"]): row["value"]
        for row in study
        if (row["target"], row["intermediate"], row["seed"]) == ("udpos", "commonsenseqa", 2)
    }
    found = {(row["language"], row["metric"]): row["value"] for row in ended.json["rows"]}
    assert found == expected


def test_an_encoder_has_no_head(command: Command, world: World, tmp_path: Path) -> None:
    """A mere encoder does retrieval; asked for tags it says which heads it has."""
    store = shutil.copytree(world.store, tmp_path / "store")
    places = ("--data-dir", world.data, "--store", store, "--workers", "0")
    made = command("encoders", "--store", store, "--json").json["rows"][-1]["name"]
    assert command("evaluate", made, "--target", "tatoeba", *places).code == 0
    ended = command("evaluate", made, "--target", "udpos", *places)
    assert ended.code == 1
    assert "has no head for token-classification. It has: masked-lm" in ended.err
