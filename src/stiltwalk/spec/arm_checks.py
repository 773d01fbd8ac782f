"""Whether an arm can be trained: what only the records of its tasks can tell."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.errors import StudyError, unknown_name
from stiltwalk.spec.languages import SOURCE_LANGUAGE, language
from stiltwalk.spec.recipes import check_override
from stiltwalk.spec.tasks import Catalogue, find_task


def check_arm(arm: ArmChoice, tasks: Catalogue) -> None:
    """Refuse hyper-parameters and languages that do not exist, and heads that cannot be shared.

    Raises:
        UserError: an unknown name (the nearest is suggested), or tasks of several types or label sets.
    """
    for code in (*(() if arm.languages == "all" else arm.languages), arm.back_translated or SOURCE_LANGUAGE):
        language(code)
    check_override(arm.training, f"intermediate arm '{arm.name}': training")
    for group in arm.shared_heads:
        for one, other in pairwise(find_task(name, tasks) for name in group):
            if one.type != other.type:
                raise StudyError(
                    f"Arm '{arm.name}': '{one.name}' is {one.type} and '{other.name}' {other.type}, so they "
                    "cannot share a head. Take one of them out of shared_heads."
                )
            if (one.labels, one.labels_file) != (other.labels, other.labels_file):
                raise StudyError(
                    f"Arm '{arm.name}': '{one.name}' and '{other.name}' cannot share a head, for their "
                    f"labels differ: {', '.join(one.labels)} and {', '.join(other.labels)}. Take one of them "
                    "out of shared_heads."
                )


def check_longer(arm: ArmChoice, arms: Mapping[str, ArmChoice]) -> None:
    """Refuse a control that is to be longer by the steps of no arm, or of another control.

    Args:
        arm: any arm.
        arms: all of the study, by name.

    Raises:
        UserError: naming the nearest arm, or those there are.
    """
    if arm.longer_by is None:
        return
    others = [name for name, each in arms.items() if each.longer_by is None]
    if arm.longer_by not in arms:
        raise unknown_name(f"arm that '{arm.name}' could be longer by, called", arm.longer_by, others)
    if arm.longer_by not in others:
        raise StudyError(
            f"Arm '{arm.name}': '{arm.longer_by}' is a control itself and trains nothing in between. Name an "
            f"arm that does: {', '.join(others) or 'there is none yet'}."
        )
