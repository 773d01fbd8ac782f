"""What the data commands do, once their arguments are read."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from stiltwalk.cli import options, show
from stiltwalk.data.verify import VerifyRow, inventory, verify
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import TASKS, find_task


def _chosen(names: list[str]) -> list[Task]:
    return [find_task(name) for name in names] or list(TASKS.values())


def _existing(given: Path | None) -> Path | None:
    folder = options.data_dir(given)
    if folder is not None and not folder.is_dir():
        raise UserError(f"The data folder {folder} does not exist. Give --data-dir an existing folder.")
    return folder


def list_files(names: list[str], data_dir: Path | None, *, as_json: bool) -> None:
    """Print what is present and missing."""
    root = _existing(data_dir)
    rows = [asdict(row) for task in _chosen(names) for row in inventory(task, root)]
    if as_json:
        show.print_json("rows", rows)
    else:
        for row in rows:  # what is missing is looked for under these names
            row["files"] = ", ".join(row["files"] or (row["wanted"] if row["state"] == "missing" else ()))
        show.print_table(rows, ("task", "split", "language", "state", "files", "bytes"))


def verify_files(names: list[str], data_dir: Path | None, *, as_json: bool) -> None:
    """Print counts and states.

    Raises:
        UserError: a file is broken, or a task asked for by name has no file at all.
    """
    root = _existing(data_dir)
    rows = [row for task in _chosen(names) for row in verify(task, root)]
    if as_json:
        show.print_json("rows", [asdict(row) for row in rows])
    else:
        there = [asdict(row) for row in rows if row.state != "missing"]
        show.print_table(there, ("task", "language", "split", "examples", "expected", "state", "message"))
        _print_missing(rows)
    broken = [row for row in rows if row.state == "broken"]
    if broken:
        raise UserError(f"{len(broken)} file set(s) are broken; the first: {broken[0].message}")
    absent = [name for name in names if all(r.state == "missing" for r in rows if r.task == name)]
    if absent:
        raise UserError(
            f"No file of {', '.join(absent)} is in {root}. 'stiltwalk data ls' shows what is looked for."
        )


def _print_missing(rows: list[VerifyRow]) -> None:
    """A line for every task and split that lacks languages."""
    absent: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.state == "missing":
            absent.setdefault((row.task, row.split), []).append(row.language)
    for (task, split), codes in absent.items():
        show.console.print(f"{task} {split}: missing: {' '.join(codes)}")
