"""What carrying out a step needs beside the step itself: where things lie, and whom to tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stiltwalk.plan.references import is_base
from stiltwalk.spec.errors import InterruptedRunError, UserError
from stiltwalk.spec.tasks import Catalogue
from stiltwalk.spec.tracking import Tracking
from stiltwalk.store.letting_go import require_kept
from stiltwalk.store.store import Artifact, Store, read_artifact, verify_artifact

REPORT_SECONDS = 0.25

STEP_LOG = "step.log"
"""What a worker noted while it carried out a step; kept with it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where things lie on this machine; no part of any key.

    Attributes:
        store: where finished steps are.
        data_dir: the original data files; ``None`` where no task needs any.
        encoders: content hash → folder of a given encoder.
        vocabularies: content hash → file of a given vocabulary.
        tasks: every known task.
        checkpoint_seconds: most work a kill can cost.
        translators: content hash → folder of a model that translates.
        tracking: who else hears of trainings while they run; ``None``: nobody.
    """

    store: Store
    data_dir: Path | None
    encoders: Mapping[str, Path]
    vocabularies: Mapping[str, Path]
    tasks: Catalogue
    checkpoint_seconds: float = 60.0
    translators: Mapping[str, Path] = field(default_factory=dict)
    tracking: Tracking | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one stage of a step is: ``done`` of ``total``, at ``rate`` examples a second."""

    stage: str
    done: int
    total: int
    rate: float


@dataclass(frozen=True, slots=True)
class Monitor:
    """Whom to tell about progress, and who may ask to stop.

    Attributes:
        report: called with the progress, a few times a second at most.
        stopping: whether the run was asked to stop.
        logged: called with what an optimiser step of a training adds to its log: ``step``, and names with
            their values.
        dropped: called with a tracker's name, and why no more is told to it.
    """

    report: Callable[[Progress], None] = lambda progress: None  # noqa: ARG005  nobody listens by default
    stopping: Callable[[], bool] = lambda: False
    logged: Callable[[Mapping[str, Any]], None] = lambda entry: None  # noqa: ARG005  the same
    dropped: Callable[[str, str], None] = lambda tracker, why: None  # noqa: ARG005  the same

    def check(self) -> None:
        """Stop here if the run was asked to.

        Raises:
            InterruptedRunError: it was.
        """
        if self.stopping():
            raise InterruptedRunError("stopped on request; run the same command again to go on from here")


class Ticker:
    """Counts examples and seconds, and tells a monitor now and then."""

    def __init__(self, seconds_before: float = 0.0) -> None:
        self.examples = 0
        self._before = seconds_before
        self._began = time.monotonic()
        self._told = 0.0

    def seconds(self) -> float:
        """Wall seconds, those before this run included."""
        return self._before + time.monotonic() - self._began

    def tell(self, monitor: Monitor, stage: str, done: int, total: int) -> None:
        """Report, unless that was done a moment ago and there is more to come."""
        now = time.monotonic()
        if now - self._told >= REPORT_SECONDS or done == total:
            self._told = now
            monitor.report(Progress(stage, done, total, self.examples / max(1e-9, now - self._began)))


def parent_artifact(place: Place, parent: str) -> Artifact | None:
    """The finished step ``parent``, checked against its manifest; ``None`` for a given encoder.

    Raises:
        UserError: the artifact is missing or damaged, or its model was let go.
    """
    if is_base(parent):
        return None
    artifact = read_artifact(place.store, parent)
    require_kept(artifact.folder)
    verify_artifact(artifact)
    return artifact


def given_encoder(place: Place, parent: str) -> Path:
    """The folder of the given encoder ``parent``.

    Raises:
        UserError: this worker was not told where it lies.
    """
    content = parent.partition(":")[2]
    if content not in place.encoders:
        raise UserError(f"The encoder with content hash {content[:12]} is not on this machine.")
    return place.encoders[content]
