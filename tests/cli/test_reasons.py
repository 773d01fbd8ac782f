"""Tests of ``status --why``: one step explained, and its log."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.engine.prepare import Prepared
from tests.cli.conftest import Command
from tests.cli.test_watching import STUDY, kept, words
from tests.engine.states import begin, done, fail
from tests.engine.steps import key


@pytest.fixture
def half(tmp_path: Path) -> Prepared:
    """'first' is done, 'second' runs, 'third' failed and has a log, 'fourth' waits for it."""
    needs = {"first": "", "second": "first", "third": "first", "fourth": "third second"}
    prepared = kept(tmp_path / "store", needs)
    done(prepared, "first", 90.0)
    begin(prepared, "second", {"stage": "training", "done": 30, "total": 40, "rate": 12.0, "at": 5.0})
    fail(prepared, "third")
    (folder,) = prepared.place.store.workplaces(key(prepared.plan, "third"))
    (folder / "step.log").write_text("".join(f"line {n} of it\n" for n in range(30)))
    return prepared


def test_a_waiting_step(command: Command, half: Prepared) -> None:
    """The chain down to what failed or runs, each with its reason."""
    ended = command("status", STUDY, "--why", "fourth", "--store", half.place.store.root)
    assert ended.code == 0, ended.err
    said = words(ended.out)
    assert "state waiting: needs: third; second" in said
    assert "waits for 2 unfinished step(s); first of all:" in said
    assert f"failed {key(half.plan, 'third')[:12]} third: ValueError: [no] such thing" in said
    assert f"running {key(half.plan, 'second')[:12]} second: by " in said
    assert "log none: no worker has begun it" in said


def test_a_failed_step(command: Command, half: Prepared) -> None:
    """The whole message, the attempts, and the last twenty lines of the log."""
    said = command("status", STUDY, "--why", "third", "--store", half.place.store.root).out
    assert ", after 2 attempt(s)" in said
    assert "Traceback\n" in said
    assert "line 9 of it" not in said
    assert said.index("line 10 of it") < said.index("line 29 of it")
    assert str(half.place.store.root / "work") in said


def test_a_running_step(command: Command, half: Prepared) -> None:
    """Who has it, and how far it is."""
    said = words(command("status", STUDY, "--why", "second", "--store", half.place.store.root).out)
    assert "said 0:0" in said
    assert "ago that it lives (after 2:00 of silence others may take over)" in said
    assert "at training 30/40, 12 examples/s" in said
    assert "log none: its worker has written none yet" in said


def test_a_done_step(command: Command, half: Prepared) -> None:
    """When it was done, and where it lies."""
    store = half.place.store
    said = words(command("status", STUDY, "--why", key(half.plan, "first")[:8], "--store", store.root).out)
    assert "state done" in said
    assert ", after 90.00 seconds of work" in said
    assert f"folder {store.folder(key(half.plan, 'first'))}" in said


def test_the_whole_log(command: Command, half: Prepared) -> None:
    """``--log`` prints it as it is, and nothing else."""
    ended = command("status", STUDY, "--why", "third", "--log", "--store", half.place.store.root)
    assert ended.out == "".join(f"line {n} of it\n" for n in range(30))


def test_json(command: Command, half: Prepared) -> None:
    """Everything of it in one object."""
    (step,) = command("status", STUDY, "--why", "fourth", "--json", "--store", half.place.store.root).json[
        "steps"
    ]
    assert (step["title"], step["state"], step["log"]) == ("fourth", "waiting", None)
    assert [(link["title"], link["state"]) for link in step["waits_for"]] == [
        ("third", "failed"),
        ("second", "running"),
    ]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            (STUDY, "--why", "fuorth"),
            "There is no step 'fuorth' in the study 'tiny-world'. Did you mean 'fourth'",
        ),
        ((STUDY, "--log"), "--log is of which step? Name it: --why STEP --log."),
        (("--why", "fourth"), "--why is of a step of one study. Name the study"),
        ((STUDY, "--why", "first", "--log"), "has no log: it was finished by a version that wrote none"),
        ((STUDY, "--why", "first", "--log", "--json"), "--log prints a log as it is. Leave out --json."),
    ],
)
def test_mistakes(command: Command, half: Prepared, asked: tuple[str, ...], message: str) -> None:
    """What cannot be answered is refused, with the cure."""
    ended = command("status", *asked, "--store", half.place.store.root)
    assert ended.code == 2
    assert message in ended.err
    assert "Traceback" not in ended.err
