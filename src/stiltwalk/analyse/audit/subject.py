"""Subject: all that reviewers look at, gathered from a plan and a store elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

import pandas as pd

from stiltwalk.analyse.decisions.spending import Look
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.plan.nodes import Cell
from stiltwalk.spec.study import Study
from stiltwalk.spec.tasks import Catalogue
from stiltwalk.store.looks import Frozen

EncoderOrigin = Literal["packaged", "made here", "hub", "folder"]
"""Where an encoder comes from: this package; pretraining in this store; a hub; some folder."""

ROW_COLUMNS: Final = ("target", "language", "overlap", "caveats")
"""Columns of result rows that reviewers read."""


class StepSeen(NamedTuple):
    """One step of the study's plan, as far as it is finished.

    Attributes:
        key: its key.
        kind: ``pretrain``, ``translate``, ``intermediate``, ``target``, ``predict``, ``measure``, ``choose``.
        seed: that it was drawn with, or what it starts from; ``None``: it is the same for every seed.
        finished: whether it is.
        at: when it was published, in UTC; ``None``: it is not, or that is not known.
        wall_seconds: what it took; ``None``: not finished, or not recorded.
        flops: its operations; ``None``: not finished, or not counted.
        versions: library → version that carried it out; empty: not finished, or not recorded.
        device: ``cpu`` or ``cuda``; empty: not finished, or not recorded.
        damage: what is no longer as it was published; empty: nothing.
    """

    key: str
    kind: str
    seed: int | None
    finished: bool
    at: datetime | None = None
    wall_seconds: float | None = None
    flops: float | None = None
    versions: Mapping[str, str] = {}
    device: str = ""
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A study as its reviewers see it.

    Attributes:
        evidence: what decisions look at: the study, scores, trainings, sizes of encoders.
        cells: every entry of the study's table, finished or not, with the step that fills it.
        absent: (task, language) pairs that cannot be tested, because their files are not there.
        rows: result rows of finished cells, with the columns ``ROW_COLUMNS`` at least.
        steps: every step of the plan.
        frozen: the analysis as it stood at the first run; ``None``: that was not recorded.
        looks: verdicts that were asked for, in order.
        origins: encoder → where it comes from.
        kept: whether the resolved study lies in the store.
    """

    evidence: Evidence
    cells: tuple[Cell, ...]
    absent: tuple[tuple[str, str], ...]
    rows: pd.DataFrame
    steps: tuple[StepSeen, ...]
    frozen: Frozen | None
    looks: tuple[Look, ...]
    origins: Mapping[str, EncoderOrigin]
    kept: bool

    @property
    def study(self) -> Study:
        """The study, with its arms laid out."""
        return self.evidence.study

    @property
    def tasks(self) -> Catalogue:
        """Every task that the study may name."""
        return self.evidence.tasks

    @property
    def begun(self) -> bool:
        """Whether there is any result to look at."""
        return self.evidence.finished > 0

    @property
    def finished(self) -> tuple[StepSeen, ...]:
        """Its finished steps."""
        return tuple(step for step in self.steps if step.finished)
