"""Workers, clocks and finished steps that the tests of this package make up."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.steps import PredictStep, key_of
from stiltwalk.spec.execution import Execution
from stiltwalk.store.columns import ROW_SCHEMA, write_rows
from stiltwalk.store.leases import Worker, this_worker
from stiltwalk.store.store import Store, publish

STEP = PredictStep(parent="f" * 64, task="xquad", data={"de": "1"}, max_tokens=8, execution=Execution())
KEY = key_of(STEP)

CONFIG = {"num_hidden_layers": 2, "hidden_size": 8, "vocab_size": 100}
"""Of a tiny encoder."""

ROW: Mapping[str, Any] = {
    "split": "test",
    "metric": "f1",
    "n": 10,
    "degenerate": False,
    "caveats": "",
    "schema": ROW_SCHEMA,
}
"""What the result rows of finished plans have in common."""

NO_PROCESS = 2**22 + 1
"""A process number above the most that Linux hands out."""


class FakeClock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self.now += seconds


def here(name: str) -> Worker:
    """A worker of this very process under another ``name``: alive as long as the test is."""
    me = this_worker()
    return Worker(name, me.host, me.pid, me.started)


def elsewhere(name: str) -> Worker:
    """A worker on another machine, of which only its beats can be seen."""
    return Worker(name, "another-machine", 1, 0.0)


def dead(name: str) -> Worker:
    """A worker on this machine whose process is gone."""
    return Worker(name, this_worker().host, NO_PROCESS, 0.0)


def finish_plan(store: Store, made: Plan, rows: int = 2, keys: Iterable[str] | None = None) -> None:
    """Publish steps of ``made`` (by default all), trainings with a model, predictions with result rows."""
    for key in made.nodes if keys is None else keys:
        step = made.nodes[key].step
        draft = store.root / "work" / "draft"
        (draft / "model").mkdir(parents=True)
        if isinstance(step, PredictStep):
            found = [{**ROW, "target": step.task, "language": f"l{n}", "value": 1.0 * n} for n in range(rows)]
            write_rows(draft / "results.parquet", found)
        else:
            (draft / "model" / "config.json").write_text(json.dumps(CONFIG))
        assert publish(store, key, step, {"wall_seconds": 2.0, "degenerate": False}, draft)


def back_to(**said: str) -> bytes:
    """A safetensors file without tensors that says ``said`` of itself."""
    text = json.dumps({"__metadata__": said}).encode()
    return len(text).to_bytes(8, "little") + text


def table(store: Store, values: bytes = b"1234") -> str:
    """Put an embedding table of these values into ``store``; returns its name."""
    name = hashlib.sha256(values).hexdigest()
    text = b'{"table":{}}'
    path = store.tables / name / "table.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + values)
    return name


def grow_old(path: Path, days: float = 2) -> None:
    """Let ``path`` and what is directly in it have changed ``days`` ago."""
    then = time.time() - days * 86400
    for each in [*(path.iterdir() if path.is_dir() else ()), path]:
        os.utime(each, (then, then))


def finish(
    store: Store, facts: Mapping[str, Any] | None = None, files: Mapping[str, str] | None = None
) -> bool:
    """Publish ``STEP`` with ``files``."""
    draft = store.root / "work" / "draft"
    for name, text in (files or {"model/weights": "123456", "log.jsonl": "{}"}).items():
        path: Path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return publish(store, KEY, STEP, facts or {}, draft)
