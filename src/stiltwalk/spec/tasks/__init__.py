"""The task table. Adding a task means one record in one of the files beside this one."""

from __future__ import annotations

from collections.abc import Mapping

from stiltwalk.spec.errors import unknown_name
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks.dual_encoders import DUAL_ENCODERS
from stiltwalk.spec.tasks.further import FURTHER
from stiltwalk.spec.tasks.inference import INFERENCE
from stiltwalk.spec.tasks.pocket import POCKET
from stiltwalk.spec.tasks.reading import READING
from stiltwalk.spec.tasks.reasoning import REASONING
from stiltwalk.spec.tasks.tagging import TAGGING
from stiltwalk.spec.tasks.text import TEXT
from stiltwalk.spec.tasks.translated import TRANSLATED
from stiltwalk.spec.tasks.xtreme import XTREME
from stiltwalk.spec.tasks.xtreme_r import XTREME_R

Catalogue = Mapping[str, Task]


def catalogue(*groups: tuple[Task, ...]) -> dict[str, Task]:
    """The tasks of all ``groups`` by name.

    Raises:
        ValueError: two records share a name, or a record trains on a task that is not there.
    """
    table: dict[str, Task] = {}
    for task in (task for group in groups for task in group):
        if task.name in table:
            raise ValueError(f"two task records are called '{task.name}'")
        table[task.name] = task
    for task in table.values():
        for needed in task.trains_on:
            if needed not in table:
                raise ValueError(str(unknown_name("task", needed, table)))
    return table


TASKS: Catalogue = catalogue(
    INFERENCE, REASONING, READING, TAGGING, XTREME, XTREME_R, DUAL_ENCODERS, FURTHER, TRANSLATED, TEXT, POCKET
)


def find_task(name: str, tasks: Catalogue = TASKS) -> Task:
    """The task called ``name``.

    Raises:
        UnknownNameError: no such task; the nearest known one is suggested.
    """
    if name not in tasks:
        raise unknown_name("task", name, tasks)
    return tasks[name]
