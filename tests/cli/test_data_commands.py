"""Tests of ``data ls`` and ``data verify``."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.cli.conftest import Command, World
from tests.worlds import write_world


def test_ls(command: Command, world: World) -> None:
    """Every task, split and language is listed as present or missing."""
    rows = command("data", "ls", "xquad", "--data-dir", world.data, "--json").json["rows"]
    states = {row["language"]: row["state"] for row in rows}
    assert (states["en"], states["de"], states["zh"]) == ("present", "present", "missing")


def test_where_translations_are(command: Command, world: World) -> None:
    """All about a task says where its published translations can be fetched from."""
    said = command("data", "ls", "mnli", "--data-dir", world.data).out
    assert "hub: nyu-mll/glue, nothing fetched yet" in said
    assert "translations on the hub: facebook/xnli (data fetch mnli --language CODE)" in " ".join(
        said.split()
    )


def test_verify(command: Command, world: World) -> None:
    """Counts stand beside the published ones; too few is said, and no failure."""
    ended = command("data", "verify", "xquad", "--data-dir", world.data, "--json")
    (english,) = [row for row in ended.json["rows"] if row["language"] == "en"]
    fields = {"task", "language", "split", "examples", "expected", "state", "message", "sha256", "left_out"}
    assert set(english) == fields
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


def test_one_broken_table(command: Command, tmp_path: Path) -> None:
    """What is wrong with a table of many languages is said once, and the listing shows that it is there."""
    (tmp_path / "xnli").mkdir()
    (tmp_path / "xnli" / "xnli.dev.tsv").write_text("lang\tgold_label\nde\tneutral\n")
    ended = command("data", "verify", "xnli", "--data-dir", tmp_path)
    assert ended.code == 2
    assert ended.out.count("expected the column 'language', found lang, gold_label") == 1
    listed = command("data", "ls", "xnli", "--data-dir", tmp_path)
    assert "there, but not usable ('stiltwalk data verify' says why): xnli/xnli.dev.tsv" in listed.out


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
    assert "looked for: xquad/xquad.ar.json, hub/xquad/test.ar.parquet, and 22 like these" in ended.out
    assert "hub: google/xquad, nothing fetched yet" in ended.out


def test_ls_in_short(command: Command, world: World) -> None:
    """Without names there is a line for each split; with --json a row for each language, with its licence."""
    ended = command("data", "ls", "--data-dir", world.data)
    (line,) = [line for line in ended.out.splitlines() if line.startswith("xquad ")]
    assert "2 of 12: de en" in line
    assert "original" in line
    assert "CC BY-SA 4.0" in line
    rows = command("data", "ls", "--data-dir", world.data, "--json").json["rows"]
    (english,) = [row for row in rows if (row["task"], row["language"]) == ("xquad", "en")]
    assert (english["source"], english["licence"]) == ("original", "CC BY-SA 4.0")
    assert (english["hub"], english["revision"]) == ("google/xquad", None)
    assert {row["source"] for row in rows if row["state"] == "generated"} == {"generated"}


def test_import(command: Command, tmp_path: Path) -> None:
    """Files are taken out of an archive, counted, and what is missing is said; verify then knows them."""
    data = write_world(tmp_path / "world")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.write(data / "xquad" / "xquad.de.json", "xquad-master/xquad.de.json")
    ended = command("data", "import", "xquad", tmp_path / "x.zip", "--data-dir", tmp_path / "new")
    assert ended.code == 0
    assert "xquad/xquad.de.json <- x.zip: xquad-master/xquad.de.json" in ended.err
    assert "xquad test: missing: ar el en es hi ro ru th tr vi zh" in ended.out
    (row,) = [line.split() for line in ended.out.splitlines() if line.startswith("xquad  test")]
    assert (row[2], row[-1]) == ("de", "fewer")
    path = tmp_path / "new" / "xquad" / "xquad.de.json"
    path.write_text(path.read_text() + "\n")
    changed = command("data", "verify", "xquad", "--data-dir", tmp_path / "new")
    assert changed.code == 2
    assert "1 file set(s) are not what they were; the first: xquad/xquad.de.json is not" in changed.err


def test_import_and_fetch_ask_where_to(command: Command, tmp_path: Path) -> None:
    """Both need a data folder, and a task that exists."""
    for words in (("import", "xquad", tmp_path), ("fetch", "xquad")):
        ended = command("data", *words)
        assert (ended.code, "Where shall the files go? Give --data-dir DIR" in ended.err) == (2, True)
    ended = command("data", "fetch", "xqad", "--data-dir", tmp_path)
    assert "There is no task 'xqad'. Did you mean 'xquad'?" in ended.err
