"""Tests of the commands that say what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stiltwalk.cli.task_table import markdown
from stiltwalk.spec.languages import LANGUAGES
from stiltwalk.spec.tasks import TASKS
from tests.cli.conftest import Command, World


def test_tasks(command: Command) -> None:
    """Every task record is listed, whole in JSON."""
    rows = command("tasks", "--json").json["rows"]
    assert [row["name"] for row in rows] == list(TASKS)
    assert rows[list(TASKS).index("commonsenseqa")]["record"]["licence"] == "MIT"
    assert "commonsenseqa" in command("tasks").out


def test_tasks_as_markdown(command: Command) -> None:
    """The tables come without anything around them; two formats at once are refused."""
    assert command("tasks", "--markdown").out == markdown(TASKS)
    ended = command("tasks", "--markdown", "--json")
    assert (ended.code, ended.err) == (2, "stiltwalk: Give one of --json and --markdown, not both.\n")


def test_languages(command: Command) -> None:
    """Each language says where it is tested, the pocket world not counted."""
    rows = {row["code"]: row for row in command("languages", "--json").json["rows"]}
    assert list(rows) == list(LANGUAGES)
    assert rows["sw"]["benchmarks"] == ["XTREME", "XTREME-R"]
    assert rows["wo"]["benchmarks"] == ["XTREME-R"]
    assert rows["tzl"]["benchmarks"] == []
    assert {"xnli", "xcopa"} < set(rows["sw"]["tested_in"])
    assert rows["sw"]["tasks"] == len(rows["sw"]["tested_in"])
    assert not any(name.startswith("pocket") for name in rows["sw"]["tested_in"])
    assert "Scottish Gaelic" in command("languages").out


def test_published(command: Command) -> None:
    """Numbers read in a source come alone; those recalled are counted, and marked where asked for."""
    asked = ("published", "--target", "xtreme", "--model", "X-STILTs")
    ended = command(*asked)
    assert "Left out: 1 from memory alone; --recalled shows them, marked." in ended.out
    assert "73.5" not in ended.out
    (row,) = command(*asked, "--recalled", "--json").json["rows"]
    assert (row["value"], row["recalled"], row["source"]) == (73.5, True, "XTREME leaderboard")
    assert re.search(r"73\.5 +test +recalled", command(*asked, "--recalled").out)
    assert command("published", "--target", "xnlli").code == 2


def test_encoders(command: Command, world: World) -> None:
    """Known encoders come first, then those made in the store, with both counts of parameters."""
    rows = command("encoders", "--store", world.store, "--json").json["rows"]
    assert rows[0]["name"] == "google-bert/bert-base-multilingual-cased"
    assert rows[-1]["from"] == "pretrained 8 steps"
    assert rows[-1]["encoder_parameters"] < rows[-1]["parameters"]
    assert "Parameters in millions" in command("encoders", "--store", world.store).out


def test_ladders(command: Command) -> None:
    """Every size of every ladder, with what is known of it, and a note on each ladder."""
    rows = command("encoders", "--ladders", "--json").json["rows"]
    found = {row["name"]: row for row in rows}
    large = found["FacebookAI/xlm-roberta-large"]
    assert (large["ladder"], large["size"], large["encoder_parameters"]) == ("xlm-r", "large", 302)
    assert (found["google/mt5-xl"]["with_decoder"], found["google/mt5-xl"]["parameters"]) == (3700, None)
    shown = command("encoders", "--ladders").out
    assert "Qwen/Qwen3-0.6B-Base" in shown
    assert "stands for all sizes of a ladder" in shown


def test_doctor(command: Command, tmp_path: Path) -> None:
    """Each check says what was found; a store of a newer version is pointed at."""
    rows = command("doctor", "--store", tmp_path, "--json").json["rows"]
    checks = {row["check"]: row for row in rows}
    assert {"python", "cores", "memory", "accelerator", "fast precisions", "torch", "store", "data"} <= set(
        checks
    )
    assert checks["data"]["cure"].startswith("set STILTWALK_DATA")
    (tmp_path / "format.json").write_text('{"format": 99}')
    rows = command("doctor", "--store", tmp_path, "--json").json["rows"]
    assert "Upgrade stiltwalk" in next(row for row in rows if row["check"] == "store")["cure"]


def _check(command: Command, name: str, store: Path) -> tuple[str, str]:
    rows = command("doctor", "--store", store, "--json").json["rows"]
    return next((row["state"], row["cure"]) for row in rows if row["check"] == name)


def test_doctor_refuses_what_run_refuses(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that is a file, below a file or another folder; memory that is no number."""
    file = tmp_path / "other" / "file"
    file.parent.mkdir()
    file.write_text("x")
    for store in (file, file / "below"):
        assert _check(command, "store", store) == ("unusable", f"{file} is a file; give --store a folder")
    assert "no stiltwalk store" in _check(command, "store", file.parent)[1]
    new = tmp_path / "new"
    assert (_check(command, "store", new), new.exists()) == (("ok", ""), False)

    monkeypatch.setenv("STILTWALK_MEMORY", "abc")
    state, cure = _check(command, "STILTWALK_MEMORY", new)
    assert (state, "STILTWALK_MEMORY=abc: expected gigabytes above 0" in cure) == ("unusable", True)
    monkeypatch.setenv("STILTWALK_MEMORY", "16")
    assert _check(command, "STILTWALK_MEMORY", new) == ("ok", "")
