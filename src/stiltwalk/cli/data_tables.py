"""What the data commands print for people: languages gathered, sizes and counts in short."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby

from stiltwalk.cli import show
from stiltwalk.data.lock import Lock
from stiltwalk.data.verify import DataRow, VerifyRow
from stiltwalk.spec.task import Task

_SHOWN = 10
"""Language codes that are listed before the rest is counted."""


def overview(tasks: Sequence[Task], rows: Sequence[DataRow]) -> None:
    """Print a line for each split: how much of it is here, from where, how large; the licence once a task."""
    lines = []
    for task in tasks:
        own = [row for row in rows if row.task == task.name]
        for split, some in _by_split(own):
            lines.append(
                {
                    "task": task.name,
                    "split": split,
                    "here": _here(some),
                    "source": _sources(some),
                    "size": _size(some),
                    "licence": task.licence if split == own[0].split else "",
                }
            )
    show.print_table(lines, ("task", "split", "here", "source", "size", "licence"))


def details(task: Task, rows: Sequence[DataRow], lock: Lock) -> None:
    """Print all about one task: what is here, what is missing and what it is called, where to get it."""
    out = partial(show.console.print, markup=False)
    out(f"{task.name}: {task.title}. Licence: {task.licence}. {task.citation}.")
    for split, some in _by_split(rows):
        told = ", ".join(filter(None, (_sources(some), _size(some))))
        out(f"  {split}: {_here(some)}{f' ({told})' if told else ''}")
        if len(some) == 1 and some[0].state == "present":
            out(f"    {', '.join(some[0].files)}")
        absent = [row for row in some if row.state == "missing"]
        if absent and len(some) > 1:
            out(f"    missing: {' '.join(row.language for row in absent)}")
        if absent:
            out(f"    looked for: {_names(absent)}")
        unusable = dict.fromkeys(name for row in absent for name in row.files)
        if unusable and len(absent) == len(some):
            out(f"    there, but not usable ('stiltwalk data verify' says why): {', '.join(unusable)}")
    if task.hub is not None:
        at = lock.revisions.get(task.name)
        out(f"  hub: {task.hub.id}, {f'locked at {at}' if at else 'nothing fetched yet'}")
    translated = [each.hub.id for rule in task.splits.values() for each in rule.translated if each.hub]
    for name in dict.fromkeys(translated):
        out(f"  translations on the hub: {name} (data fetch {task.name} --language CODE)")
    if task.archives:
        out(f"  originals: {' '.join(task.archives)}")
    if task.obtain:
        out(f"  {task.obtain}")


def counts(rows: Sequence[VerifyRow]) -> None:
    """Print counts beside the published ones, a line for languages in the same state; then what is wrong."""
    there = [row for row in rows if row.state != "missing"]
    lines = []
    for (task, split, state), group in groupby(
        sorted(there, key=lambda row: (_order(rows, row), row.state)), lambda r: (r.task, r.split, r.state)
    ):
        some = list(group)
        lines.append(
            {
                "task": task,
                "split": split,
                "languages": _codes([row.language for row in some]),
                "examples": _range([row.examples for row in some]),
                "expected": _range([row.expected for row in some]),
                "state": state,
            }
        )
    if lines:
        show.print_table(lines, ("task", "split", "languages", "examples", "expected", "state"))
    for row in there:
        if row.left_out:
            show.console.print(
                f"{row.task} {row.split} {row.language}: {row.left_out:,} row(s) of the translation left out "
                "where a text is blank, or the answer is not in the context",
                markup=False,
            )
    # one file may serve many languages: what is wrong with it is said once
    wrong = {row.message: row for row in reversed(there) if row.state in {"broken", "changed"}}
    for message, row in reversed(wrong.items()):
        show.console.print(f"{row.task} {row.split} {row.language}: {message}", markup=False)
    missing([(row.task, row.split, row.language) for row in rows if row.state == "missing"])


def missing(absent: Sequence[tuple[str, str, str]]) -> None:
    """Print a line for every task and split that lacks languages: ``(task, split, language)`` each."""
    for (task, split), some in groupby(absent, lambda each: each[:2]):
        show.console.print(f"{task} {split}: missing: {' '.join(code for *_, code in some)}", markup=False)


def _by_split(rows: Sequence[DataRow]) -> list[tuple[str, list[DataRow]]]:
    return [(split, list(some)) for split, some in groupby(rows, lambda row: row.split)]


def _order(rows: Sequence[VerifyRow], row: VerifyRow) -> tuple[int, int]:
    tasks = list(dict.fromkeys(each.task for each in rows))
    splits = list(dict.fromkeys(each.split for each in rows if each.task == row.task))
    return tasks.index(row.task), splits.index(row.split)


def _here(rows: Sequence[DataRow]) -> str:
    """How many of the languages are here, and the shorter of the two lists."""
    there = [row.language for row in rows if row.state != "missing"]
    absent = [row.language for row in rows if row.state == "missing"]
    if not absent:
        return f"all {len(there)}" if len(there) > 1 else there[0]
    if not there:
        return f"none of {len(absent)}" if len(absent) > 1 else "missing"
    of = f"{len(there)} of {len(rows)}"
    return f"{of}: {_codes(there)}" if len(there) <= len(absent) else f"{of}, not {_codes(absent)}"


def _codes(codes: Sequence[str]) -> str:
    return " ".join(codes[:_SHOWN]) + (f" +{len(codes) - _SHOWN}" if len(codes) > _SHOWN else "")


def _sources(rows: Sequence[DataRow]) -> str:
    return "+".join(sorted({row.source for row in rows if row.source}))


def _size(rows: Sequence[DataRow]) -> str:
    """Bytes on disk, a file that holds several languages counted once."""
    files = {row.files: row.bytes for row in rows if row.state == "present"}
    size = float(sum(files.values()))
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if size else ""
        size /= 1000
    return f"{size:.1f} GB"


def _range(numbers: Sequence[int | None]) -> str:
    known = sorted(number for number in numbers if number is not None)
    if not known:
        return ""
    return f"{known[0]:,}" if known[0] == known[-1] else f"{known[0]:,}-{known[-1]:,}"


def _names(rows: Sequence[DataRow]) -> str:
    """What is looked for, as the first language has it, and how many more names the others have."""
    first = list(dict.fromkeys(rows[0].wanted))
    more = len({name for row in rows for name in row.wanted} - set(first))
    return ", ".join(first) + (f", and {more} like these for other languages" if more else "")
