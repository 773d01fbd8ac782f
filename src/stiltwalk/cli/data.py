"""What the data commands do, once their arguments are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from stiltwalk.cli import data_tables, options, show
from stiltwalk.data.files import content_sha256, own_folder
from stiltwalk.data.lock import Lock, read_lock
from stiltwalk.data.verify import DataRow, VerifyRow, inventory, verify
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.task import Task
from stiltwalk.spec.task_files import named_task
from stiltwalk.spec.tasks import TASKS


def _chosen(names: list[str]) -> list[Task]:
    return [named_task(name) for name in names] or list(TASKS.values())


def _existing(given: Path | None) -> Path | None:
    folder = options.data_dir(given)
    if folder is not None and not folder.is_dir():
        raise UserError(f"The data folder {folder} does not exist. Give --data-dir an existing folder.")
    return folder


def list_files(names: list[str], data_dir: Path | None, *, as_json: bool) -> None:
    """Print what is present and missing; of tasks asked for by name, also what is looked for."""
    root = _existing(data_dir)
    tasks, lock = _chosen(names), read_lock(root)
    rows = {task.name: inventory(task, root) for task in tasks}
    if as_json:
        show.print_json("rows", [_full(task, row, lock) for task in tasks for row in rows[task.name]])
    elif names:
        for task in tasks:
            data_tables.details(task, rows[task.name], lock)
    else:
        data_tables.overview(tasks, [row for some in rows.values() for row in some])


def _full(task: Task, row: DataRow, lock: Lock) -> dict[str, Any]:
    """The row with what its task's record and the lock say of where it comes from."""
    return asdict(row) | {
        "licence": task.licence,
        "citation": task.citation,
        "hub": task.hub and task.hub.id,
        "revision": lock.revisions.get(task.name),
        "archives": task.archives,
    }


def verify_files(names: list[str], data_dir: Path | None, *, as_json: bool) -> None:
    """Print counts and states.

    Raises:
        UserError: a file is broken or not what it was, or a task asked for by name has no file at all.
    """
    root = _existing(data_dir)
    chosen = _chosen(names)
    digest = cache(content_sha256)
    rows = [row for task in chosen for row in verify(task, root, digest)]
    if as_json:
        show.print_json("rows", [asdict(row) for row in rows])
    else:
        data_tables.counts(rows)
    complain(rows)
    there = {row.task for row in rows if row.state != "missing"}
    absent = [task for task in chosen if names and task.name not in there]
    if absent:
        raise UserError(
            f"No file of {', '.join(task.name for task in absent)} is in {own_folder(absent[0], root)}. "
            "'stiltwalk data ls' shows what is looked for."
        )


def complain(rows: Sequence[VerifyRow]) -> None:
    """Ends with an error if anything is broken or not what it was.

    Raises:
        UserError: so it is.
    """
    for state, what in (("broken", "are broken"), ("changed", "are not what they were")):
        some = [row for row in rows if row.state == state]
        if some:
            raise UserError(f"{len(some)} file set(s) {what}; the first: {some[0].message}")
