"""Tests of importing original files."""

from __future__ import annotations

import gzip
import tarfile
import zipfile
from pathlib import Path

import pytest

from stiltwalk.data.importing import import_files
from stiltwalk.data.load import load
from stiltwalk.data.lock import NAME, read_lock
from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.spec.task import Split, SplitName, Task

from .fakes import fake_task, lines_task, made_task, write


def _zip(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return path


def _below(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_import(tmp_path: Path) -> None:
    """Files go where the task looks for them, are read from there, and are in the lock."""
    source = _zip(
        tmp_path / "texts.zip", v1__de_dot_txt="eins\nzwei\n", v1__en_dot_txt="one\n", v1__readme="-"
    )
    root = tmp_path / "data"
    task = lines_task("t/{language}.txt", languages=("de", "en", "fr"))
    imported = import_files(task, [source], root)
    assert imported.files == {"t/de.txt": "texts.zip: v1/de.txt", "t/en.txt": "texts.zip: v1/en.txt"}
    assert imported.served == {("fake", "train", "de"), ("fake", "train", "en")}
    assert _below(root) == [NAME, "t/de.txt", "t/en.txt"]
    assert len(load(task, "train", "de", root)) == 2
    locked = read_lock(root).files["t/de.txt"]
    # printf 'eins\nzwei\n' | sha256sum
    assert locked.sha256 == "cea7589481795a99cc8b7989cc24706fd26d46cde9fc381d07db562de08b2e18"
    assert (locked.task, locked.came_from, locked.source) == ("fake", "import", "texts.zip: v1/de.txt")


def test_gzipped_members_stay_gzipped(tmp_path: Path) -> None:
    """A gzipped file is put there as it is, and takes a plain one's place; its content is what is locked."""
    write(tmp_path / "in" / "a.txt.gz", "new\n")
    write(tmp_path / "data" / "t" / "a.txt", "old\n")
    task = lines_task("t/a.txt")
    import_files(task, [tmp_path / "in" / "a.txt.gz"], tmp_path / "data")
    assert _below(tmp_path / "data") == [NAME, "t/a.txt.gz"]
    packed = read_lock(tmp_path / "data").files["t/a.txt"].sha256
    write(tmp_path / "plain" / "a.txt", "new\n")
    import_files(task, [tmp_path / "plain"], tmp_path / "data")
    assert read_lock(tmp_path / "data").files["t/a.txt"].sha256 == packed
    assert [example.id for example in load(task, "train", "en", tmp_path / "data")] == ["a.txt:1"]


def test_a_file_that_is_there_is_written_into_the_lock(tmp_path: Path) -> None:
    """Importing the data folder itself moves nothing; the lock takes down what lies there."""
    path = write(tmp_path / "t" / "a.txt", "one\n")
    before = path.stat()
    import_files(lines_task("t/a.txt"), [tmp_path], tmp_path)
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert read_lock(tmp_path).files["t/a.txt"].source.endswith("t/a.txt")


def test_the_first_whole_set(tmp_path: Path) -> None:
    """Of several sets of patterns the first that is there whole is taken, else what there is of one."""
    split = Split(paths=("a/x", "a/y"), instead=(("b/z",),))
    task = fake_task("lines", {"train": split})
    whole = write(tmp_path / "in" / "z", "1\n").parent
    write(whole / "x", "1\n")
    assert set(import_files(task, [whole], tmp_path / "one").files) == {"b/z"}
    write(whole / "y", "2\n")
    assert set(import_files(task, [whole], tmp_path / "two").files) == {"a/x", "a/y"}
    (whole / "y").unlink()
    (whole / "z").unlink()
    assert set(import_files(task, [whole], tmp_path / "three").files) == {"a/x"}


def test_files_beside_a_split(tmp_path: Path) -> None:
    """The file whose ids are left out comes too."""
    split = Split(paths=("t/a.txt",), without_ids_of="t/b.txt")
    source = _zip(tmp_path / "p.zip", a_dot_txt="one\n", b_dot_txt="two\n")
    imported = import_files(fake_task("lines", {"train": split}), [source], tmp_path / "data")
    assert set(imported.files) == {"t/a.txt", "t/b.txt"}


def test_parts(tmp_path: Path) -> None:
    """Of a task with parts every part gets its own files."""
    parts = tuple(lines_task(f"{name}/train.txt").replace({"name": name}) for name in ("one", "two"))
    task = lines_task("x").replace({"layout": None, "parts": parts, "splits": {"train": Split()}})
    source = _zip(tmp_path / "p.zip", ONE__train_dot_txt="1\n", two__train_dot_txt="2\n")
    imported = import_files(task, [source], tmp_path / "data")
    assert set(imported.files) == {"one/train.txt", "two/train.txt"}
    assert imported.served == {("one", "train", "en"), ("two", "train", "en")}


def test_another_languages_file_is_not_taken(tmp_path: Path) -> None:
    """Where one split is English alone, its file is still told from those of the task's other languages."""
    splits: dict[SplitName, Split] = {
        "train": Split(paths=("t/{language}/train",)),
        "test": Split(paths=("t/{language}/test",), languages=("en", "sw")),
    }
    source = _zip(tmp_path / "p.zip", sw__train="1\n", sw__test="1\n")
    imported = import_files(fake_task("lines", splits), [source], tmp_path / "data")
    assert set(imported.files) == {"t/sw/test"}


def test_a_broken_archive_changes_nothing(tmp_path: Path) -> None:
    """Nothing is put anywhere if one of the sources is broken, and what was there stays."""
    good = _zip(tmp_path / "good.zip", a_dot_txt="new\n")
    bad = tmp_path / "bad.tar.gz"
    with tarfile.open(bad, "w:gz") as archive:
        for name in ("b.txt", "c.txt"):
            path = tmp_path / name
            path.write_bytes(bytes((i * i) % 251 for i in range(50_000)))
            archive.add(path, name)
    bad.write_bytes(bad.read_bytes()[:-200])
    write(tmp_path / "data" / "t" / "a.txt", "old\n")
    task = lines_task("t/a.txt", "t/b.txt", "t/c.txt")
    with pytest.raises(DataError, match=r"bad\.tar\.gz: not a sound archive"):
        import_files(task, [good, bad], tmp_path / "data")
    cut = tmp_path / "b.txt.gz"
    cut.write_bytes(gzip.compress(b"words" * 99)[:-9])
    with pytest.raises(DataError, match="cut short"):
        import_files(task, [good, cut], tmp_path / "data")
    assert _below(tmp_path / "data") == ["t/a.txt"]
    assert (tmp_path / "data" / "t" / "a.txt").read_text() == "old\n"


def test_nothing_to_import(tmp_path: Path) -> None:
    """A source without any of the task's files is refused with what was looked for and what is there."""
    _zip(write(tmp_path / "in" / "other.txt", "x").with_name("inner.zip"), a_dot_txt="1\n")
    message = r"Nothing in in is a file of 'fake'\. Looked for t/a\.txt; found inner\.zip, other.* give inner"
    with pytest.raises(UserError, match=message):
        import_files(lines_task("t/a.txt"), [tmp_path / "in"], tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_made_tasks_have_no_files(tmp_path: Path) -> None:
    """There is nothing to import for a generated task."""
    task: Task = made_task()
    with pytest.raises(UserError, match=r"Task 'made' is made, not read: there is nothing to import"):
        import_files(task, [tmp_path], tmp_path)
