"""Task files: where a task's name is expected, the path of a file that declares one serves as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from stiltwalk.spec.errors import StudyError, unknown_name
from stiltwalk.spec.own_tasks import SCORERS_OF, own_task
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import TASKS, Catalogue, find_task
from stiltwalk.spec.yaml_file import read_yaml

TEMPLATES = tuple(SCORERS_OF)
"""The task types, for each of which there is a file to start from."""


def is_task_file(name: str) -> bool:
    """Whether ``name`` is the path of a task file: no task's name has a dot in it."""
    return name.endswith((".yaml", ".yml"))


def template(kind: str) -> str:
    """A commented task file of the type ``kind``, to start from.

    Raises:
        UnknownNameError: no such type; the nearest is suggested.
    """
    if kind not in TEMPLATES:
        raise unknown_name("task type", kind, TEMPLATES)
    return (files("stiltwalk.spec") / "templates" / f"{kind}.yaml").read_text(encoding="utf-8")


def named_task(name: str, tasks: Catalogue = TASKS) -> Task:
    """The task called ``name``, or the one that the file ``name`` declares.

    Raises:
        UserError: no such task or file, or the file declares no valid task.
    """
    if not is_task_file(name):
        return find_task(name, tasks)
    collected = _Collected(tasks)
    declared = collected.name_of(name, Path())
    collected.check()
    return collected.found[declared]


def with_task_files(
    raw: Mapping[str, Any], folder: Path, where: str, tasks: Catalogue = TASKS
) -> dict[str, Any]:
    """A study as it was written, with names in place of task files, and full records under ``tasks``.

    What is no well-formed study is left as it is, for the study's own checks to refuse.

    Args:
        raw: the fields of ``Study``; ``tasks`` may list paths, mappings and records.
        folder: where relative paths start from.
        where: names the study in messages.
        tasks: tasks that are there already.

    Raises:
        UserError: a task file is missing or not valid, or two declare tasks of one name.
    """
    collected = _Collected(tasks)
    named = {name: _named(value, name, collected, folder) for name, value in raw.items()}
    declared = raw.get("tasks")
    for at, given in enumerate(declared if isinstance(declared, list | tuple) else ()):
        if isinstance(given, Mapping):
            collected.declare(given, f"{where}, tasks.{at}", folder)
        elif isinstance(given, Task):
            collected.add(given, f"{where}, tasks.{at}")
        elif isinstance(given, str | PathLike):
            collected.name_of(str(given), folder)
    collected.check()
    return {**named, "tasks": tuple(collected.found.values())} if collected.found else named


# where names of tasks stand in a study: the fields on the way there
_NAMED: Mapping[str, Mapping[str, Any]] = {
    "intermediate": {"task": {}, "tasks": {}, "shared_heads": {}, "masked_lm": {"text": {}}},
    "targets": {"task": {}, "trains_on": {}},
    "encoders": {"pretrain": {"text": {}}},
}


def _named(value: object, name: str, collected: _Collected, folder: Path) -> object:
    return _walked(value, _NAMED[name], collected, folder) if name in _NAMED else value


def _walked(value: object, fields: Mapping[str, Any], collected: _Collected, folder: Path) -> object:
    """``value`` with names in place of paths: in lists, in ``fields`` of mappings, or in their place."""
    if isinstance(value, list | tuple):
        return [_walked(each, fields, collected, folder) for each in value]
    if isinstance(value, Mapping):
        return {
            name: _walked(each, fields[name], collected, folder) if name in fields else each
            for name, each in value.items()
        }
    # an encoder that stands as a mere text is a hub id or a folder
    if isinstance(value, str | PathLike) and "pretrain" not in fields:
        return collected.name_of(str(value), folder)
    return value


@dataclass(slots=True)
class _Collected:
    """The tasks that a study's files declare.

    Attributes:
        known: those that are there already.
        found: name → record.
        origins: name → where it was declared.
        paths: file → name; ``None`` while it is being read.
    """

    known: Catalogue
    found: dict[str, Task] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    paths: dict[Path, str | None] = field(default_factory=dict)

    def name_of(self, given: str, folder: Path) -> str:
        """The name of the task that the file ``given`` declares; any other name stays."""
        if not is_task_file(given):
            return given
        path = (folder / Path(given).expanduser()).resolve()
        if path not in self.paths:
            self.paths[path] = None
            raw = read_yaml(path, "task", "'name:', 'type:' and 'splits:'")
            self.paths[path] = self.declare(raw, str(path), path.parent)
        name = self.paths[path]
        if name is None:
            raise StudyError(f"{path}: trains_on leads back to this file. Name the task that comes first.")
        return name

    def declare(self, raw: Mapping[str, Any], where: str, folder: Path) -> str:
        """Read one declaration; returns its name."""
        chain = raw.get("trains_on")
        if isinstance(chain, list | tuple):
            raw = {**raw, "trains_on": [self.name_of(str(each), folder) for each in chain]}
        task = own_task(raw, where, folder, self.known)
        self.add(task, where)
        return task.name

    def add(self, task: Task, where: str) -> None:
        """Take a record in; the same one may come twice."""
        before = self.found.setdefault(task.name, task)
        origin = self.origins.setdefault(task.name, where)
        if before.model_dump() != task.model_dump():
            raise StudyError(f"{origin} and {where} both declare a task '{task.name}'. Rename one of them.")

    def check(self) -> None:
        """Refuse a task that trains on one that nobody declared."""
        everything = [*self.known, *self.found]
        for task in self.found.values():
            for name in task.trains_on:
                if name not in everything:
                    wrong = unknown_name("task", name, everything)
                    raise StudyError(f"{self.origins[task.name]}: trains_on: {wrong}")
