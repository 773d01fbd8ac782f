"""Workers, clocks and finished steps that the tests of this package make up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stiltwalk.plan.steps import PredictStep, key_of
from stiltwalk.spec.execution import Execution
from stiltwalk.store.leases import Worker, this_worker
from stiltwalk.store.store import Store, publish

STEP = PredictStep(parent="f" * 64, task="xquad", data={"de": "1"}, max_tokens=8, execution=Execution())
KEY = key_of(STEP)

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
