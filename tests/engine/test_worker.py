"""Tests of a worker's dealings with one step: leases lost, failures of its own and of others."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.compute import carry_out as carry_out_module
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.worker import Event, failures, work
from stiltwalk.spec.errors import InterruptedRunError, UserError
from stiltwalk.store import leases
from tests.worlds import prepared_study, write_world


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """Two steps, the second a child of the first."""
    data = write_world(tmp_path / "data")
    return prepared_study(data, tmp_path / "store", {"targets": ["tatoeba"], "intermediate": []})


def test_a_lost_lease_is_no_failure(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker whose step was taken over drops it in silence, whatever its last write ran into."""
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.01)
    stopped: list[bool] = []

    def robbed(step: object, key: str, place: Any, folder: Path, monitor: Any) -> bool:
        path = place.store.leases / f"{key}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"token": "another's"}))
        for _ in range(500):
            try:
                monitor.check()
            except InterruptedRunError:
                break
            time.sleep(0.01)
        stopped.append(True)
        raise OSError("the folder is gone")

    monkeypatch.setattr(carry_out_module, "carry_out", robbed)
    told: list[Event] = []
    with pytest.raises(InterruptedRunError):
        work(prepared.plan, prepared.place, told.append, lambda: bool(stopped), 0.0)
    assert [event.kind for event in told] == ["began"]
    assert failures(prepared.plan, prepared.place.store) == {}


def test_a_users_mistake_is_told_without_a_traceback(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the user can mend is kept in its own words; a bug is kept with its traceback."""

    def mistaken(*_: object) -> bool:
        raise UserError("put the file back")

    def broken(*_: object) -> bool:
        raise ZeroDivisionError

    since = time.time()
    monkeypatch.setattr(carry_out_module, "carry_out", mistaken)
    work(prepared.plan, prepared.place, lambda event: None, lambda: False, since)
    assert list(failures(prepared.plan, prepared.place.store).values()) == ["put the file back"]
    monkeypatch.setattr(carry_out_module, "carry_out", broken)
    work(prepared.plan, prepared.place, lambda event: None, lambda: False, time.time())
    (message,) = failures(prepared.plan, prepared.place.store).values()
    assert message.startswith("Traceback")
    assert "ZeroDivisionError" in message


def test_what_failed_in_this_run_is_not_tried_again(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker's failure in the same run counts as one's own; an older one is tried again."""
    tries: list[str] = []

    def mistaken(step: object, key: str, *_: object) -> bool:
        tries.append(key)
        raise UserError("no")

    monkeypatch.setattr(carry_out_module, "carry_out", mistaken)
    since = time.time()
    for _ in range(2):
        work(prepared.plan, prepared.place, lambda event: None, lambda: False, since)
    assert len(tries) == 1
    time.sleep(0.05)
    work(prepared.plan, prepared.place, lambda event: None, lambda: False, time.time())
    assert len(tries) == 2
