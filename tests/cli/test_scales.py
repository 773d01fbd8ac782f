"""Tests of ``--scale``: every command that takes a study takes it at a scale, and finds it again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import stiltwalk
from tests.cli.conftest import Command

TEXT = """
study: sized
encoders: [pocket-xs]
intermediate: [{task: pocket-ner, training: {epochs: 1}}]
targets: [{task: pocket-retrieval, languages: [de]}]
seeds: 1
recipe: pocket
axes: {examples: [8, 16], layers: [0, 2]}
analysis: saturation
scales:
  small: {}
  large: {encoders: [pocket-xs, pocket-s], seeds: 2, analysis: {margin: 0.5}}
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study file of two scales, and a store with the first of them carried out."""
    folder = tmp_path_factory.mktemp("scales")
    (folder / "sized.yaml").write_text(TEXT)
    stiltwalk.run(folder / "sized.yaml", store=folder / "store", workers=0)
    return folder


def test_plan_at_a_scale(command: Command, ran: Path) -> None:
    """The first scale is the default; another has its own encoders, seeds and analysis."""
    places = (ran / "sized.yaml", "--store", ran / "store")
    first, other = command("plan", *places), command("plan", *places, "--scale", "large")
    assert "fill 3 cells: 1 encoder(s) × 3 arms × 1 seed(s) × 1 target(s)" in first.out
    assert "fill 12 cells: 2 encoder(s) × 3 arms × 2 seed(s) × 1 target(s)" in other.out
    assert "saturation, margin 0.3 points, confidence 95 %" in first.out
    assert "saturation, margin 0.5 points, confidence 95 %" in other.out


def test_results_of_a_scale(command: Command, ran: Path) -> None:
    """The rows are found by the file, by the name with its scale, and by both apart."""
    store = ("--store", ran / "store", "--json")
    rows = command("results", ran / "sized.yaml", *store).json["rows"]
    assert set(pd.DataFrame(rows)["intermediate"]) == {"none", "pocket-ner-n8", "pocket-ner-n16"}
    assert set(pd.DataFrame(rows)["layer"]) == {0, 2}
    for words in (
        ("sized-small",),
        ("sized", "--scale", "small"),
        ("sized-small", "--scale", "small"),
        (ran / "sized.yaml", "--scale", "small"),
    ):
        assert command("results", *words, *store).json["rows"] == rows
    frame = stiltwalk.results("sized", scale="small", store=ran / "store")
    assert len(frame) == len(rows)


def test_status_at_a_scale(command: Command, ran: Path) -> None:
    """The steps of the scale that was run are done."""
    ended = command("status", "sized", "--scale", "small", "--store", ran / "store", "--json")
    assert {row["state"] for row in ended.json["rows"]} == {"done"}


def test_run_again_at_the_same_scale(command: Command, ran: Path) -> None:
    """A finished scale has nothing left to do, from the file or from the store."""
    for words in ((ran / "sized.yaml",), ("sized", "--scale", "small")):
        ended = command("run", *words, "--store", ran / "store", "--workers", "0")
        assert ended.code == 0, ended.err
        assert "to do" not in ended.err


def test_memory_at_a_scale(command: Command, ran: Path) -> None:
    """``plan --memory`` prints the encoders of that scale."""
    words = ("plan", ran / "sized.yaml", "--memory", "--json", "--store", ran / "store")
    rows = command(*words, "--scale", "large").json["rows"]
    assert {row["encoder"] for row in rows} == {"pocket-xs", "pocket-s"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("plan", "sized.yaml", "--scale", "larg"),
            "no scale of {0}/sized.yaml called 'larg'. Did you mean 'large'? There is: large, small.",
        ),
        (("plan", "sized.yaml", "-o", "axes.exmaples=[1]"), "no axis 'exmaples'. Did you mean 'examples'?"),
        (("plan", "demo", "--scale", "full"), "demo.yaml has no scales, so there is no 'full'."),
        (("results", "sized", "--scale", "large"), "called 'sized-large'. Did you mean 'sized-small'?"),
        (("results", "sized-small", "--scale", "large"), "'sized-small' is a study at scale 'small' already"),
        (("status", "--scale", "large"), "--scale large is of which study? Name it, or leave --scale out."),
        (("run", "sized", "--scale", "big"), "called 'sized-big'."),
        (("submission", "sized", "--scale", "big"), "called 'sized-big'. Did you mean 'sized-small'?"),
        (
            ("run", "sized", "--scale", "small", "-o", "axes.examples=[4]"),
            "arm 'pocket-ner-n8' lies at examples 8, where the axes have 4.",
        ),
    ],
)
def test_a_scale_that_is_not_there(command: Command, ran: Path, words: tuple[str, ...], message: str) -> None:
    """An unknown scale, or one of a study without any, is the user's mistake."""
    given = [ran / word if word.endswith(".yaml") else word for word in words]
    ended = command(*given, "--store", ran / "store")
    assert ended.code == 2
    assert message.format(ran) in ended.err
    assert "Traceback" not in ended.err
