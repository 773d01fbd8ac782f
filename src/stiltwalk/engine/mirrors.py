"""Which trackers a worker still tells of its trainings, and what each training is called there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from stiltwalk.compute.context import Place
from stiltwalk.plan.nodes import Node
from stiltwalk.spec.tracking import Tracking, tracking_in

SHORT_KEY = 8
"""So many digits of a step's key stand in the name of its run."""


@dataclass(frozen=True, slots=True)
class Mirrors:
    """The trackers of a worker; one that failed is told nothing more.

    Attributes:
        tracking: what the run was started with.
        study: what runs are grouped by.
        lost: trackers that failed, and why.
    """

    tracking: Tracking | None
    study: str
    lost: dict[str, str] = field(default_factory=dict)

    def of(self, node: Node) -> Tracking | None:
        """Those that are left, and what they call the step in ``node``; ``None``: there are none."""
        if self.tracking is None:
            return None
        left = tuple(name for name in self.tracking.trackers if name not in self.lost)
        if not left:
            return None
        return self.tracking.replace({"trackers": left, "project": self.study, "run": run_name(node)})

    def drop(self, tracker: str, why: str) -> str:
        """Tell ``tracker`` nothing more; returns what is to be said of it."""
        self.lost.setdefault(tracker, why)
        return (
            f"the tracker '{tracker}' is told nothing more, for it failed: {why}. The run goes on without it"
        )


def run_name(node: Node) -> str:
    """What trackers call the training in ``node``: encoder, stage, arm and seed, and the key's first digits.

    As ``tiny · target udpos after squad, seed 1 (3f2a91c0)``.
    """
    return f"{node.encoder} · {node.title} ({node.key[:SHORT_KEY]})"


def tracking_here(place: Place) -> Tracking | None:
    """The trackers of a worker on this machine: as its environment names them, else as the run's."""
    named = os.environ.get("STILTWALK_TRACK")
    if named is None:
        return place.tracking
    folder = place.tracking.folder if place.tracking is not None else None
    return tracking_in(place.store.root, named.split(","), folder)
