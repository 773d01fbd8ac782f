"""Tests of the commands that say what exists."""

from __future__ import annotations

from pathlib import Path

from stiltwalk.spec.tasks import TASKS
from tests.cli.conftest import Command, World


def test_tasks(command: Command) -> None:
    """Every task record is listed, whole in JSON."""
    rows = command("tasks", "--json").json["rows"]
    assert [row["name"] for row in rows] == list(TASKS)
    assert rows[0]["record"]["licence"] == "MIT"
    assert "commonsenseqa" in command("tasks").out


def test_encoders(command: Command, world: World) -> None:
    """Known encoders come first, then those made in the store, with both counts of parameters."""
    rows = command("encoders", "--store", world.store, "--json").json["rows"]
    assert rows[0]["name"] == "google-bert/bert-base-multilingual-cased"
    assert rows[-1]["from"] == "pretrained 8 steps"
    assert rows[-1]["encoder_parameters"] < rows[-1]["parameters"]
    assert "Parameters in millions" in command("encoders", "--store", world.store).out


def test_doctor(command: Command, tmp_path: Path) -> None:
    """Each check says what was found; a store of a newer version is pointed at."""
    rows = command("doctor", "--store", tmp_path, "--json").json["rows"]
    checks = {row["check"]: row for row in rows}
    assert {"python", "cores", "memory", "accelerator", "torch", "store", "data"} <= set(checks)
    assert checks["data"]["cure"].startswith("set STILTWALK_DATA")
    (tmp_path / "format.json").write_text('{"format": 99}')
    rows = command("doctor", "--store", tmp_path, "--json").json["rows"]
    assert "Upgrade stiltwalk" in next(row for row in rows if row["check"] == "store")["cure"]
