"""Tests of the states of steps, read from the store alone."""

from __future__ import annotations

from pathlib import Path

from stiltwalk.engine.local import run_local
from stiltwalk.engine.status import finished_pretraining, step_states
from stiltwalk.store.leases import claim, this_worker
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
