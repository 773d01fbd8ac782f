"""Tests of the index: quick, and never believed over the steps."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import UserError
from stiltwalk.store import entries as reading
from stiltwalk.store import generations, index
from stiltwalk.store.columns import COLUMNS
from stiltwalk.store.entries import read_entry
from stiltwalk.store.index import Index, open_index
from stiltwalk.store.store import Store, finished_keys, open_store

from ..plan.fakes import plan
from .fakes import finish_plan

WIDE = {"targets": ["xquad", "udpos"], "intermediate": ["squad"], "seeds": 2}


@pytest.fixture
def made() -> Plan:
    """A plan of a few steps."""
    return plan(WIDE)


@pytest.fixture
def store(tmp_path: Path, made: Plan) -> Store:
    """A store in which they are finished."""
    opened = open_store(tmp_path / "store")
    finish_plan(opened, made)
    return opened


def _values(store: Store, made: Plan) -> list[tuple[str, int, list[float]]]:
    """What the index says of the rows of every cell: step, how many, and their values."""
    keys = [cell.key for cell in made.cells]
    table, lengths = open_index(store).rows(keys)
    values = iter(table["value"].to_pylist())
    return [(key, n, [next(values) for _ in range(n)]) for key, n in zip(keys, lengths, strict=True)]


def _expected(made: Plan) -> list[tuple[str, int, list[float]]]:
    return [(cell.key, 2, [0.0, 1.0]) for cell in made.cells]


def _compacted(store: Store, monkeypatch: pytest.MonkeyPatch) -> Index:
    """The index, once a generation was written of all there is."""
    monkeypatch.setattr(index, "MANY", 1)
    found = open_index(store)
    found.entries(finished_keys(store))
    assert found.generation.folder is not None
    assert not found.fresh
    return found


def _no_steps_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a step's record was opened")

    monkeypatch.setattr(index, "read_entry", refuse)


def test_the_journal_knows_what_was_published(
    store: Store, made: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right after publication no step has to be opened."""
    _no_steps_are_opened(monkeypatch)
    assert _values(store, made) == _expected(made)
    assert set(open_index(store).entries(made.nodes)) == set(made.nodes)


def test_a_generation_takes_the_journal_in(store: Store, made: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once much is new it becomes a generation, the journal goes, and all is known as before."""
    before = open_index(store).entries(made.nodes)
    _compacted(store, monkeypatch)
    assert list(store.journal.iterdir()) == []
    assert sorted(path.name for path in (store.root / "index").iterdir()) == ["00000001", "journal"]
    _no_steps_are_opened(monkeypatch)
    assert open_index(store).entries(made.nodes) == before
    assert _values(store, made) == _expected(made)


def test_few_new_steps_make_no_generation(store: Store, made: Plan) -> None:
    """A handful of lines is read quickly enough."""
    assert open_index(store).entries(made.nodes)
    assert [path.name for path in (store.root / "index").iterdir()] == ["journal"]


def test_an_entry_says_what_the_step_says(store: Store, made: Plan) -> None:
    """Kind, task, parents, seconds, size and shape are those of its files."""
    (cell, *_) = [cell for cell in made.cells if cell.intermediate == "squad"]
    found = open_index(store).entries(made.nodes)
    entry = found[cell.key]
    step = made.nodes[cell.key].step
    assert (entry.kind, entry.task, entry.parents) == ("predict", cell.target, step.parents[0])
    assert (entry.wall_seconds, entry.degenerate, entry.sizes) == (2.0, False, "")
    files = [path for path in store.folder(cell.key).rglob("*") if path.is_file()]
    assert entry.bytes == sum(path.stat().st_size for path in files if path.name != "manifest.json")
    assert found[entry.parents].sizes.startswith("[2, 8, 32")
    assert found[entry.parents].memory_class


@pytest.mark.parametrize("part", ["index", "index/journal", "index/00000001/rows.parquet"])
def test_a_lost_index_is_made_again(
    store: Store, made: Plan, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """Whatever of it is deleted, nothing is lost."""
    _compacted(store, monkeypatch)
    path = store.root / part
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert _values(store, made) == _expected(made)


@pytest.mark.parametrize("name", ["steps.parquet", "rows.parquet"])
@pytest.mark.parametrize("content", [b"", b"PAR1 nonsense PAR1"])
def test_a_corrupt_generation_is_replaced(
    store: Store, made: Plan, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    """A file that is no table is passed over, and a new generation follows it."""
    _compacted(store, monkeypatch)
    (store.root / "index" / "00000001" / name).write_bytes(content)
    assert _values(store, made) == _expected(made)
    assert open_index(store).generation.number == 2


def test_a_generation_torn_in_the_middle(store: Store, made: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bit that flipped in a page is noticed when that is needed; no score is made of it."""
    _compacted(store, monkeypatch)
    path = store.root / "index" / "00000001" / "rows.parquet"
    column = pq.read_metadata(path).row_group(0).column(COLUMNS.names.index("value") - 1)
    content = bytearray(path.read_bytes())
    content[column.data_page_offset + column.total_compressed_size - 3] ^= 1
    path.write_bytes(content)
    assert _values(store, made) == _expected(made)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "rubbish", ['{"entry": {"key": "x"}, "rows": {}}', "{", "[1]", '{"entry": 1, "rows": {}}']
)
def test_rubbish_in_the_journal(store: Store, made: Plan, rubbish: str) -> None:
    """Lines that say nothing are passed over, and so is the end of one that a kill tore."""
    (path,) = store.journal.iterdir()
    path.write_bytes(path.read_bytes()[:-40] + f"\n{rubbish}".encode())
    assert _values(store, made) == _expected(made)


def test_a_step_that_is_gone_is_not_believed(
    store: Store, made: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleted steps have no rows and no entry, whatever the index says; the next generation drops them."""
    found = _compacted(store, monkeypatch)
    gone = made.cells[0].key
    shutil.rmtree(store.folder(gone))
    assert gone not in open_index(store).entries(made.nodes)
    assert [n for key, n, _ in _values(store, made) if key == gone] == [0]
    found._read(made.cells[1].key, store.folder(made.cells[1].key))
    assert found._compact()
    assert gone not in found.generation.places


@pytest.mark.parametrize("compact", [False, True])
def test_a_step_computed_anew_is_read_anew(
    store: Store, made: Plan, monkeypatch: pytest.MonkeyPatch, compact: bool
) -> None:
    """An entry is of one publication: the rows of a second one of the same key are its own."""
    if compact:
        _compacted(store, monkeypatch)
    key = made.cells[0].key
    shutil.rmtree(store.folder(key))
    finish_plan(store, made, rows=3, keys=[key])
    assert next(n for found, n, _ in _values(store, made) if found == key) == 3


def test_a_damaged_step_is_named(store: Store, made: Plan) -> None:
    """Rows that cannot be read are no traceback: step, and cure; other steps are read without it."""
    key = made.cells[0].key
    shutil.rmtree(store.root / "index")
    (store.folder(key) / "results.parquet").write_bytes(b"torn")
    with pytest.raises(UserError, match=rf"{key} is damaged: .*Delete that folder and run the study again"):
        open_index(store).rows([key])
    found = open_index(store)
    assert set(found.entries(made.nodes)) == made.nodes.keys() - {key}
    assert found.unreadable == {key}


def test_a_store_that_cannot_be_written_is_read(
    store: Store, made: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no generation can be written the journal stays, and all is known."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(index, "MANY", 1)
    monkeypatch.setattr(generations, "publish_folder", full)
    assert _values(store, made) == _expected(made)
    assert len(list(store.journal.iterdir())) == 1
    assert [path.name for path in (store.root / "index").iterdir()] == ["journal"]


def test_generations_follow_each_other(store: Store, made: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last but one stays for who still reads it; older ones go."""
    monkeypatch.setattr(index, "MANY", 1)
    for key in [cell.key for cell in made.cells][:3]:
        found = open_index(store)
        found._read(key, store.folder(key))
        assert found._compact()
    names = sorted(path.name for path in (store.root / "index").glob("0*"))
    assert names == ["00000002", "00000003"]


def test_many_compact_at_once(store: Store, made: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers that write the next generation at one moment do each other no harm."""
    monkeypatch.setattr(index, "MANY", 1)
    found: list[Any] = []
    barrier = threading.Barrier(4)

    def read() -> None:
        barrier.wait()
        found.append(_values(store, made))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [_expected(made)] * 4
    assert _values(store, made) == _expected(made)


def test_all_finished_steps_are_taken_in(store: Store, made: Plan) -> None:
    """Also those that an earlier version published, which noted nothing."""
    shutil.rmtree(store.root / "index")
    found = open_index(store)
    assert list(found.known(("key",))) == []
    found.complete()
    assert {key for (key,) in found.known(("key",))} == set(made.nodes)


def test_a_record_of_another_version(store: Store, made: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step of an unknown kind has an entry, and no class that memory could be learned for."""
    key = made.cells[0].key
    monkeypatch.setattr(reading, "parse_step", _refuse)
    entry = read_entry(key, store.folder(key))
    assert entry is not None
    assert (entry.kind, entry.memory_class) == ("predict", "")


def _refuse(raw: object) -> None:
    raise ValueError(raw)


@settings(max_examples=15, deadline=None)
@given(
    first=st.sets(st.integers(0, 5)),
    second=st.sets(st.integers(0, 5)),
    asked=st.lists(st.integers(0, 5)),
    many=st.integers(1, 9),
)
def test_the_index_says_what_the_folders_say(
    first: set[int], second: set[int], asked: list[int], many: int
) -> None:
    """Whatever is published, compacted and asked for in whatever order, often or never."""
    made = plan({**WIDE, "intermediate": []})
    keys = list(dict.fromkeys(cell.key for cell in made.cells))
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "MANY", many)
        store = open_store(Path(folder) / "store")
        for some in (first, second - first):
            finish_plan(
                store,
                made,
                keys=[
                    keys[n % len(keys)]
                    for n in {n % len(keys) for n in some}
                    if not store.has(keys[n % len(keys)])
                ],
            )
            open_index(store).entries(keys)
        wanted = [keys[n % len(keys)] for n in asked]
        table, lengths = open_index(store).rows(wanted)
        assert lengths == [2 if store.has(key) else 0 for key in wanted]
        targets = [
            made.nodes[key].step.model_dump()["task"] for key in wanted if store.has(key) for _ in range(2)
        ]
        assert table["target"].to_pylist() == targets
