"""Tests of declared tasks on the command line: templates, records, data, transfer and evaluate."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from stiltwalk.spec.task_files import TEMPLATES, named_task, template
from tests.cli.conftest import Command, World
from tests.declared import write_declared


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_template_is_a_file_to_start_from(command: Command, tmp_path: Path, kind: str) -> None:
    """What is printed, written to a file, declares a task of the type."""
    ended = command("tasks", "--template", kind)
    assert (ended.code, ended.out) == (0, template(kind))
    (tmp_path / "mine.yaml").write_text(ended.out, encoding="utf-8")
    assert named_task(str(tmp_path / "mine.yaml")).type == kind


def test_a_record_is_printed(command: Command, tmp_path: Path) -> None:
    """A file's task is printed with everything that was filled in; so is one of the package."""
    path = write_declared(tmp_path, "multiple-choice")
    record = yaml.safe_load(command("tasks", path).out)
    assert (record["scorer"], record["trains_on"]) == ("accuracy", ["my-choices"])
    rows = command("tasks", path, "xquad", "--json").json["rows"]
    assert [row["name"] for row in rows] == ["my-choices", "xquad"]
    assert rows[0]["record"]["folder"] == str(tmp_path)


def test_its_data(command: Command, tmp_path: Path) -> None:
    """Files, counts and examples of a task file, with no data folder."""
    path = write_declared(tmp_path, "token-classification")
    rows = command("data", "ls", path, "--json").json["rows"]
    assert {(row["task"], row["state"]) for row in rows} == {("my-entities", "present")}
    ended = command("data", "verify", path, "--json")
    assert (ended.code, {row["state"] for row in ended.json["rows"]}) == (0, {"uncounted"})
    shown = command("data", "ls", path, "--show", "1", "--language", "de")
    assert "my-entities, test, de: 1 examples" in shown.out
    assert "/B-PER" in shown.out


def test_transfer_and_evaluate(command: Command, world: World, tmp_path: Path) -> None:
    """Task files stand where tasks are named; the study that was run knows them by name."""
    encoder = command("encoders", "--store", world.store, "--json").json["rows"][-1]["name"]
    store = shutil.copytree(world.store, tmp_path / "store")
    choices = write_declared(tmp_path, "multiple-choice")
    bitext = write_declared(tmp_path, "sentence-retrieval")
    words = ("--encoder", encoder, "--intermediate", choices, "--target", bitext, "--seeds", "1")
    more = ("--recipe", "pocket", "--workers", "0", "--name", "mine", "--no-report", "--store", store)
    ended = command("transfer", *words, *more)
    assert ended.code == 0, ended.err
    rows = pd.DataFrame(command("results", "mine", "--store", store, "--json").json["rows"])
    assert set(rows["intermediate"]) == {"none", "my-choices"}
    assert set(rows["target"]) == {"my-bitext"}
    assert "predict my-bitext after my-choices" in command("status", "mine", "--store", store).out
    tested = ("--target", bitext, "--recipe", "pocket", "--workers", "0", "--store", store, "--json")
    again = pd.DataFrame(command("evaluate", encoder, *tested).json["rows"])
    assert again["value"].tolist() == rows.loc[rows["intermediate"] == "none", "value"].tolist()


def test_caveats_of_ones_own_are_printed(command: Command, world: World, tmp_path: Path) -> None:
    """A sentence that the task file gives stands below the table."""
    encoder = command("encoders", "--store", world.store, "--json").json["rows"][-1]["name"]
    store = shutil.copytree(world.store, tmp_path / "store")
    bitext = write_declared(tmp_path, "sentence-retrieval", {"caveats": {"tiny": "twelve sentences only"}})
    tested = ("--target", bitext, "--recipe", "pocket", "--workers", "0", "--store", store)
    ended = command("evaluate", encoder, *tested)
    assert "tiny: twelve sentences only" in ended.out, ended.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("tasks", "--template", "tagging"), "There is no task type 'tagging'."),
        (("tasks", "xquad", "--template", "multiple-choice"), "--template prints a file of its own"),
        (("tasks", "xquad", "--markdown"), "--markdown prints every task. Leave the names out."),
        (("tasks", "xqad"), "Did you mean 'xquad'?"),
        (("tasks", "nowhere.yaml"), "nowhere.yaml: No such file"),
        (("data", "verify", "nowhere.yaml"), "nowhere.yaml: No such file"),
        (("transfer", "--encoder", "e/e", "--target", "nowhere.yaml"), "nowhere.yaml: No such file"),
    ],
)
def test_mistakes(command: Command, words: tuple[str, ...], message: str) -> None:
    """A user's mistake ends with exit code 2 and its cure."""
    ended = command(*words)
    assert ended.code == 2
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_data_that_is_not_there(command: Command, tmp_path: Path) -> None:
    """A task file whose data is missing is told with the folder that was searched."""
    path = write_declared(tmp_path, "sentence-retrieval")
    shutil.rmtree(tmp_path / "my-bitext")
    ended = command("data", "verify", path)
    assert ended.code == 2
    assert f"No file of my-bitext is in {tmp_path}." in ended.err
