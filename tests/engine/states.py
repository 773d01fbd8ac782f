"""Steps that compute nothing, put into any state."""

from __future__ import annotations

import json

from stiltwalk.engine.failures import Failure, write_failure
from stiltwalk.engine.prepare import Prepared
from stiltwalk.store.leases import claim, this_worker
from stiltwalk.store.store import publish
from tests.engine.steps import key


def done(prepared: Prepared, name: str, seconds: float, chosen_of: str | None = None) -> None:
    """Publish a step of nothing that took so many seconds."""
    store, step_key = prepared.place.store, key(prepared.plan, name)
    draft = store.root / "work" / f"{step_key}.me" / "draft"
    draft.mkdir(parents=True)
    facts = {"wall_seconds": seconds, "chosen_of": chosen_of}
    publish(store, step_key, prepared.plan.nodes[step_key].step, facts, draft)
    draft.parent.rmdir()


def begin(prepared: Prepared, name: str, said: object) -> None:
    """Have this process hold the lease on a step and say how far it is."""
    store, step_key = prepared.place.store, key(prepared.plan, name)
    assert claim(store.leases, step_key, this_worker()) is not None
    folder = store.root / "work" / f"{step_key}.me"
    folder.mkdir(parents=True)
    (folder / "progress.json").write_text(json.dumps(said))


def fail(prepared: Prepared, name: str) -> None:
    """Have given up a step after two attempts, with a message of two lines."""
    folder = prepared.place.store.root / "work" / f"{key(prepared.plan, name)}.him"
    folder.mkdir(parents=True)
    write_failure(folder, Failure(name, "Traceback\nValueError: [no] such thing", 2, False, 77.0))
