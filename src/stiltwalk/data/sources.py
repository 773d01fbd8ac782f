"""Sources: where a split's examples are read from: the original files, or what was fetched from a hub."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from stiltwalk.data.columns import plain
from stiltwalk.data.files import data_folder, locate, matches, stored
from stiltwalk.data.table import rows
from stiltwalk.spec.columns import Columns
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.task import Hub, SplitName, Task

HUB = "hub"
"""The folder, below the data folder, that holds what was fetched from a hub."""


Origin = Literal["original", "hub", "generated"]
"""Where examples come from: the files as they were published, a hub's, or our own generator."""


class Found(NamedTuple):
    """Files, and the task's record as they are to be read: with the hub's columns if they came from there."""

    task: Task
    paths: tuple[Path, ...]


def find(task: Task, split: SplitName, language: str, root: Path | None) -> Found | None:
    """The files of one split in one language; the original ones where both are there.

    Raises:
        UserError: no data folder was named.
        DataError: some of the original files are there and others are missing.
    """
    paths = locate(task, split, language, root)
    if paths and holds(task, paths, language):
        return Found(_as_found(task, split, language, root), paths)
    name, hub = hub_file(task, split, language), hub_of(task, split, language)
    path = stored(data_folder(task, root) / name) if name else None
    return None if path is None or hub is None else Found(as_on_hub(task, hub), (path,))


def _as_found(task: Task, split: SplitName, language: str, root: Path | None) -> Task:
    """The task's record as these files are to be read: translations have a layout of their own."""
    found = task.translation(split, language, tuple(matches(task, split, language, root)))
    return task if found is None else task.replace({"layout": found.layout, "columns": found.columns})


def aligned(task: Task, split: SplitName, language: str, root: Path | None) -> bool:
    """Whether an example there says what the English one of the same id says.

    So it is with what is made, and with published translations whose record says so: of several the one
    that is there. Data that was gathered in each language by itself is not aligned.

    Raises:
        UserError: the task is read from files, and no data folder was named.
        DataError: some of the original files are there and others are missing.
    """
    rule = task.split(split)
    if rule.made is not None or language == SOURCE_LANGUAGE:
        return True
    there = None if language in rule.languages else origin(task, split, language, root)
    if there is None:
        return False
    if there == "hub":
        mirrored = (each for each in rule.translated if each.hub == hub_of(task, split, language))
        return all(each.aligned for each in mirrored)
    found = task.translation(split, language, tuple(matches(task, split, language, root)))
    return found is not None and found.aligned


def origin(task: Task, split: SplitName, language: str, root: Path | None) -> Origin | None:
    """Where the examples come from that would be read; of a task with parts, where any are original ones.

    Raises:
        UserError: no data folder was named.
        DataError: some of the original files are there and others are missing.
    """
    if task.parts:
        origins = {origin(part, split, language, root) for part in task.parts}
        return None if None in origins else "original" if "original" in origins else "hub"
    found = find(task, split, language, root)
    if found is None:
        return None
    fetched = hub_file(task, split, language)
    path = stored(data_folder(task, root) / fetched) if fetched else None
    return "hub" if found.paths == (path,) else "original"


def holds(task: Task, paths: tuple[Path, ...], language: str) -> bool:
    """Whether the files hold the language: a table of several languages may lack some.

    Raises:
        DataError: such a table cannot be read.
    """
    if task.columns is None or not task.columns.where:
        return True
    names = tuple(task.columns.where)
    patterns = [task.filled(task.columns.where[name], language) for name in names]
    return any(
        all(map(fnmatchcase, values, patterns))
        for path in paths
        for values in _distinct(path, path.stat().st_mtime_ns, task.columns.header, names)
    )


@lru_cache(maxsize=64)
def _distinct(
    path: Path, _changed: int, header: tuple[str, ...], names: tuple[str, ...]
) -> frozenset[tuple[str, ...]]:
    """What stands together in these columns, read once for all languages."""
    found = rows((path,), Columns(header=header, short_rows=True))
    return frozenset(tuple(plain(row, name) for name in names) for row in found)


def as_on_hub(task: Task, hub: Hub) -> Task:
    """The task's record as files that were fetched from there are to be read."""
    return task.replace({"layout": "columns", "columns": hub.columns})


def hub_of(task: Task, split: SplitName, language: str) -> Hub | None:
    """Where a split in one language, or its translation, can be fetched from; ``None``: nowhere."""
    rule = task.split(split)
    translations = (each.hub for each in rule.translated if language in each.languages)
    for hub in (task.hub,) if language in rule.languages else translations:
        if hub is not None and hub.columns is not None and split in hub.splits:
            return hub
    return None


def hub_file(task: Task, split: SplitName, language: str) -> str | None:
    """Where a split fetched from a hub lies below the data folder; ``None``: it cannot be fetched."""
    if hub_of(task, split, language) is None:
        return None
    return f"{HUB}/{task.name}/{split}.{language}.parquet"


def wanted(task: Task, split: SplitName, language: str) -> tuple[str, ...]:
    """What is looked for below the data folder: original files, the hub's file, the file with the labels."""
    if task.parts:
        return tuple(name for part in task.parts for name in wanted(part, split, language))
    fetched = hub_file(task, split, language)
    patterns = [name for some in task.pattern_sets(split, language) for name in some]
    return (*patterns, *(name for name in (fetched, task.labels_file) if name))


def present(task: Task, split: SplitName, language: str, root: Path) -> list[Path]:
    """What lies there of a split in one language, even of an incomplete set."""
    if task.parts:
        return [path for part in task.parts for path in present(part, split, language, root)]
    found = [path for some in matches(task, split, language, root).values() for path in some]
    others = (hub_file(task, split, language), task.labels_file, *task.split(split).candidates)
    return found + [path for name in others if name and (path := stored(root / name))]


def candidate_files(task: Task, split: SplitName, root: Path) -> tuple[Path, ...]:
    """The files with the candidates that every language's queries are answered from, where there are such.

    Raises:
        DataError: one of them is missing.
    """
    found = []
    for name in task.split(split).candidates:
        path = stored(root / name)
        if path is None:
            message = (
                "no such file (nor .gz), though the candidates of every language are in it. Put it there."
            )
            raise DataError(root / name, None, message)
        found.append(path)
    return tuple(found)
