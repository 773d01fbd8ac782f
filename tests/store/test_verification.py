"""Tests of verification: every file that changed is found, named and given a cure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import write_json
from stiltwalk.store.inventory import find_keys
from stiltwalk.store.store import Store, files_in, finished_keys, open_store
from stiltwalk.store.studies import keep_study
from stiltwalk.store.verification import Damage, verify_rest, verify_steps

from ..plan.fakes import plan
from .fakes import back_to, finish_plan, table

MADE = plan({})
KEY = MADE.cells[0].key


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with a study, its steps, a table and a base."""
    opened = open_store(tmp_path / "store")
    keep_study(opened, MADE, None)
    finish_plan(opened, MADE)
    table(opened)
    base = opened.bases / "given"
    base.mkdir(parents=True)
    (base / "model.safetensors").write_bytes(back_to())
    write_json(base / "manifest.json", {"files": files_in(base)})
    return opened


def _found(store: Store) -> list[Damage]:
    return [*verify_steps(store, finished_keys(store)), *verify_rest(store)]


def test_a_whole_store(store: Store) -> None:
    """Nothing is wrong with it, and every step was looked at."""
    told: list[str] = []
    assert [*verify_steps(store, MADE.nodes, told.append), *verify_rest(store)] == []
    assert told == list(MADE.nodes)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [_cut, _flip, Path.unlink])
@pytest.mark.parametrize(
    ("what", "path", "cure"),
    [
        ("step", f"steps/{KEY[:2]}/{KEY}/results.parquet", "delete that folder and run its study again"),
        ("table", "tables/*/table.safetensors", "put it back from a copy"),
        ("base", "bases/given/model.safetensors", "put it back from a copy"),
        ("study", "studies/s/*.steps.parquet", "run the study again"),
    ],
)
def test_what_changed_is_found(
    store: Store, harm: Callable[[Path], None], what: str, path: str, cure: str
) -> None:
    """And nothing else is."""
    (hurt,) = store.root.glob(path)
    harm(hurt)
    found = _found(store)
    if (what, harm) == ("study", _flip):
        assert len(found) <= 1  # a plan has no checksum of its own: the last byte is that of its format
        return
    (damage,) = found
    assert damage.what == what
    assert hurt.name in damage.found
    assert cure in damage.cure


@pytest.mark.parametrize("content", ["", "[]", '{"files": 1}', '{"files": {"step.json": 1}}'])
def test_a_manifest_that_is_none(store: Store, content: str) -> None:
    """It is named like any other file."""
    (store.folder(KEY) / "manifest.json").write_text(content)
    (damage,) = _found(store)
    assert "manifest.json" in damage.found


def test_steps_are_found_by_their_first_digits(store: Store) -> None:
    """As they are printed elsewhere; what fits none or several is refused."""
    assert list(find_keys(store, [KEY[:12], KEY])) == [KEY, KEY]
    for word, said in (("0" * 12, "is no finished step"), ("", "begins the keys of|is no finished step")):
        with pytest.raises(UserError, match=f"'{word}' ({said}).*Give the first digits of a key"):
            list(find_keys(store, [word]))
