"""Tests of the command claims: what there is, and a finished study held against claims."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Command, World

OWN = """
claims:
  - id: mine
    version: draft
    text: It helps on average.
    source: {paper: Ours, place: Table 1}
    scope: {targets: {udpos: test, tatoeba: test}}
    predicates:
      - {name: direction, kind: mean_gain_above, arm: commonsenseqa, threshold: 0}
      - name: magnitude
        kind: mean_gain_within
        arm: commonsenseqa
        value: 90
        margin: {value: 1, ours: true}
  - id: theirs
    version: draft
    text: Another arm helps.
    source: {paper: Theirs, place: Table 2, recalled: true}
    scope: {encoders: [tiny], targets: {udpos: test}}
    predicates:
      - {name: direction, kind: mean_gain_above, arm: commonsense, threshold: 0}
"""


@pytest.fixture
def kept(command: Command, world: World, tmp_path: Path) -> World:
    """A copy of the finished world in which the study is kept, as `run` keeps it."""
    own = world._replace(store=tmp_path / "kept" / "store")
    shutil.copytree(world.store, own.store)
    assert command("run", own.study, *own.places).code == 0
    return own


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A file of two claims about the tiny study."""
    path = tmp_path / "own.yaml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_which_there_are(command: Command) -> None:
    """All that come along, with version, words, scope and source."""
    ended = command("claims")
    assert ended.code == 0
    words = " ".join(ended.out.split())
    assert "C1 final SQuAD as the intermediate task gains 8.2 points on average." in words
    assert "C11 first" in words
    assert "xlm-roberta-large, xtreme, dev/test, released or" in words
    listed = command("claims", "--json").json["claims"]
    assert [each["id"] for each in listed][:2] == ["C1", "C2"]
    assert listed[0]["scope"]["targets"]["xquad"] == "test"


def test_own_claims_are_listed(command: Command, own: Path) -> None:
    """A file takes the place of those that come along; what is from memory says so."""
    ended = command("claims", "--claims", own)
    assert ended.code == 0
    assert "mine" in ended.out
    assert "C1" not in ended.out
    assert "(from memory)" in ended.out


def test_shipped_claims_are_out_of_scope(command: Command, kept: World) -> None:
    """A tiny encoder decides nothing about a large one."""
    store = kept.places[2:]
    found = command("claims", "tiny-world", "--json", *store).json
    assert found["study"] == "tiny-world"
    assert {each["verdict"] for each in found["claims"]} == {"out of scope"}
    first = found["claims"][0]
    assert "The claim is of xlm-roberta-large, the study of tiny." in first["why"]
    printed = command("claims", "tiny-world", *store)
    assert printed.code == 0
    assert "C1, C2, C3" in printed.out
    assert "Out of scope: rows of something else than the claim is of" in printed.out


def test_own_claims_are_judged(command: Command, kept: World, own: Path) -> None:
    """Each statement has a verdict, a posterior and its number with an interval; rows are counted."""
    store = kept.places[2:]
    mine, theirs = command("claims", "tiny-world", "--claims", own, "--json", *store).json["claims"]
    few = "A claim takes 5 seeds at least; some of its arms have 2."
    assert (mine["claim"], mine["why"], mine["suggests"]) == ("mine", [few], "")
    direction, magnitude = mine["readings"]
    assert magnitude["verdict"] == mine["verdict"] == "not enough evidence"
    assert 0 <= magnitude["posterior"] <= 0.05
    assert direction["numbers"][0]["low"] < direction["numbers"][0]["value"] < direction["numbers"][0]["high"]
    assert mine["rests_on"]["arms"] == ["none", "commonsenseqa"]
    assert mine["rests_on"]["seeds"] == [1, 2]
    assert theirs["verdict"] == "out of scope"
    assert theirs["why"] == [
        "The study has no arm called commonsense (did you mean 'commonsenseqa'?).",
    ]
    printed = " ".join(command("claims", "tiny-world", "--claims", own, *store).out.split())
    assert "mean gain of commonsenseqa within 90 ± 1*" in printed
    assert "Posterior: how probable the statement is" in printed
    assert "theirs: The claim is recalled from memory, not read in its source." in printed
    assert "rehearsal" not in printed


def test_mistakes(command: Command, kept: World, tmp_path: Path) -> None:
    """No such study, no such file, no claims in it, a scale of nothing: said, with a way out."""
    ended = command("claims", "tiny-wrld", *kept.places[2:])
    assert ended.code == 2
    assert "Did you mean 'tiny-world'" in ended.err
    ended = command("claims", "--claims", tmp_path / "none.yaml")
    assert ended.code == 2
    assert "Cannot read the claims file" in ended.err
    empty = tmp_path / "empty.yaml"
    empty.write_text("claims: []\n", encoding="utf-8")
    ended = command("claims", "--claims", empty)
    assert ended.code == 2
    assert "is not a valid file of claims" in ended.err
    ended = command("claims", "--scale", "full")
    assert ended.code == 2
    assert "of which study?" in ended.err
