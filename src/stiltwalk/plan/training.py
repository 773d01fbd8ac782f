"""A training as a step: from the tasks it trains on, their data and their hyper-parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stiltwalk.plan.trainings import TaskData, TextData, TrainStep, of_the_first
from stiltwalk.spec.adaptation import FULL, Adaptation
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.reading import Reading
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.sampling import Sampling
from stiltwalk.spec.task import SplitName

EACH_ITS_OWN = ("batch_size", "epochs", "max_tokens", "examples", "subset", "dev_examples")
"""Hyper-parameters in which tasks that are trained together may differ; one optimiser has all others."""


def task_data(
    task: str,
    data: Mapping[tuple[str, SplitName, str], str],
    languages: Sequence[str],
    training: Training,
    head: str,
) -> TaskData:
    """What is trained on of ``task`` in ``languages``, of all the ``data`` that is there.

    Raises:
        StudyError: a language's training files are not there, or none of them are.
    """
    train = {code: data[task, "train", code] for code in languages if (task, "train", code) in data}
    if missing := [code for code in languages if code not in train] or ([] if train else ["any language"]):
        raise StudyError(
            f"Task '{task}' has no training data in {', '.join(missing)}: its files are not there."
        )
    return TaskData(
        task=task,
        training=training,
        train=train.get(SOURCE_LANGUAGE, ""),
        others={code: content for code, content in train.items() if code != SOURCE_LANGUAGE},
        dev=data.get((task, "dev", SOURCE_LANGUAGE)),
        head=head,
    )


def target_step(
    part: TaskData,
    parent: str,
    inherits: tuple[str, ...],
    reading: Reading,
    seed: int,
    execution: Execution,
    adaptation: Adaptation = FULL,
) -> TrainStep:
    """The step that trains ``parent`` on a target's task, with the heads that it ``inherits``."""
    return TrainStep(
        kind="target",
        parent=parent,
        **of_the_first(part),
        inherits=inherits,
        reading=reading,
        adaptation=adaptation,
        seed=seed,
        execution=execution,
    )


def intermediate_step(
    arm: ArmChoice,
    parts: Sequence[TaskData],
    text: tuple[TextData, ...],
    parent: str,
    reading: Reading,
    seed: int,
    execution: Execution,
    adaptation: Adaptation = FULL,
) -> TrainStep:
    """The step that trains ``parent`` as ``arm`` says, on its tasks ``parts`` and the ``text`` mixed in.

    Raises:
        StudyError: its tasks would need several optimisers.
    """
    first, *also = parts
    _require_one_optimiser(arm, parts)
    return TrainStep(
        kind="intermediate",
        parent=parent,
        **of_the_first(first),
        also=tuple(also),
        sampling=(arm.sampling or Sampling()) if also else None,
        masked_lm=arm.masked_lm,
        text=text,
        reading=reading,
        adaptation=adaptation,
        seed=seed,
        execution=execution,
    )


def _require_one_optimiser(arm: ArmChoice, parts: Sequence[TaskData]) -> None:
    for field in Training.model_fields:
        found = {part.task: getattr(part.training, field) for part in parts}
        if field not in EACH_ITS_OWN and len(set(found.values())) > 1:
            said = ", ".join(f"{value} for '{task}'" for task, value in found.items())
            raise StudyError(
                f"Arm '{arm.name}': one optimiser trains all its tasks, but {field} is {said}. Give the arm "
                f"its own: training: {{{field}: ...}}."
            )
