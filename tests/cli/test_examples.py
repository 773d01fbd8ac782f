"""Tests of ``data ls --show``: examples as a reader wants them."""

from __future__ import annotations

import pytest

from stiltwalk.spec.tasks import TASKS
from tests.cli.conftest import Command, World

POCKET = sorted(name for name, task in TASKS.items() if task.generator)


def test_glosses(command: Command) -> None:
    """Each text of a generated example is followed by its English, and labels by nothing."""
    lines = command("data", "ls", "pocket-nli", "--show", "2", "--language", "sw").out.splitlines()
    assert lines[0] == "pocket-nli, test, sw: 2 examples"
    assert lines[2] == "test-0"
    english = command("data", "ls", "pocket-nli", "--show", "2", "--json").json["rows"]
    assert [lines[4].strip(), lines[6].strip()] == [english[0]["text_a"], english[0]["text_b"]]
    assert lines[7].split() == ["label", TASKS["pocket-nli"].labels[english[0]["label"]]]


@pytest.mark.parametrize("name", POCKET)
def test_every_generated_task_can_be_shown(command: Command, name: str) -> None:
    """Every kind of example is printed, in a language that is not English."""
    ended = command("data", "ls", name, "--show", "3", "--language", "tr")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.count("-") >= 3


def test_json_carries_the_gloss(command: Command) -> None:
    """With ``--json`` each row holds the example's fields, and the English example as its gloss."""
    rows = command("data", "ls", "pocket-qa", "--show", "2", "--language", "zh", "--json").json["rows"]
    assert [row["language"] for row in rows] == ["zh", "zh"]
    assert rows[0]["question"].endswith("\N{FULLWIDTH QUESTION MARK}")
    assert rows[0]["gloss"]["question"].endswith("?")


def test_files_have_no_gloss(command: Command, world: World) -> None:
    """Examples read from files are printed as they are."""
    rows = command(
        "data", "ls", "xquad", "--show", "1", "--language", "de", "--json", "--data-dir", world.data
    ).json["rows"]
    assert len(rows) == 1
    assert "gloss" not in rows[0]


def test_mistakes(command: Command) -> None:
    """A task must be named; an unknown split or language is answered with those there are."""
    nothing = command("data", "ls", "--show", "2")
    assert (nothing.code, "Whose examples? Name a task" in nothing.err) == (2, True)
    split = command("data", "ls", "pocket-nli", "--show", "2", "--split", "tset")
    assert (split.code, "has no split 'tset'. It has: train, dev, test." in split.err) == (2, True)
    language = command("data", "ls", "pocket-nli", "--show", "2", "--language", "fr")
    assert (language.code, "has no language 'fr' in its split" in language.err) == (2, True)
    files = command("data", "ls", "xquad", "--show", "2")
    assert (files.code, "Where are the original data files of 'xquad'?" in files.err) == (2, True)


def test_mining_tells_sides_and_twins(command: Command) -> None:
    """A sentence stands beside its side, and is followed by the id of its translation, if it has one."""
    lines = command("data", "ls", "pocket-mining", "--show", "2", "--language", "sw").out.splitlines()
    assert lines[0] == "pocket-mining, test, sw: 2 examples"
    assert [lines[i].split()[0] for i in (3, 4, 7, 8)] == ["foreign", "twin", "english", "twin"]
    rows = command("data", "ls", "pocket-mining", "--show", "2", "--json").json["rows"]
    assert [row["side"] for row in rows] == ["foreign", "english"]
    assert [lines[i].split()[1] for i in (4, 8)] == [row["twin"] or "none" for row in rows]
