"""Tests of ``studies``: what comes along, what was run, and files to go on from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from stiltwalk.cli import named
from stiltwalk.spec.study_files import read_study
from stiltwalk.spec.study_schema import study_schema
from stiltwalk.store.store import open_store
from tests.cli.conftest import Command, World


def test_every_preset_is_listed(command: Command, world: World) -> None:
    """By name, with scales and question; what was run stands below."""
    command("run", world.study, *world.places)
    listed = command("studies", "--store", world.store, "--json").json
    assert {row["study"] for row in listed["presets"]} == set(named.presets())
    assert all(row["question"] for row in listed["presets"])
    (kept,) = (row for row in listed["kept"] if row["study"] == "tiny-world")
    assert kept["steps"] == len(command("plan", "tiny-world", *world.places, "--json").json["steps"])
    assert kept["scale"] is None
    assert re.fullmatch(r"[0-9a-f]{12}", kept["revision"])
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", kept["run"])
    table = command("studies", "--store", world.store)
    assert "Studies that come along" in table.out
    assert "tiny-world" in table.out.partition("Studies run before")[2]


def test_a_damaged_study_is_listed(command: Command, tmp_path: Path) -> None:
    """One that cannot be read hides no other."""
    store = open_store(tmp_path)
    folder = store.root / "studies" / "broken"
    folder.mkdir(parents=True)
    (folder / "0123456789ab.yaml").write_text("study: [")
    (kept,) = command("studies", "--store", tmp_path, "--json").json["kept"]
    assert (kept["study"], kept["revision"], kept["steps"]) == ("broken", "0123456789ab", None)


def test_a_study_is_printed_as_a_file_that_runs(command: Command, tmp_path: Path) -> None:
    """``studies NAME > my.yaml`` is the same study, with everything that came from elsewhere in it."""
    for name, path in named.presets().items():
        mine = tmp_path / f"{name}.yaml"
        mine.write_text(command("studies", name, "--store", tmp_path / "store").out)
        assert read_study(mine, {}) == read_study(path, {})


def test_axes_are_printed_as_axes(command: Command, tmp_path: Path) -> None:
    """What is printed is what a person would change: values of an axis, not arms that follow from it."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "study: mine\nencoders: [pocket-xs]\nintermediate: [pocket-nli]\ntargets: [pocket-retrieval]\n"
        "recipe: pocket\naxes: {examples: [5, 6]}\nscales: {a: {}, b: {axes: {epochs: [1, 2]}}}\n"
    )
    printed = command("studies", path, "--scale", "b", "--store", tmp_path / "store")
    raw = yaml.safe_load(printed.out)
    assert raw["axes"] == {"epochs": {"values": [1.0, 2.0]}}
    assert raw["intermediate"] == [{"task": "pocket-nli"}]
    assert (raw["study"], raw["scale"]) == ("mine-b", "b")
    assert "scales" not in raw
    assert command("studies", path, "--scale", "b", "--json", "--store", tmp_path / "store").json == raw


def test_a_kept_study_is_printed_as_it_is_kept(command: Command, world: World) -> None:
    """With all defaults filled in."""
    command("run", world.study, *world.places)
    raw = yaml.safe_load(command("studies", "tiny-world", "--store", world.store).out)
    assert raw["execution"]["precision"] == "fp32"
    assert raw["analysis"] == {"decision": "gain", "margin": 0.3, "confidence": 0.95, "looks": 1}


def test_the_schema_is_printed(command: Command) -> None:
    """``--schema`` prints the schema and nothing else."""
    assert json.loads(command("studies", "--schema").out) == study_schema()


def test_what_does_not_go_together(command: Command, tmp_path: Path) -> None:
    """A mistake in what was asked ends with 2, and says the cure."""
    for words, message in (
        (("--schema", "--json"), "--schema prints the schema of every study file: give it alone."),
        (("--scale", "full"), "--scale full is of which study? Name it, or leave --scale out."),
        (("demoo",), "called 'demoo'. Did you mean 'demo'?"),
        (("demo", "--scale", "full"), "demo.yaml has no scales"),
    ):
        ended = command("studies", *words, "--store", tmp_path)
        assert (ended.code, message in ended.err) == (2, True), ended.err
