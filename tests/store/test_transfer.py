"""Tests of copies between stores: whole or not at all, gone on with, and nothing written over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import UnknownNameError, UserError
from stiltwalk.store.atomic import write_json
from stiltwalk.store.looks import add_look, freeze, read_frozen, read_looks
from stiltwalk.store.remote_store import RemoteStore, open_remote
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import FORMAT, Store, files_in, finished_keys, open_store, publish
from stiltwalk.store.studies import keep_study, kept_names, read_kept_study
from stiltwalk.store.transfer import Copied, pull, push
from stiltwalk.store.verification import verify_rest, verify_steps

from ..plan.fakes import plan
from .fakes import STEP, back_to, finish_plan, table

ONE = plan({"study": "one", "intermediate": ["squad"]})
TWO = plan({"study": "two", "targets": ["udpos"]})


def _silent(_: str) -> None:
    """Hears what is copied."""


@pytest.fixture(params=["file", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of a place where no store is yet, on disk and elsewhere."""
    if request.param == "file":
        yield (tmp_path / "there").as_uri()
        return
    files = fsspec.filesystem("memory")
    yield "memory://there/store"
    if files.exists("/there"):
        files.rm("/there", recursive=True)


@pytest.fixture
def here(tmp_path: Path) -> Store:
    """A store with two studies, and a step that goes back to a base, and that to a table."""
    store = open_store(tmp_path / "here")
    for made in (ONE, TWO):
        keep_study(store, made, Path("/data"))
        finish_plan(store, made)
    base = store.bases / "given"
    base.mkdir(parents=True)
    (base / "rows.safetensors").write_bytes(back_to(table=table(store)))
    write_json(base / "manifest.json", {"files": files_in(base)})
    draft = store.root / "work" / "draft" / "model"
    draft.mkdir(parents=True)
    (draft / "config.json").write_text("{}")
    (draft / "adapters.safetensors").write_bytes(back_to(base="given"))
    assert publish(store, "e" * 64, STEP, {}, draft.parent)
    return store


def _pushed(store: Store, url: str, study: str | None = None) -> Copied:
    return push(store, open_remote(url, make=True), study, _silent)


def _pulled(store: Store, url: str, study: str | None = None) -> Copied:
    return pull(store, open_remote(url, make=False), study, _silent)


def _other(tmp_path: Path) -> Store:
    return open_store(tmp_path / "other")


def _same(one: Store, other: Store, made: Plan) -> bool:
    """Whether a study has the same rows in both, and everything in the other is intact."""
    assert [*verify_steps(other, finished_keys(other)), *verify_rest(other)] == []
    return study_rows(one, made).equals(study_rows(other, made))


def test_there_and_back(here: Store, url: str, tmp_path: Path) -> None:
    """Everything that was pushed comes back elsewhere: steps, studies, rows, tables and bases."""
    count = len(ONE.nodes.keys() | TWO.nodes.keys()) + 1
    pushed = _pushed(here, url)
    assert (pushed.steps, pushed.there, pushed.studies) == (count, 0, 2)
    other = _other(tmp_path)
    pulled = _pulled(other, url)
    assert (pulled.steps, pulled.there, pulled.studies) == (count, 0, 2)
    assert set(finished_keys(other)) == set(finished_keys(here))
    assert kept_names(other) == ["one", "two"]
    assert read_kept_study(other, "one").plan == ONE
    assert _same(here, other, ONE)
    assert [path.name for path in other.tables.iterdir()] == [path.name for path in here.tables.iterdir()]
    assert list((other.root / "work").iterdir()) == []
    assert _pushed(here, url) == Copied(0, count, 2, 0)
    assert _pulled(other, url) == Copied(0, count, 2, 0)


def test_one_study(here: Store, url: str, tmp_path: Path) -> None:
    """Its steps and those behind it are copied, and no others."""
    assert _pushed(here, url, "one").steps == len(ONE.nodes)
    _pushed(here, url)
    other = _other(tmp_path)
    assert _pulled(other, url, "two").steps == len(TWO.nodes)
    assert (set(finished_keys(other)), kept_names(other)) == (set(TWO.nodes), ["two"])
    assert _same(here, other, TWO)
    with pytest.raises(UnknownNameError, match="Did you mean 'one'"):
        _pulled(other, url, "onne")
    with pytest.raises(UnknownNameError, match="Did you mean 'two'"):
        _pushed(here, url, "twoo")


def test_what_was_fixed_before_the_first_run_comes_along(here: Store, url: str, tmp_path: Path) -> None:
    """The frozen analysis and the looks of a study; a record that is there is never written over."""
    frozen = freeze(here, ONE.study)
    add_look(here, "one", {"answer": "gain"})
    _pushed(here, url)
    other = _other(tmp_path)
    _pulled(other, url, "one")
    assert read_frozen(other, "one") == frozen
    assert read_looks(other, "one") == [{"answer": "gain"}]
    add_look(other, "one", {"answer": "loss"})
    _pulled(other, url, "one")
    assert len(read_looks(other, "one")) == 2


def test_a_push_that_was_cut_off_is_gone_on_with(
    here: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is whole there stays; the step that was on its way is none until its manifest is there."""
    real, left = RemoteStore.put, [7]

    def put(self: RemoteStore, source: Path, path: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError("the line is dead")
        real(self, source, path)

    with monkeypatch.context() as patch:
        patch.setattr(RemoteStore, "put", put)
        with pytest.raises(
            UserError, match=r"cannot be read or written: the line is dead\. .*same command again"
        ):
            _pushed(here, url)
    half = _other(tmp_path)
    came = _pulled(half, url).steps
    assert 0 < came < len(set(finished_keys(here)))
    assert [*verify_steps(half, finished_keys(half))] == []
    assert _pushed(here, url).there == came
    _pulled(half, url)
    assert _same(here, half, ONE)


def test_a_pull_that_was_cut_off_is_gone_on_with(
    here: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same the other way round."""
    _pushed(here, url)
    other = _other(tmp_path)
    real, left = RemoteStore.get, [7]

    def get(self: RemoteStore, path: str, target: Path) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        real(self, path, target)

    with monkeypatch.context() as patch:
        patch.setattr(RemoteStore, "get", get)
        with pytest.raises(UserError, match=f"No space is left on the disk that holds {other.root}"):
            _pulled(other, url)
    assert 0 < len(set(finished_keys(other))) < len(set(finished_keys(here)))
    assert [*verify_steps(other, finished_keys(other))] == []
    _pulled(other, url)
    assert _same(here, other, ONE)


def test_the_first_publication_stays(here: Store, url: str, tmp_path: Path) -> None:
    """A step that is on the other side is not written over, in either direction."""
    key = ONE.cells[0].key
    other = _other(tmp_path)
    finish_plan(other, ONE, rows=5)
    _pushed(here, url)
    _pushed(other, url)
    _pulled(other, url)
    assert len(study_rows(other, ONE)) == 5 * len(ONE.cells)
    third = open_store(tmp_path / "third")
    _pulled(third, url)
    assert len(study_rows(third, ONE)) == 2 * len(ONE.cells)
    assert key in set(finished_keys(third))


def test_damage_does_not_travel(here: Store, url: str, tmp_path: Path) -> None:
    """Neither there nor back: it is named, and nothing of the step is kept."""
    _pushed(here, url)
    remote = open_remote(url, make=False)
    key = ONE.cells[0].key
    path = f"{remote.step(key)}/results.parquet"
    remote.files.pipe_file(path, remote.files.cat_file(path)[:-1] + b"x")
    other = _other(tmp_path)
    with pytest.raises(UserError, match=rf"{key} is damaged: results\.parquet is not what was published"):
        _pulled(other, url)
    assert not other.has(key)
    (here.folder(TWO.cells[0].key) / "results.parquet").write_bytes(b"x")
    with pytest.raises(UserError, match=r"is damaged: results\.parquet .*'stiltwalk store verify'"):
        push(here, open_remote(f"{url}/new", make=True), "two", _silent)


def test_what_did_not_arrive_is_noticed(here: Store, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is read back before its step becomes one there."""
    monkeypatch.setattr(RemoteStore, "sha256", lambda self, path: "0" * 64)
    with pytest.raises(UserError, match=r"did not arrive as it was sent\. Run the same command again"):
        _pushed(here, url)
    remote = open_remote(url, make=False)
    assert [key for key in remote.step_keys() if remote.manifest(remote.step(key)) is not None] == []


@pytest.mark.parametrize("name", ["../../escaped", "/etc/escaped", "a//b", "", "a/../../b", "..\\b"])
def test_a_file_stays_in_its_folder(here: Store, url: str, tmp_path: Path, name: str) -> None:
    """A manifest that names a file elsewhere is not trusted."""
    _pushed(here, url)
    remote = open_remote(url, make=False)
    key = ONE.cells[0].key
    manifest = {"files": {name: {"bytes": 1, "sha256": "0" * 64}}}
    remote.files.pipe_file(f"{remote.step(key)}/manifest.json", json.dumps(manifest).encode())
    other = _other(tmp_path)
    _pulled(other, url)
    assert not other.has(key)
    assert not list(tmp_path.rglob("escaped"))


def test_a_step_under_a_wrong_name(here: Store, url: str, tmp_path: Path) -> None:
    """A step counts under its own key and no other."""
    _pushed(here, url)
    remote = open_remote(url, make=False)
    remote.files.copy(remote.step("e" * 64), remote.step("d" * 64), recursive=True)
    with pytest.raises(UserError, match=r"d{64} is damaged: step\.json is of another step"):
        _pulled(_other(tmp_path), url)


def test_where_no_store_is(here: Store, tmp_path: Path, url: str) -> None:
    """Nothing to pull from, another kind of folder, a newer version, an unknown protocol: each in words."""
    with pytest.raises(UserError, match="There is no store at"):
        open_remote(url, make=False)
    remote = open_remote(url, make=True)
    remote.files.pipe_file(remote.path("format.json"), json.dumps({"format": FORMAT + 1}).encode())
    message = rf"has format {FORMAT + 1}, this version reads format {FORMAT}\. Upgrade"
    with pytest.raises(UserError, match=message):
        open_remote(url, make=True)
    remote.files.rm(remote.path("format.json"))
    remote.files.pipe_file(remote.path("thesis.tex"), b"precious")
    with pytest.raises(UserError, match="is not empty and is no stiltwalk store"):
        open_remote(url, make=True)
    with pytest.raises(
        UserError, match=r"'nowhere://x' cannot be reached: .*fsspec knows, such as file:///shared"
    ):
        open_remote("nowhere://x", make=True)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """What the other side says is shown."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be read or written: Not a directory"):
        open_remote((tmp_path / "file" / "store").as_uri(), make=True)


def test_a_library_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A protocol whose package is not installed says which one."""

    def missing(_: str) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    with pytest.raises(UserError, match="'s3://b' cannot be reached: Install s3fs to access S3"):
        open_remote("s3://b", make=False)
