"""Tests of the store: opening it, publishing into it, and noticing when something in it was damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stiltwalk.spec.errors import UserError
from stiltwalk.store.leases import Lease, claim
from stiltwalk.store.store import (
    FORMAT,
    Store,
    default_root,
    open_store,
    publish,
    read_artifact,
    verify_artifact,
    workplace,
)

from .fakes import KEY, STEP, dead, finish, here


def _leased(store: Store, name: str) -> Lease:
    lease = claim(store.leases, KEY, here(name))
    assert lease is not None
    return lease


def test_a_new_store(tmp_path: Path) -> None:
    """A store is made where there is none, also in an empty folder, and opens again as itself."""
    (tmp_path / "empty").mkdir()
    for root in (tmp_path / "new" / "deep", tmp_path / "empty"):
        assert open_store(root) == open_store(root) == Store(root)
        assert json.loads((root / "format.json").read_text()) == {"format": FORMAT}


def test_another_kind_of_folder(tmp_path: Path) -> None:
    """A folder that holds something else is left alone."""
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(UserError, match=r"is not empty and is no stiltwalk store .* Give --store an empty"):
        open_store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_newer_store(tmp_path: Path) -> None:
    """A store of a newer version is refused: reading it wrong would be worse."""
    (tmp_path / "format.json").write_text(json.dumps({"format": FORMAT + 1}))
    message = rf"has format {FORMAT + 1}, this version reads format {FORMAT}\. Upgrade stiltwalk"
    with pytest.raises(UserError, match=message):
        open_store(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '"x"', "7"])
def test_a_damaged_format(tmp_path: Path, text: str) -> None:
    """A format file that says nothing is named, with what it should say."""
    (tmp_path / "format.json").write_text(text)
    with pytest.raises(UserError, match=r"format\.json is damaged: expected \{'format': 2\}\. Restore it"):
        open_store(tmp_path)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Where no folder can be made, the system's reason is shown, and what to do."""
    (tmp_path / "file").write_text("")
    message = r"The store .* cannot be opened: Not a directory\. Give --store another folder"
    with pytest.raises(UserError, match=message):
        open_store(tmp_path / "file" / "store")


def test_where_the_store_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``STILTWALK_STORE`` names it; otherwise it lies in the platform's data folder."""
    monkeypatch.setenv("STILTWALK_STORE", str(tmp_path))
    assert default_root() == tmp_path
    monkeypatch.setenv("STILTWALK_STORE", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_root().name == "stiltwalk"


def test_nothing_is_there_until_it_is_published(tmp_path: Path) -> None:
    """A step counts as finished from the moment of publication, not a moment before."""
    store = open_store(tmp_path)
    (workplace(store, _leased(store, "a")) / "half.txt").write_text("half")
    assert not store.has(KEY)
    with pytest.raises(UserError, match=f"Step {KEY} is not in the store"):
        read_artifact(store, KEY)
    assert finish(store)
    assert store.has(KEY)


def test_an_artifact_comes_back(tmp_path: Path) -> None:
    """Record, facts and files of a finished step are what was published, and verify."""
    store = open_store(tmp_path)
    assert finish(store, {"score": 12.5, "versions": {"torch": "2"}}, {"model/weights": "abc"})
    artifact = read_artifact(store, KEY)
    assert (artifact.key, artifact.step, artifact.folder) == (KEY, STEP, store.folder(KEY))
    assert artifact.facts == {"score": 12.5, "versions": {"torch": "2"}}
    assert (artifact.folder / "model" / "weights").read_text() == "abc"
    verify_artifact(artifact)


def test_what_stands_beside_an_artifact(tmp_path: Path) -> None:
    """Its record names its parents, its manifest every other file by size and hash."""
    store = open_store(tmp_path)
    finish(store)
    folder = tmp_path / "steps" / KEY[:2] / KEY
    assert json.loads((folder / "step.json").read_text())["parents"] == ["f" * 64]
    files = json.loads((folder / "manifest.json").read_text())["files"]
    assert sorted(files) == ["log.jsonl", "model/weights", "step.json"]
    assert files["model/weights"]["bytes"] == 6
    assert {len(entry["sha256"]) for entry in files.values()} == {64}


def test_the_first_publication_stays(tmp_path: Path) -> None:
    """A second worker's result is dropped, and the store is as after the first."""
    store = open_store(tmp_path)
    assert finish(store, {"by": "first"}) is True
    assert finish(store, {"by": "second"}) is False
    artifact = read_artifact(store, KEY)
    verify_artifact(artifact)
    assert artifact.facts == {"by": "first"}
    assert list((tmp_path / "work").iterdir()) == []


def _change_a_byte(folder: Path) -> None:
    (folder / "model" / "weights").write_text("123457")


def _lengthen(folder: Path) -> None:
    (folder / "log.jsonl").write_text("{}\n{}")


def _remove(folder: Path) -> None:
    (folder / "model" / "weights").unlink()


def _change_the_record(folder: Path) -> None:
    record = (folder / "step.json").read_text()
    (folder / "step.json").write_text(record.replace("xquad", "xqaud"))


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (_change_a_byte, "model/weights is not what was published"),
        (_lengthen, r"log\.jsonl is not what was published"),
        (_remove, "model/weights is missing"),
        (_change_the_record, r"step\.json is not what was published"),
    ],
)
def test_damage_is_noticed(tmp_path: Path, damage: Callable[[Path], None], what: str) -> None:
    """A changed byte, length or record and a missing file are found; the message says what to delete."""
    store = open_store(tmp_path)
    finish(store)
    damage(store.folder(KEY))
    message = rf"The finished step in .*{KEY} is damaged: {what}\. Delete that folder and run the study again"
    with pytest.raises(UserError, match=message):
        verify_artifact(read_artifact(store, KEY))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"step": {"kind": "dance"}, "facts": {}}'])
def test_a_damaged_record(tmp_path: Path, text: str) -> None:
    """A record that cannot be read is damage too, with the same cure."""
    store = open_store(tmp_path)
    finish(store)
    (store.folder(KEY) / "step.json").write_text(text)
    with pytest.raises(
        UserError,
        match=r"(?s)is damaged: step\.json is no record that this version can read\. Delete that folder",
    ):
        read_artifact(store, KEY)


def test_a_deleted_step_can_be_done_again(tmp_path: Path) -> None:
    """The cure the messages give works: once its folder is deleted, a step is simply not finished."""
    store = open_store(tmp_path)
    finish(store)
    for path in sorted(store.folder(KEY).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    store.folder(KEY).rmdir()
    assert not store.has(KEY)
    assert finish(store) is True
    verify_artifact(read_artifact(store, KEY))


def test_a_workplace(tmp_path: Path) -> None:
    """A worker works in a folder of its own, named after step and worker, and finds it again."""
    store = open_store(tmp_path)
    lease = _leased(store, "a")
    place = workplace(store, lease)
    (place / "checkpoint").write_text("step 7")
    assert place == tmp_path / "work" / f"{KEY}.a"
    assert workplace(store, lease) == place
    assert (place / "checkpoint").read_text() == "step 7"
    assert store.workplaces(KEY) == [place]


def test_a_dead_workers_checkpoints_are_taken_over(tmp_path: Path) -> None:
    """Work goes on where a dead worker left it; its failure, if it wrote one, is history."""
    store = open_store(tmp_path)
    lost = claim(store.leases, KEY, dead("a"))
    assert lost is not None
    left = workplace(store, lost)
    (left / "deep").mkdir()
    (left / "deep" / "checkpoint").write_text("step 7")
    (left / "error.json").write_text("{}")
    place = workplace(store, _leased(store, "b"))
    assert not left.exists()
    assert (place / "deep" / "checkpoint").read_text() == "step 7"
    assert not (place / "error.json").exists()
    assert store.workplaces(KEY) == [place]


def test_a_workplace_is_of_one_step(tmp_path: Path) -> None:
    """Nobody's work on another step is touched."""
    store = open_store(tmp_path)
    other = store.root / "work" / f"{'0' * 64}.a"
    other.mkdir(parents=True)
    workplace(store, _leased(store, "b"))
    assert other.is_dir()


def test_an_own_workplace_goes_before_one_left_behind(tmp_path: Path) -> None:
    """A worker that has a folder keeps it; another one's is cleared away."""
    store = open_store(tmp_path)
    for name in ("a", "b"):
        (store.root / "work" / f"{KEY}.{name}").mkdir(parents=True)
        (store.root / "work" / f"{KEY}.{name}" / "checkpoint").write_text(name)
    place = workplace(store, _leased(store, "b"))
    assert (place / "checkpoint").read_text() == "b"
    assert store.workplaces(KEY) == [place]


def test_publishing_takes_plain_facts_only(tmp_path: Path) -> None:
    """What JSON cannot hold is refused, and nothing half is published."""
    store = open_store(tmp_path)
    draft = tmp_path / "work" / "draft"
    draft.mkdir(parents=True)
    with pytest.raises(ValueError, match="not JSON compliant"):
        publish(store, KEY, STEP, {"loss": float("nan")}, draft)
    assert not store.has(KEY)
