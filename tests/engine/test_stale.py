"""Tests of what a study no longer needs."""

from __future__ import annotations

from pathlib import Path

from stiltwalk.engine.stale import stale_steps
from stiltwalk.store.studies import keep_study
from tests.worlds import PRETRAIN, finish, prepared_study, write_world


def test_steps_of_an_earlier_revision(tmp_path: Path) -> None:
    """A study that was run, and then changed: its first encoder and what that predicted are left over."""
    data, changes = write_world(tmp_path / "data"), {"intermediate": [], "targets": ["tatoeba"]}
    first = prepared_study(data, tmp_path / "store", changes)
    store = first.place.store
    assert stale_steps(first.plan, store) == {}
    keep_study(store, first.plan, data)
    finish(first)
    assert stale_steps(first.plan, store) == {}
    other = {"name": "tiny", "pretrain": {**PRETRAIN["pretrain"], "seed": 2}}
    second = prepared_study(data, tmp_path / "store", {**changes, "encoders": [other]})
    found = stale_steps(second.plan, store)
    assert set(found) == set(first.plan.nodes)
    assert {entry.kind for entry in found.values()} == {"pretrain", "predict"}
    next((store.root / "studies" / "tiny-world").glob("*.yaml")).write_text("study: [")
    assert stale_steps(second.plan, store) == {}  # a revision that cannot be read says nothing
