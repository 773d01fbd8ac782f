"""Tests of ``data ls`` and ``data verify``."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command, World
from tests.worlds import write_world


def test_ls(command: Command, world: World) -> None:
    """Every task, split and language is listed as present or missing."""
    rows = command("data", "ls", "xquad", "--data-dir", world.data, "--json").json["rows"]
    states = {row["language"]: row["state"] for row in rows}
    assert (states["en"], states["de"], states["zh"]) == ("present", "present", "missing")


def test_verify(command: Command, world: World) -> None:
    """Counts stand beside the published ones; too few is said, and no failure."""
    ended = command("data", "verify", "xquad", "--data-dir", world.data, "--json")
    (english,) = [row for row in ended.json["rows"] if row["language"] == "en"]
    assert set(english) == {"task", "language", "split", "examples", "expected", "state", "message"}
    assert (ended.code, english["expected"], english["state"]) == (0, 1190, "fewer")
    table = command("data", "verify", "xquad", "--data-dir", world.data)
    assert "xquad test: missing: ar el es hi ro ru th tr vi zh" in table.out


def test_a_broken_file_fails(command: Command, tmp_path: Path) -> None:
    """A file that is cut short is named, the others are still counted, and the exit code is 2."""
    data = write_world(tmp_path / "data")
    path = data / "xquad" / "xquad.de.json"
    path.write_text(path.read_text()[:-20])
    ended = command("data", "verify", "xquad", "--data-dir", data)
    assert ended.code == 2
    assert "1 file set(s) are broken; the first: " in ended.err
    assert "xquad.de.json" in ended.err


def test_nothing_there(command: Command, world: World, tmp_path: Path) -> None:
    """A task asked for by name of which no file is there ends with exit code 2."""
    ended = command("data", "verify", "bible", "--data-dir", world.data)
    assert ended.code == 2
    assert "No file of bible is in" in ended.err
    assert command("data", "ls", "--data-dir", tmp_path / "no").code == 2


def test_generated_tasks_without_a_data_folder(command: Command) -> None:
    """They are listed and verified with no data folder; to verify files one is asked for."""
    rows = command("data", "ls", "pocket-causes", "--json").json["rows"]
    assert {row["state"] for row in rows} == {"generated"}
    ended = command("data", "verify", "pocket-retrieval", "--json")
    assert (ended.code, {row["state"] for row in ended.json["rows"]}) == (0, {"whole"})
    ended = command("data", "verify", "xquad")
    assert ended.code == 2
    assert "Where are the original data files of 'xquad'? Give --data-dir DIR" in ended.err
    assert "'stiltwalk data ls' says which files each task needs" in ended.err


def test_what_is_looked_for(command: Command) -> None:
    """Without a data folder ``data ls`` says which files each task needs, as messages promise."""
    ended = command("data", "ls", "xquad")
    assert ended.code == 0
    assert "xquad/xquad.zh.json" in ended.out
