"""Tests of the inventory and the verification of a data folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.data.files import content_sha256
from stiltwalk.data.importing import import_files
from stiltwalk.data.verify import DataRow, VerifyRow, inventory, verify
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.task import Split, Task

from .fakes import fake_task, lines_task, made_task, write


def _task() -> Task:
    languages = ("ar", "de", "en", "es", "fr", "zh")
    return fake_task(
        "lines",
        {
            "train": Split(paths=("train.{language}",)),
            "test": Split(
                paths=("test.{language}",),
                languages=languages,
                expected=dict.fromkeys(("ar", "de", "en", "fr", "zh"), 2),
            ),
        },
    )


def test_every_state(tmp_path: Path) -> None:
    """Each split and language has a row with its state; a broken file hides no other."""
    for code, text in (("ar", "1\n2\n"), ("de", "1\n"), ("es", "1\n"), ("zh", "1\n2\n3\n")):
        write(tmp_path / f"test.{code}", text)
    (tmp_path / "test.fr.gz").write_bytes(b"")
    rows = verify(_task(), tmp_path)
    assert [(row.split, row.language, row.examples, row.expected, row.state) for row in rows] == [
        ("train", "en", None, None, "missing"),
        ("test", "ar", 2, 2, "whole"),
        ("test", "de", 1, 2, "fewer"),
        ("test", "en", None, 2, "missing"),
        ("test", "es", 1, None, "uncounted"),
        ("test", "fr", None, 2, "broken"),
        ("test", "zh", 3, 2, "more"),
    ]
    messages = {row.language: row.message for row in rows if row.split == "test"}
    assert "" == messages["ar"] == messages["es"]
    assert messages["de"] == "1 examples, where 2 were published"
    assert "Looked below this folder for test.en" in messages["en"]
    assert "test.fr.gz: the gzipped file is cut short" in messages["fr"]


def test_half_a_pair_is_broken(tmp_path: Path) -> None:
    """A file without its other half is broken, not missing, and the message names the half."""
    write(tmp_path / "a", "x")
    (row,) = verify(lines_task("a", "b"), tmp_path)
    assert row.state == "broken"
    assert "b: no such file" in row.message


def test_inventory(tmp_path: Path) -> None:
    """The inventory lists files and sizes without reading them."""
    write(tmp_path / "d" / "de.1", "xyz")
    (tmp_path / "d" / "de.2.gz").write_bytes(b"not gzip")
    write(tmp_path / "d" / "en.1", "x")
    task = lines_task("d/{language}.1", "d/{language}.2", languages=("de", "en", "fr"))
    assert [
        DataRow(
            "fake", "de", "train", "present", "original", ("d/de.1", "d/de.2.gz"), ("d/de.1", "d/de.2"), 11
        ),
        DataRow("fake", "en", "train", "missing", None, ("d/en.1",), ("d/en.1", "d/en.2"), 1),
        DataRow("fake", "fr", "train", "missing", None, (), ("d/fr.1", "d/fr.2"), 0),
    ] == inventory(task, tmp_path)


def test_generated_tasks_have_no_files(tmp_path: Path) -> None:
    """Each split and language is generated, without a data folder as with one."""
    expected = [
        DataRow("made", code, split, "generated", "generated", (), (), 0)
        for split in ("train", "dev")
        for code in ("en", "de")
    ]
    assert inventory(made_task(), None) == inventory(made_task(), tmp_path) == expected


def test_generated_tasks_are_whole() -> None:
    """Verifying them makes them: as many as the record says, in every split and language."""
    assert verify(made_task(3), None) == [
        VerifyRow("made", code, split, 3, 3, "whole", "")
        for split in ("train", "dev")
        for code in ("en", "de")
    ]


def test_a_generator_that_fails_is_broken() -> None:
    """A generator nobody wrote makes a row that says so."""
    rows = verify(made_task(generator="nlii"), None)
    assert {(row.state, row.examples, row.expected) for row in rows} == {("broken", None, 4)}
    assert "There is no generator 'nlii'" in rows[0].message


def test_files_without_a_folder() -> None:
    """Without a data folder a task's files are listed as missing, and there is nothing to verify."""
    rows = inventory(_task(), None)
    assert {row.state for row in rows} == {"missing"}
    assert all(row.wanted for row in rows)
    with pytest.raises(UserError, match=r"Where are the original data files of 'fake'\?"):
        verify(_task(), None)


def test_content(tmp_path: Path) -> None:
    """A row has the content of its files, each read once by the caller's digest; gzipping changes nothing."""
    write(tmp_path / "test.ar.gz", "1\n2\n")
    asked: list[str] = []

    def digest(path: Path) -> str:
        asked.append(path.name)
        return content_sha256(path)

    (row,) = verify(_task(), tmp_path, digest, only={("test", "ar")})
    # printf '1\n2\n' | sha256sum
    assert row.sha256 == ("a6e2b7a040683432de03a18fd8a1939a2fdf82585b364bfc874bdd4095c4cae1",)
    assert asked == ["test.ar.gz"]


def test_changed_since_it_came(tmp_path: Path) -> None:
    """A file that is not what the lock says is changed, even with as many examples as published."""
    write(tmp_path / "test.ar", "1\n2\n")
    import_files(_task(), [tmp_path], tmp_path)
    write(tmp_path / "test.ar", "1\n3\n")
    (row,) = verify(_task(), tmp_path, only={("test", "ar")})
    assert (row.state, row.examples) == ("changed", 2)
    assert row.message.startswith("test.ar is not what it was when it came from ")
    assert f"'stiltwalk data import fake {tmp_path}' writes it into the lock" in row.message
    import_files(_task(), [tmp_path], tmp_path)
    assert [row.state for row in verify(_task(), tmp_path, only={("test", "ar")})] == ["whole"]
