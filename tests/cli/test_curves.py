"""Tests of layer sweeps on the command line: the curve in place of a mean over it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Command, World
from tests.sentence_encoders import MODULES, write_sentence_encoder


@pytest.fixture(name="store")
def _store(world: World, tmp_path: Path) -> Path:
    """A copy of the world's store, to add studies to."""
    return Path(shutil.copytree(world.store, tmp_path / "store"))


def lines(text: str, title: str) -> list[list[str]]:
    """The cells of the table below ``title``."""
    below = text.partition(title)[2].partition("\n\n")[0].strip().splitlines()
    return [line.split() for line in below]


def test_a_sweep_prints_its_curve(command: Command, world: World, store: Path) -> None:
    """Layers below each other, arms beside each other, means over languages and seeds, none over layers."""
    words = (
        "run",
        world.study,
        "--data-dir",
        world.data,
        "--store",
        store,
        "--workers",
        "0",
        "-o",
        'targets=[{"task": "tatoeba", "layers": "all"}]',
    )
    ended = command(*words, "-o", "study=sweep")
    assert ended.code == 0, ended.err
    rows = pd.DataFrame(command("results", "sweep", "--store", store, "--json").json["rows"])
    accuracy = rows[rows["metric"] == "accuracy"]
    means = accuracy.groupby(["layer", "intermediate"])["value"].mean()
    title = "tatoeba, tiny: accuracy by layer (0: embeddings), mean over languages and seeds"
    head, *body = lines(ended.out, title)
    assert head == ["layer", "none", "commonsenseqa"]
    assert body == [
        [str(layer), f"{means[layer, 'none']:.2f}", f"{means[layer, 'commonsenseqa']:.2f}"]
        for layer in (0, 1, 2)
    ]
    assert "Mean over languages and seeds (0 to 100)" not in ended.out
    assert "Gain over" not in ended.out


@pytest.mark.slow
def test_the_curve_of_mining_is_that_of_dev(command: Command, world: World, store: Path) -> None:
    """Scores of the chosen layer as ever, and the dev curve it was chosen on."""
    target = '{"task": "pocket-mining", "layers": "all", "languages": ["de"]}'
    ended = command(
        "run",
        world.study,
        "--data-dir",
        world.data,
        "--store",
        store,
        "--workers",
        "0",
        "-o",
        f"targets=[{target}]",
        "-o",
        "study=mined",
    )
    assert ended.code == 0, ended.err
    head, *body = lines(
        ended.out, "pocket-mining, tiny: dev F1 by layer (0: embeddings), mean over languages and seeds"
    )
    assert head == ["layer", "none", "commonsenseqa"]
    assert [row[0] for row in body] == ["0", "1", "2"]
    assert "Mean over languages and seeds (0 to 100)" in ended.out


@pytest.mark.slow
def test_evaluate_a_sentence_encoder(command: Command, world: World, store: Path, tmp_path: Path) -> None:
    """By its own pipeline, with a caveat; a prefix changes what it reads."""
    modules = (*MODULES[:2], MODULES[3])
    folder = write_sentence_encoder(tmp_path / "e", modules, {"pooling_mode": "mean"})
    words = ("evaluate", folder, "--target", "tatoeba", "--data-dir", world.data, "--store", store)
    ended = command(*words)
    assert ended.code == 0, ended.err
    assert "sentence-encoder: a sentence encoder" in ended.out
    rows = pd.DataFrame(command(*words, "--json").json["rows"])
    assert (set(rows["pooling"]), set(rows["layer"])) == ({"own"}, {2})
    prefixed = pd.DataFrame(command(*words, "--prefix", "query: ", "--json").json["rows"])
    assert set(prefixed["step"]).isdisjoint(rows["step"])
