"""Tests of what is fixed before the first result and asked afterwards: written once, added to, never lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.study import Study
from stiltwalk.store.looks import add_look, design_of, freeze, read_frozen, read_looks
from stiltwalk.store.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return open_store(tmp_path / "store")


def _study(**fields: Any) -> Study:
    raw = {"study": "s", "encoders": ["x/e"], "intermediate": ["squad"], "targets": ["udpos"]}
    return Study.model_validate(raw | fields)


def test_frozen_once(store: Store) -> None:
    """The first run's analysis stays, whatever a later one says."""
    first = freeze(store, _study(analysis={"margin": 0.5}))
    assert first.analysis["margin"] == 0.5
    assert freeze(store, _study(analysis={"margin": 9})) == first
    assert read_frozen(store, "s") == first
    assert first.digest == _study(analysis={"margin": 0.5}).analysis.digest


def test_of_several_writers_the_first_wins(store: Store) -> None:
    """Many at once: all are told of one and the same record, and no draft is left."""
    studies = [_study(analysis={"margin": margin / 10}) for margin in range(1, 17)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda study: freeze(store, study), studies))
    assert len({each.digest for each in found}) == 1
    assert [path.name for path in (store.root / "studies" / "s").iterdir()] == ["analysis.json"]


def test_a_disk_without_links(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no hard link can be made the record is put there by a rename."""

    def refused(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("os.link", refused)
    assert freeze(store, _study()) == read_frozen(store, "s")
    assert len(list((store.root / "studies" / "s").iterdir())) == 1


def test_nothing_is_on_record(store: Store) -> None:
    """A study of an earlier version has no record, and was never looked at."""
    assert read_frozen(store, "s") is None
    assert read_looks(store, "s") == []


def test_looks_are_added(store: Store) -> None:
    """Each look is a line, in order."""
    add_look(store, "s", {"answer": "gain"})
    add_look(store, "s", {"answer": "loss"})
    assert [look["answer"] for look in read_looks(store, "s")] == ["gain", "loss"]


@pytest.mark.parametrize("content", ["{", "[]", '{"digest": "a"}'])
def test_a_damaged_record_says_so(store: Store, content: str) -> None:
    """What cannot be read is named, with what can be done."""
    freeze(store, _study())
    (store.root / "studies" / "s" / "analysis.json").write_text(content)
    with pytest.raises(UserError, match=r"analysis\.json is damaged.*Restore it"):
        read_frozen(store, "s")


@pytest.mark.parametrize("content", ["{\n", "[1]\n"])
def test_damaged_looks_say_so(store: Store, content: str) -> None:
    """A line that is no object is damage, not silence."""
    add_look(store, "s", {"answer": "gain"})
    with (store.root / "studies" / "s" / "looks.jsonl").open("a") as stream:
        stream.write(content)
    with pytest.raises(UserError, match=r"looks\.jsonl is damaged"):
        read_looks(store, "s")


def test_design_says_which_fields_changed() -> None:
    """Seeds that were added are seen; how steps are carried out is no part of what is compared."""
    before = design_of(_study())
    assert design_of(_study(execution={"threads": 3}, analysis={"margin": 7})) == before
    after = design_of(_study(seeds=7))
    assert [name for name in before if before[name] != after[name]] == ["seeds"]


def test_records_are_plain_json(store: Store) -> None:
    """Anyone can read what was fixed."""
    freeze(store, _study())
    raw = json.loads((store.root / "studies" / "s" / "analysis.json").read_text())
    assert set(raw) == {"analysis", "at", "design", "digest"}
