"""Tests of the states of steps, read from the store alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stiltwalk.engine.failures import Failure, write_failure
from stiltwalk.engine.local import run_local
from stiltwalk.engine.status import MANY, facts_of, finished_pretraining, look, step_states
from stiltwalk.store.leases import claim, this_worker
from tests.engine.states import done
from tests.engine.steps import key, nothing_to_compute
from tests.store.fakes import dead
from tests.worlds import finish, node, prepared_study, write_world

TAGGING = {"targets": ["udpos"], "intermediate": []}


def test_every_state(tmp_path: Path) -> None:
    """Ready, needing a parent, running, failed and done are told apart, with the reason."""
    data = write_world(tmp_path / "data")
    plan, place = prepared = prepared_study(data, tmp_path / "store", TAGGING)
    states = step_states(plan, place.store)
    assert [s.state for s in states] == ["waiting"] * 3
    assert [s.why for s in states] == ["ready", "needs: pretrain tiny", "needs: target udpos, seed 1"]
    key = node(plan, "pretrain tiny").key
    lease = claim(place.store.leases, key, this_worker())
    assert lease is not None
    assert [s.state for s in step_states(plan, place.store)] == ["running", "waiting", "waiting"]
    lease.path.unlink()
    train = next((data / "ud").glob("*/en_*-ud-train.conllu"))
    whole = train.read_text()
    train.write_text("")
    run_local(plan, place, 0, lambda event: None)
    done, failed, waiting = step_states(plan, place.store)
    assert (done.state, failed.state, waiting.state) == ("done", "failed", "waiting")
    assert "changed since the study was planned" in failed.why
    train.write_text(whole)
    finish(prepared)
    assert {s.state for s in step_states(plan, place.store)} == {"done"}
    (made,) = finished_pretraining(place.store)
    assert (made.shape.layers, made.steps) == (2, 8)


def test_a_finished_step_is_not_looked_for_again(tmp_path: Path) -> None:
    """A look that knows an earlier one takes over what was finished then; a finished step stays finished."""
    prepared = nothing_to_compute(tmp_path / "store", {"a": "", "b": "a"})
    plan, store = prepared.plan, prepared.place.store
    done(prepared, "a", 1.0)
    before = look(plan, store)
    shutil.rmtree(store.root / "steps")
    assert look(plan, store, before).finished == before.finished
    assert look(plan, store).finished == {}


def test_a_look_lists_two_folders(tmp_path: Path) -> None:
    """Work and leases of other studies, drafts and what dead workers left are not taken for this study's."""
    prepared = nothing_to_compute(tmp_path / "store", {"a": "", "b": ""})
    plan, store = prepared.plan, prepared.place.store
    assert claim(store.leases, "f" * 64, this_worker()) is not None
    assert claim(store.leases, key(plan, "a"), dead("gone")) is not None
    (store.leases / f".{key(plan, 'b')}.json.draft").write_text("{}")
    for name in ("f" * 64 + ".other", key(plan, "a") + ".gone", ".hidden"):
        (store.root / "work" / name).mkdir(parents=True)
    seen = look(plan, store)
    assert (seen.held, seen.failed, list(seen.begun)) == ({}, {}, [key(plan, "a")])
    states = step_states(plan, store)
    assert [s.why for s in states] == ["ready (begun; goes on from its checkpoint)", "ready"]


def test_the_latest_failure_counts(tmp_path: Path) -> None:
    """Of two folders of one step the younger error is told; a step that runs again has not failed."""
    prepared = nothing_to_compute(tmp_path / "store", {"a": ""})
    plan, store = prepared.plan, prepared.place.store
    for name, at in (("a", 20.0), ("b", 10.0)):
        folder = store.root / "work" / f"{key(plan, 'a')}.{name}"
        folder.mkdir(parents=True)
        write_failure(folder, Failure("a", f"at {at:.0f}", 1, False, at))
    (state,) = step_states(plan, store)
    assert (state.state, state.why) == ("failed", "at 20")
    assert claim(store.leases, key(plan, "a"), this_worker()) is not None
    (state,) = step_states(plan, store)
    assert state.state == "running"


@pytest.mark.parametrize("count", [2, MANY + 1])
def test_facts_of_few_and_of_many(tmp_path: Path, count: int) -> None:
    """Read one by one or from the index, the facts are the same."""
    prepared = nothing_to_compute(tmp_path / "store", {f"s{n}": "" for n in range(count)})
    store, keys = prepared.place.store, list(prepared.plan.nodes)
    for n in range(count):
        done(prepared, f"s{n}", float(n))
    assert [facts["wall_seconds"] for facts in facts_of(store, keys).values()] == list(range(count))
