"""Hours of machine time that a cure takes, from what the finished steps of the study took."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from stiltwalk.analyse.audit.subject import StepSeen, Subject

HOUR: Final = 3600.0
"""Seconds."""

UNKNOWN: Final = math.nan

_UNTIMED: Final = frozenset({"choose", "measure"})
"""A choice computes nothing; encoders are measured once, whatever is added to a study."""

_OF_TARGETS: Final = ("target", "predict")


def hours_of(subject: Subject, steps: Mapping[str, float]) -> float:
    """Hours of so many more steps of each kind, at the mean of the finished ones of that kind.

    NaN where none of a kind that is asked for is finished, or none was timed.
    """
    known: dict[str, list[float]] = {}
    for step in subject.finished:
        if step.wall_seconds is not None:
            known.setdefault(step.kind, []).append(step.wall_seconds)
    wanted = {kind: count for kind, count in steps.items() if count > 0 and kind not in _UNTIMED}
    if any(kind not in known for kind in wanted):
        return UNKNOWN
    return sum(count * math.fsum(known[kind]) / len(known[kind]) for kind, count in wanted.items()) / HOUR


def hours_left(subject: Subject) -> float:
    """Hours of what is not finished."""
    return hours_of(subject, _kinds(step for step in subject.steps if not step.finished))


def hours_of_all(subject: Subject) -> float:
    """Hours of every step."""
    return hours_of(subject, _kinds(subject.steps))


def hours_of_seeds(subject: Subject, seeds: float) -> float:
    """Hours of the study under so many further seeds; what is the same for every seed is there already."""
    drawn = _kinds(step for step in subject.steps if step.seed is not None)
    return hours_of(
        subject, {kind: seeds * count / len(subject.study.seeds) for kind, count in drawn.items()}
    )


def hours_of_controls(subject: Subject, arms: float) -> float:
    """Hours of so many further arms that train nothing in between: what an arm's targets take."""
    every = _kinds(step for step in subject.steps if step.kind in _OF_TARGETS)
    return hours_of(subject, {kind: arms * count / len(subject.study.arms) for kind, count in every.items()})


def hours_of_arms(subject: Subject, arms: float) -> float:
    """Hours of so many further arms: their own trainings, and their targets."""
    trained = len(subject.study.arms) - 1
    if not trained:
        return UNKNOWN
    own = _kinds(step for step in subject.steps if step.kind == "intermediate")
    between = hours_of(subject, {kind: arms * count / trained for kind, count in own.items()})
    return between + hours_of_controls(subject, arms)


def hours_of_targets(subject: Subject, targets: float) -> float:
    """Hours of so many further targets under every arm and seed."""
    every = _kinds(step for step in subject.steps if step.kind in _OF_TARGETS)
    per_target = targets / len(subject.study.targets)
    return hours_of(subject, {kind: per_target * count for kind, count in every.items()})


def _kinds(steps: Iterable[StepSeen]) -> Counter[str]:
    return Counter(step.kind for step in steps)
