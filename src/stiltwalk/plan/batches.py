"""Whether there are enough examples for the batches that a study asks for, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stiltwalk.plan.builder import Builder
from stiltwalk.plan.trainings import TaskData
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.recipes import require_full_batch
from stiltwalk.spec.task import SplitName, Stage


def require_full_batches(
    builder: Builder, parts: Iterable[TaskData], stage: Stage, arm: ArmChoice | None = None
) -> None:
    """Refuse a batch size that the study sets and that there are too few examples for.

    A recipe's own batch size may be larger than a small set of examples, all of which are one batch then.
    Examples are counted, also where it is their windows that are trained on.

    Raises:
        StudyError: naming the largest batch there can be.
    """
    recipe = builder.study.recipe
    changed = recipe.intermediate if stage == "intermediate" else recipe.target
    for part in parts:
        own = arm.training if arm is not None else {}
        if not any("batch_size" in said for said in (changed, recipe.tasks.get(part.task, {}), own)):
            continue
        count = _trained_on(part, builder.facts.counts)
        if count is not None:
            require_full_batch(part.training, count, part.task)


def _trained_on(part: TaskData, counts: Mapping[tuple[str, SplitName, str], int]) -> int | None:
    """How many examples are trained on of ``part``; ``None``: how many there are is not known.

    Data that is translated for it has no number yet: as many as in English, if no row is dropped.
    """
    english = counts.get((part.task, "train", SOURCE_LANGUAGE))
    found = [counts.get((part.task, "train", code), english) for code in part.languages]
    there = [count for count in found if count is not None]
    if len(there) < len(found) or not there:
        return None
    most = part.training.examples
    if part.match is None:
        return min(sum(there), most or sum(there))
    # a mix of an arm: the number counts those of each language, or of all together where they are dealt out
    each = [min(count, most or count) for count in there]
    return each[0] if part.match == "examples" else sum(each)
