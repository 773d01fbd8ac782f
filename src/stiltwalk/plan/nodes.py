"""A planned study: its steps in their places, and the cells they fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stiltwalk.plan.steps import Step
from stiltwalk.spec.study import Study


@dataclass(frozen=True, slots=True)
class Node:
    """A step in its place: key, record, a title for people, the name of its encoder, its parents' keys."""

    key: str
    step: Step
    title: str
    encoder: str
    parents: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        # looked up often, and a training works them out anew each time
        object.__setattr__(self, "parents", self.step.parents)


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of the study's table: an encoder, an arm, a seed and a target, filled by one predict step."""

    encoder: str
    intermediate: str
    seed: int
    target: str
    key: str
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned study.

    Attributes:
        study: what was planned.
        nodes: key → step, parents before children.
        cells: what the steps are for.
        absent: (task, language) pairs that cannot be tested because their files are not there.
        untuned: those of them whose test files are there, but not the dev files a threshold is tuned on.
        measured: (encoder, key) of every encoder whose inference is measured.
    """

    study: Study
    nodes: Mapping[str, Node]
    cells: tuple[Cell, ...]
    absent: tuple[tuple[str, str], ...]
    untuned: tuple[tuple[str, str], ...] = ()
    measured: tuple[tuple[str, str], ...] = ()
