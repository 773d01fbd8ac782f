"""Tests of the commands on the store, and of stores that are damaged, closed, full or of another version."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from stiltwalk.store.store import Store, finished_keys, open_store
from stiltwalk.store.studies import keep_study
from tests.cli.conftest import Command, World
from tests.plan.fakes import plan
from tests.store.fakes import finish_plan

MADE = plan({"study": "one", "intermediate": ["squad"]})
KEY = MADE.cells[0].key


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with one finished study."""
    opened = open_store(tmp_path / "store")
    keep_study(opened, MADE, None)
    finish_plan(opened, MADE)
    return opened


@pytest.fixture
def own(world: World, tmp_path: Path, command: Command) -> World:
    """A finished tiny study that a test may harm."""
    shutil.copytree(world.store, tmp_path / "store")
    copied = World(world.data, tmp_path / "store", world.study)
    assert command("run", copied.study, *copied.places).code == 0
    return copied


def _closed(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Let nothing reach the disk."""

    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("os.fsync", fail)


def test_ls(command: Command, store: Store) -> None:
    """Counts and sizes by kind and by study."""
    found = command("store", "ls", "--store", store.root, "--json").json
    kinds = {row["what"]: row["number"] for row in found["kinds"]}
    assert kinds == {"target": 2, "predict": 2, "intermediate": 1}
    (study,) = found["studies"]
    assert (study["what"], study["number"]) == ("one", len(MADE.nodes))
    assert study["bytes"] == sum(row["bytes"] for row in found["kinds"])
    assert [row["bytes"] for row in found["kinds"]] == sorted(
        (r["bytes"] for r in found["kinds"]), reverse=True
    )
    said = command("store", "ls", "--store", store.root).out
    assert f"{len(MADE.nodes)} finished steps" in said
    assert "Steps by study" in said


def test_ls_of_one_kind(command: Command, store: Store) -> None:
    """Its steps, the largest first; an unknown kind suggests the nearest."""
    rows = command("store", "ls", "--kind", "predict", "--store", store.root, "--json").json["rows"]
    assert {row["step"] for row in rows} == {cell.key for cell in MADE.cells}
    ended = command("store", "ls", "--kind", "predicts", "--store", store.root)
    assert (ended.code, "Did you mean 'predict'?" in ended.err) == (2, True)
    assert KEY[:12] in command("store", "ls", "--kind", "predict", "--store", store.root).out


def test_ls_of_an_empty_store(command: Command, tmp_path: Path) -> None:
    """It says so."""
    ended = command("store", "ls", "--store", open_store(tmp_path / "new").root)
    assert (ended.code, "0 finished steps" in ended.out) == (0, True)


def test_verify(command: Command, store: Store) -> None:
    """A whole store ends with 0, a damaged one with 1, the step and the cure."""
    ended = command("store", "verify", "--store", store.root)
    assert (ended.code, f"{len(MADE.nodes)} step(s) are as they were published" in ended.out) == (0, True)
    (store.folder(KEY) / "results.parquet").write_bytes(b"x")
    ended = command("store", "verify", "--store", store.root)
    assert ended.code == 1
    assert "results.parquet is not what was published" in ended.out
    assert "delete that folder and run its study again" in ended.out
    assert str(store.folder(KEY)) in ended.out
    assert "1 of what is kept" in ended.err
    (row,) = command("store", "verify", KEY[:12], "--store", store.root, "--json").json["rows"]
    assert (row["what"], row["name"], row["folder"]) == ("step", KEY, str(store.folder(KEY)))
    other = next(key for key in MADE.nodes if key != KEY)
    assert command("store", "verify", other[:12], "--store", store.root).code == 0
    ended = command("store", "verify", "0000", "--store", store.root)
    assert (ended.code, "'0000' is no finished step" in ended.err) == (2, True)


def test_gc_asks_first(command: Command, store: Store) -> None:
    """Without a terminal it deletes nothing unless it is told to; --dry-run never does."""
    before = set(finished_keys(store))
    dry = command("store", "gc", "--study", "one", "--dry-run", "--store", store.root, "--json")
    assert (dry.code, len(dry.json["rows"])) == (0, len(before) + 1)
    ended = command("store", "gc", "--study", "one", "--store", store.root)
    assert (ended.code, "Nothing was deleted" in ended.err, "Give --yes" in ended.err) == (2, True, True)
    assert "no kept study needs it" in ended.out
    assert set(finished_keys(store)) == before
    ended = command("store", "gc", "--study", "one", "--yes", "--store", store.root)
    assert (ended.code, "deleted" in ended.err) == (0, True)
    assert list(finished_keys(store)) == []
    ended = command("store", "gc", "--store", store.root)
    assert (ended.code, ended.err) == (0, "nothing to delete: all that is kept is needed\n")


@pytest.mark.parametrize(("answer", "left"), [(False, len(MADE.nodes)), (True, 0)])
def test_gc_does_as_it_is_told(
    command: Command, store: Store, monkeypatch: pytest.MonkeyPatch, answer: bool, left: int
) -> None:
    """At a terminal the answer decides."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: answer)
    assert command("store", "gc", "--study", "one", "--store", store.root).code == 0
    assert len(list(finished_keys(store))) == left


def test_push_and_pull(command: Command, store: Store, tmp_path: Path) -> None:
    """A study goes there and comes back elsewhere; a second time nothing is copied."""
    url = (tmp_path / "shared").as_uri()
    ended = command("store", "push", url, "--store", store.root)
    assert (ended.code, f"{len(MADE.nodes)} step(s)" in ended.out) == (0, True)
    other = tmp_path / "other"
    ended = command("store", "pull", url, "--study", "one", "--store", other, "--json")
    (row,) = ended.json["rows"]
    assert (row["steps"], row["there"], row["studies"]) == (len(MADE.nodes), 0, 1)
    assert "0 step(s)" in command("store", "pull", url, "--store", other).out
    assert command("store", "verify", "--store", other).code == 0
    rows = [command("results", "one", "--csv", "--store", root).out for root in (store.root, other)]
    assert rows[0] == rows[1]


def test_a_push_to_nowhere(command: Command, store: Store) -> None:
    """The mistake is named, and the exit code is 2."""
    ended = command("store", "push", "nowhere://x", "--store", store.root)
    assert (ended.code, "such as file:///shared/store" in ended.err) == (2, True)


def test_a_store_of_a_newer_version(command: Command, store: Store) -> None:
    """It is refused with both versions by whatever opens it."""
    (store.root / "format.json").write_text(json.dumps({"format": 99}))
    for words in (("results", "one"), ("status",), ("store", "ls"), ("run", "one")):
        ended = command(*words, "--store", store.root)
        assert ended.code == 2
        assert "has format 99, this version reads format 2. Upgrade stiltwalk." in ended.err
        assert "Traceback" not in ended.err


def test_a_store_that_may_only_be_read(command: Command, own: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever only reads works; running says in one line why it does not."""
    (own.store / "cache" / "digests.json").unlink()
    _closed(monkeypatch, errno.EROFS)
    for words in (
        ("results", str(own.study)),
        ("status", str(own.study)),
        ("store", "ls"),
        ("store", "verify"),
    ):
        ended = command(*words, "--store", own.store)
        assert (ended.code, ended.err) == (0, "")
    assert command("plan", own.study, *own.places).code == 0
    ended = command("run", own.study, *own.places)
    assert ended.code == 2
    (line,) = ended.err.splitlines()
    assert line.startswith(f"stiltwalk: {own.store} cannot be written: Read-only file system.")


def test_a_full_disk(command: Command, own: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named with the cure; the finished steps are as they were."""
    _closed(monkeypatch, errno.ENOSPC)
    ended = command("run", own.study, "-o", "seeds=3", "--workers", "0", *own.places)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert f"No space is left on the disk that holds {own.store}" in ended.err
    monkeypatch.undo()
    assert command("store", "verify", "--store", own.store).code == 0


def test_an_error_of_the_system_elsewhere(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is told of in a line wherever it shows; another error of the system is ours to mend."""

    def fail(code: int) -> None:
        def raising(*_: object, **__: object) -> None:
            raise OSError(code, os.strerror(code), "/some/file")

        monkeypatch.setattr("stiltwalk.cli.store.list_store", raising)

    fail(errno.ENOSPC)
    ended = command("store", "ls")
    assert ended.code == 2
    assert ended.err.startswith("stiltwalk: No space is left on the disk that holds /some/file.")
    fail(errno.EIO)
    ended = command("store", "ls")
    assert (ended.code, "This is a bug in stiltwalk" in ended.err) == (1, True)


def test_a_corrupt_artifact(command: Command, own: World) -> None:
    """Rows that cannot be read name their step and the cure; once it is deleted the rest is read."""
    shutil.rmtree(own.store / "index")
    path = next(own.store.glob("steps/*/*/results.parquet"))
    path.write_bytes(b"torn")
    ended = command("results", str(own.study), "--store", own.store)
    assert (ended.code, ended.out) == (2, "")
    assert f"The finished step in {path.parent} is damaged" in ended.err
    assert "Delete that folder and run the study again" in ended.err
    assert f"step {path.parent.name[:12]} is damaged" in command("store", "ls", "--store", own.store).out
    shutil.rmtree(path.parent)
    assert command("results", str(own.study), "--store", own.store).code == 0
