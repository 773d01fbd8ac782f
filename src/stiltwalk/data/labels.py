"""Label sets: read from a file where the record has none; tags checked against them."""

from __future__ import annotations

from pathlib import Path

from stiltwalk.data.fields import parse_json, short
from stiltwalk.data.files import data_folder, read_text, stored
from stiltwalk.spec.errors import DataError, unknown_name
from stiltwalk.spec.task import Task


def with_labels(task: Task, root: Path | None) -> Task:
    """The task with its label set; where a file gives that, it is read from below ``root``.

    Raises:
        UserError: a file gives the labels, and no data folder was named.
        DataError: the file is missing, or does not number its labels from 0 on.
    """
    if task.labels_file is None or task.labels:
        return task
    path = labels_path(task, data_folder(task, root))
    assert path is not None, "the record names the file"
    return task.replace({"labels": _labels(path)})


def labels_path(task: Task, root: Path) -> Path | None:
    """The file that gives the task's labels; ``None`` where its record does.

    Raises:
        DataError: there is no such file.
    """
    if task.labels_file is None:
        return None
    path = stored(root / task.labels_file)
    if path is None:
        message = f"no such file (nor .gz), though it gives the labels of '{task.name}'. "
        cure = task.obtain or "Put it there, or name another folder with --data-dir."
        raise DataError(root / task.labels_file, None, message + cure)
    return path


def read_tag(raw: str, task: Task, path: Path, line: int) -> str:
    """The label that ``raw`` stands for in the task's files.

    Raises:
        DataError: the task has no such label; the nearest is suggested.
    """
    tag = task.tag_map.get(raw, raw)
    require_tag(tag, task, path, line)
    return tag


def require_tag(tag: str, task: Task, path: Path, line: int) -> None:
    """Checks that ``tag`` is one of the task's labels.

    Raises:
        DataError: it is none; the nearest is suggested.
    """
    if tag not in task.labels:
        raise DataError(path, line, str(unknown_name("tag", tag, task.labels)))


def _labels(path: Path) -> tuple[str, ...]:
    """The labels in the order of their numbers."""
    table = parse_json(read_text(path), path)
    if not isinstance(table, dict) or not table:
        raise DataError(path, None, f"expected an object of labels and their numbers, found {short(table)}.")
    numbers = list(table.values())
    if any(type(number) is not int for number in numbers) or sorted(numbers) != list(range(len(numbers))):
        message = (
            f"expected the numbers 0 to {len(numbers) - 1}, one for each of {len(numbers)} labels, found "
            f"{short(numbers)}. Number the labels from 0 on."
        )
        raise DataError(path, None, message)
    return tuple(sorted(table, key=table.__getitem__))
