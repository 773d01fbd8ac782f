"""Tests of the one seam for models of one's own: ``module:function``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stiltwalk.cli.literature.plugged import is_plugged, plugged_judge, plugged_reviewer
from stiltwalk.literature.records.evidence import UNKNOWN
from stiltwalk.spec.errors import UserError
from tests.literature.synthetic import checked, passage_of, synthesis

MINE = """
from stiltwalk.literature.records.evidence import Judgement
from stiltwalk.literature.records.synthesis import Score

NUMBER = 5

def unsure(pairs):
    return [Judgement(label="not enough evidence", confidence=0.1) for _ in pairs]

def failing(given):
    raise ValueError("out of credit")

class Careful:
    name = "careful 3"
    def __call__(self, pairs):
        return unsure(pairs)

class Needy:
    def __init__(self, model):
        self.model = model

careful = Careful()

def style(synthesis):
    return Score(reviewer="style", score=7, reasons=(f"{len(synthesis.works)} works.",))
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a module of the user's, which every test loads anew."""
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    (tmp_path / "broken.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    (tmp_path / "worse.py").write_text("1 / 0\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("mine", "broken", "worse"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


def test_what_is_plugged() -> None:
    """``module:function`` is, and no model's name, nor a path that has a colon."""
    Path("a:b").mkdir()
    assert [is_plugged(text) for text in ("mine:unsure", "a:b", "org/model", "lexical", "mine:", ":x")] == [
        True,
        *[False] * 5,
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [("mine:careful", "careful 3"), ("mine:Careful", "careful 3"), ("mine:unsure", "mine:unsure (source ")],
)
def test_a_judge_of_ones_own(text: str, name: str) -> None:
    """A function, an object or a class from a file here judges; its name changes with its source."""
    path = list(sys.path)
    judge = plugged_judge(text)
    assert judge.name.startswith(name)
    assert [each.label for each in judge([(checked(0).claim, passage_of(1))])] == [UNKNOWN]
    assert sys.path == path
    if "source" in name:
        Path("mine.py").write_text(f"{MINE}# changed\n", encoding="utf-8")
        del sys.modules["mine"]
        import linecache

        linecache.clearcache()
        assert plugged_judge(text).name != judge.name


def test_a_reviewer_of_ones_own() -> None:
    """A function from a synthesis to a score."""
    assert plugged_reviewer("mine:style")(synthesis()).score == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "mien:unsure",
            r"--judge mien:unsure: there is no module 'mien', neither here \(.*\) nor among what",
        ),
        ("broken:x", r"the module 'broken' needs 'nothing_of_that_name', which is not installed"),
        ("worse:x", r"the module 'worse' cannot be loaded: ZeroDivisionError"),
        ("mine:unsur", r"the module 'mine' has no 'unsur'\. Did you mean 'unsure'\?"),
        (
            "mine:NUMBER",
            r"expected a function from pairs of claim and passage to a Judgement for each, found 5",
        ),
        ("mine:Needy", r"the class cannot be called without arguments: TypeError"),
    ],
)
def test_judges_that_cannot_be_had(text: str, message: str) -> None:
    """Each is refused with what was expected and what was found."""
    with pytest.raises(UserError, match=message):
        plugged_judge(text)


def test_models_that_fail() -> None:
    """Their own error is told in a sentence, with whose it is."""
    with pytest.raises(UserError, match=r"The judge 'mine:failing .*' failed: ValueError: out of credit\."):
        plugged_judge("mine:failing")([(checked(0).claim, passage_of(1))])
    with pytest.raises(UserError, match=r"The reviewer 'mine:failing' failed: ValueError: out of credit\."):
        plugged_reviewer("mine:failing")(synthesis())
    with pytest.raises(UserError, match=r"--reviewer style: expected module:function, such as mine:style"):
        plugged_reviewer("style")
