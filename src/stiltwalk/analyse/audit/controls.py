"""Controls: whether what an arm gains could be told from longer training, or from translation itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Final, NamedTuple

from stiltwalk.analyse.audit.cures import changed
from stiltwalk.analyse.audit.hours import hours_of_controls
from stiltwalk.analyse.audit.records import Check
from stiltwalk.analyse.audit.reviewing import share
from stiltwalk.analyse.audit.subject import Subject
from stiltwalk.analyse.decisions.arms import controls_of, judged_arms
from stiltwalk.analyse.decisions.wording import counted, listed
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.targets import training_chain

NEAR: Final = 0.1
"""A control of another arm serves one as well whose training took as many steps, give or take a tenth."""

TRANSLATED: Final = "machine-translated"
"""The caveat of cells whose intermediate data a machine translated."""

_EPOCHS: Final = "epochs"
"""The axis of passes over the data."""

_ALONG_STEPS: Final = frozenset({"saturation", "exchange", "batch-size"})
"""Decisions about what also changes how many optimiser steps there are."""


class _Wanted(NamedTuple):
    """A control that an arm, or the whole study, should have.

    Attributes:
        what: what is missing where it is not there, as it would be written.
        there: whether it is.
        arms: further arms that it takes.
    """

    what: str
    there: bool
    arms: float = 1.0


def check_controls(subject: Subject) -> Check | None:
    """Whether arms have the controls that their gain is to be told from; the mark is the share that is there.

    An arm spends optimiser steps that ``none`` does not: a control trains the targets for as many more
    (``longer_by``). Where gains over ``none`` are judged every arm needs one, its own or that of an arm with
    as many steps; where arms are held against each other, one for each set of intermediate tasks, or of an
    arm with as many steps, tells what the gain itself is worth. An arm with machine-translated data needs
    English that went through the translator too. Where data or batches grow, so do steps: a series whose
    steps are held equal, or passes that vary as well, tell the two apart; that is one control more.
    """
    wanted = list(_wanted(subject))
    if not wanted:
        return None
    missing = [each for each in wanted if not each.there]
    arms = sum(each.arms for each in missing)
    return Check(
        "controls",
        "Targets trained for as many steps more, English translated there and back beside translated data, "
        "and steps held equal where data or batches grow.",
        f"{len(wanted) - len(missing)} of {counted(len(wanted), 'control')} that the arms ask for.",
        share(len(wanted) - len(missing), len(wanted)),
        weight=1.5,
        cure=changed(subject, f"add controls: {listed([each.what for each in missing])}"),
        hours=hours_of_controls(subject, arms),
    )


def _wanted(subject: Subject) -> Iterator[_Wanted]:
    study = subject.study
    judged = set(judged_arms(study))
    arms = [arm for arm in study.intermediate if arm.name in judged]
    if any(training_chain(target, subject.tasks) for target in study.targets):
        yield from _longer(subject, arms)
    translated = {cell.intermediate for cell in subject.cells if TRANSLATED in cell.caveats}
    for name in (arm.name for arm in arms if arm.name in translated):
        there = any(_back(study.intermediate, each.arm) for each in controls_of(study, name))
        yield _Wanted(f"back_translated beside {name}", there)
    if arms and study.analysis.decision in _ALONG_STEPS:
        fixed = any("steps" in arm.training or _EPOCHS in arm.point for arm in arms)
        yield _Wanted("arms with training: {steps: N}", fixed, math.nan)


def _longer(subject: Subject, arms: Sequence[ArmChoice]) -> Iterator[_Wanted]:
    """Controls whose targets are trained longer, for each arm or each set of tasks."""
    lengthened = {arm.longer_by for arm in subject.study.intermediate}
    like = [arm for arm in arms if arm.name in lengthened]
    if subject.study.analysis.decision == "gain":
        for arm in arms:
            there = any(_as_long(subject, arm, other) for other in like)
            yield _Wanted(f"{{longer_by: {arm.name}}}", there)
        return
    first = {arm.trained: arm for arm in reversed(arms)}
    for tasks, arm in reversed(first.items()):
        there = any(other.trained == tasks or _as_long(subject, arm, other) for other in like)
        yield _Wanted(f"{{longer_by: {arm.name}}}", there)


def _back(arms: tuple[ArmChoice, ...], name: str) -> bool:
    return any(arm.name == name and arm.back_translated is not None for arm in arms)


def _as_long(subject: Subject, one: ArmChoice, other: ArmChoice) -> bool:
    """Whether two arms took as many steps; before any is trained, whether they are laid out so."""
    if one.name == other.name:
        return True
    steps, others = _steps(subject, one.name), _steps(subject, other.name)
    if steps is None or others is None:
        return _layout(one) == _layout(other)
    return abs(steps - others) <= NEAR * steps


def _layout(arm: ArmChoice) -> tuple[object, ...]:
    """What says how many steps an arm takes; masked LM beside them is a small part more."""
    longer = len(arm.languages) if arm.match == "union" and arm.languages != "all" else 1
    return arm.trained, tuple(sorted(arm.training.items())), longer


def _steps(subject: Subject, name: str) -> float | None:
    """Optimiser steps of the arm's own training, a mean; ``None``: none of it is finished."""
    steps = [one.steps for (_, arm, _), one in subject.evidence.trainings.items() if arm == name]
    return fmean(steps) if steps else None
