"""Which arms of a study a decision is about, which stand beside them as controls, and which collapsed."""

from __future__ import annotations

from typing import NamedTuple

from stiltwalk.analyse.evidence import Evidence
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.study import Study


class Control(NamedTuple):
    """A control of an arm.

    Attributes:
        arm: its own name.
        what: what it holds constant, in a few words.
    """

    arm: str
    what: str


def is_control(arm: ArmChoice) -> bool:
    """Whether it is there to be compared with: longer target training, or English translated back."""
    return arm.longer_by is not None or arm.back_translated is not None


def judged_arms(study: Study) -> tuple[str, ...]:
    """Names of the arms that decisions are about: all but ``none`` and controls."""
    return tuple(arm.name for arm in study.intermediate if not is_control(arm))


def controls_of(study: Study, name: str) -> tuple[Control, ...]:
    """The controls of the arm called ``name``: its steps spent on the targets; its translator on English."""
    arm = next(arm for arm in study.intermediate if arm.name == name)
    found = []
    for other in study.intermediate:
        if other.longer_by == name:
            found.append(Control(other.name, "targets trained for as many steps more"))
        elif (
            other.back_translated is not None
            and other.trained == arm.trained
            and not is_control(arm)
            and arm.languages != "all"
            and other.back_translated in arm.languages
        ):
            found.append(Control(other.name, "English translated there and back"))
    return tuple(found)


def collapsed_arms(evidence: Evidence, encoder: str) -> tuple[str, ...]:
    """Arms all of whose finished intermediate trainings with ``encoder`` collapsed: they are not judged."""
    healthy: dict[str, bool] = {}
    for (name, arm, _), training in evidence.trainings.items():
        if name == encoder:
            healthy[arm] = healthy.get(arm, False) or not training.degenerate
    return tuple(arm for arm, any_healthy in healthy.items() if not any_healthy)


def collapsed_runs(evidence: Evidence) -> tuple[int, int]:
    """How many runs (an encoder, an arm, a seed and a target) collapsed, and how many there are."""
    runs = evidence.scores.groupby(["encoder", "intermediate", "seed", "target"], sort=False)["degenerate"]
    marks = runs.any()
    return int(marks.sum()), len(marks)


def standing_arms(evidence: Evidence, encoder: str) -> tuple[str, ...]:
    """Those that decisions are about whose trainings with ``encoder`` did not all collapse."""
    collapsed = collapsed_arms(evidence, encoder)
    return tuple(arm for arm in judged_arms(evidence.study) if arm not in collapsed)
