"""The examples a step was planned on, and no others."""

from __future__ import annotations

from dataclasses import replace

from stiltwalk.compute.context import Place
from stiltwalk.compute.streams import generator
from stiltwalk.data.labels import with_labels
from stiltwalk.data.load import fingerprint, load
from stiltwalk.data.subsets import class_of, subset
from stiltwalk.plan.steps import TaskData, TrainStep
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Example
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.task import SplitName, Task
from stiltwalk.spec.tasks import find_task


def task_with_labels(place: Place, name: str) -> Task:
    """The task called ``name``, its label set read from the data folder where a file gives it.

    Raises:
        UserError: no such task, or no data folder was named.
        DataError: the file with the labels is missing or broken.
    """
    return with_labels(find_task(name, place.tasks), place.data_dir)


def planned_examples(
    place: Place,
    task_name: str,
    split: SplitName,
    language: str,
    expected: str,
    first: int | None = None,
) -> tuple[Task, tuple[Example, ...]]:
    """The examples a step was planned on; with ``first`` only so many of them, the first ones.

    Raises:
        DataError: a file is broken, or is no longer the one that was planned on.
    """
    task = task_with_labels(place, task_name)
    found = fingerprint(task, split, language, place.data_dir)
    if found != expected:
        raise DataError(
            place.data_dir or "the pocket world",
            None,
            f"the data of '{task_name}' ({split}, {language}) changed since the study was planned: "
            f"expected content {expected[:12]}, found {(found or 'none')[:12]}. Run it again.",
        )
    return task, load(task, split, language, place.data_dir, first)


def training_examples(place: Place, step: TrainStep) -> tuple[Task, tuple[Example, ...]]:
    """The examples ``step`` trains on; of a step of several tasks those of the first.

    Raises:
        DataError: as :func:`planned_examples`.
    """
    return part_examples(place, step.parts[0], step.seed)


def part_examples(place: Place, part: TaskData, seed: int) -> tuple[Task, tuple[Example, ...]]:
    """The examples of one task of a step, in the order of their files; English first, then other languages.

    Where the hyper-parameters cap them, a seeded subset is taken, smaller ones nested in larger ones.

    Raises:
        DataError: as :func:`planned_examples`.
    """
    task = task_with_labels(place, part.task)
    examples: tuple[Example, ...] = ()
    if part.train:
        task, examples = planned_examples(place, part.task, "train", SOURCE_LANGUAGE, part.train)
    for language, content in part.others.items():
        _, more = planned_examples(place, part.task, "train", language, content)
        examples += tuple(replace(example, id=f"{language}:{example.id}") for example in more)
    most = part.training.examples
    if most is None or most >= len(examples):
        return task, examples
    drawn = generator(seed, "subset", part.task, part.training.subset)
    return task, tuple(examples[i] for i in subset(list(map(class_of, examples)), most, drawn))
