"""Whether an arm can be trained: what only the records of its tasks can tell."""

from __future__ import annotations

from itertools import pairwise

from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.recipes import check_override
from stiltwalk.spec.tasks import Catalogue, find_task


def check_arm(arm: ArmChoice, tasks: Catalogue) -> None:
    """Refuse changes of hyper-parameters that do not exist, and heads that cannot be shared.

    Raises:
        UserError: an unknown name (the nearest is suggested), or tasks of several types or label sets.
    """
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
