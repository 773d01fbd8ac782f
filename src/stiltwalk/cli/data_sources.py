"""What ``data fetch`` and ``data import`` do, once their arguments are read."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from stiltwalk.cli import data_tables, options, show
from stiltwalk.cli.data import complain
from stiltwalk.data.fetching import fetch
from stiltwalk.data.importing import import_files
from stiltwalk.data.verify import VerifyRow, inventory, verify
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.task import SplitName, Task
from stiltwalk.spec.task_files import named_task
from stiltwalk.spec.tasks import find_task


def fetch_tasks(
    names: list[str],
    data_dir: Path | None,
    splits: list[str],
    languages: list[str],
    revision: str | None,
    parts: int | None = None,
    *,
    as_json: bool,
) -> None:
    """Fetch tasks from the hub, then count what came.

    Raises:
        UserError: as ``fetch``; or the hub lacks some of it, or what came is broken.
    """
    root = _folder(data_dir)
    rows: list[VerifyRow] = []
    absent: list[tuple[str, str, str, str]] = []
    for task in [named_task(name) for name in names]:
        bars = sys.stderr.isatty()
        fetched = fetch(task, root, splits, languages, revision, show.note, parts=parts, bars=bars)
        show.note(
            f"{task.name}: {len(fetched.files)} file(s) fetched, {len(fetched.kept)} were there already"
        )
        rows += _count(task, root, fetched.served)
        absent += fetched.absent
    _print(rows, as_json=as_json)
    if absent:
        if not as_json:
            data_tables.missing([each[:3] for each in absent])
        raise UserError(f"Not all of it is on the hub: {absent[0][3]}")
    complain(rows)


def import_task(name: str, sources: list[Path], data_dir: Path | None, *, as_json: bool) -> None:
    """Import original files, then count what came and say what is still missing.

    Raises:
        UserError: as ``import_files``; or what came is broken.
    """
    root, task = _folder(data_dir), find_task(name)
    imported = import_files(task, sources, root, show.note)
    for place, source in imported.files.items():
        show.note(f"{place} <- {source}")
    rows = _count(task, root, imported.served)
    _print([row for row in rows if row.state != "missing"], as_json=as_json)
    if not as_json:
        still = [row for row in inventory(task, root) if row.state == "missing"]
        data_tables.missing([(row.task, row.split, row.language) for row in still])
    complain(rows)


def _folder(given: Path | None) -> Path:
    root = options.data_dir(given)
    if root is None:
        raise UserError("Where shall the files go? Give --data-dir DIR, or set STILTWALK_DATA.")
    return root


def _count(task: Task, root: Path, served: Iterable[tuple[str, SplitName, str]]) -> list[VerifyRow]:
    """Verify what was brought, part by part where the task has parts."""
    rows: list[VerifyRow] = []
    for each in task.parts or (task,):
        own = frozenset((split, language) for name, split, language in served if name == each.name)
        rows += verify(each, root, only=own)
    return rows


def _print(rows: list[VerifyRow], *, as_json: bool) -> None:
    if as_json:
        show.print_json("rows", map(asdict, rows))
    else:
        data_tables.counts(rows)
