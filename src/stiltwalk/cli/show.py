"""Printing: tables for people, one JSON object for programs."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.study import Study

WIDE = 200
"""Columns to assume where output goes to a file or a pipe, so that nothing is folded there."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def print_json(name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Print ``{"name": [rows]}``; a number that is none becomes null."""
    print_lists({name: rows})


def print_lists(lists: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Print ``{"name": [rows], ...}`` as one object, as :func:`print_json` does."""
    clean = {
        name: [{key: _plain(value) for key, value in row.items()} for row in rows]
        for name, rows in lists.items()
    }
    print(json.dumps(clean, ensure_ascii=False, indent=1))  # noqa: T201  the command's output


def print_object(value: Mapping[str, Any]) -> None:
    """Print ``value`` as one JSON object; its numbers are finite."""
    print(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))  # noqa: T201  the command's output


def print_table(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    title: str | None = None,
    whole: Collection[str] = (),
) -> None:
    """Print ``columns`` of ``rows``; numbers are aligned right, with two decimals.

    Where the terminal is narrow, cells are folded; those of the columns ``whole`` last.
    """
    console.print(table_of(rows, columns, title, whole))


def table_of(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    title: str | None = None,
    whole: Collection[str] = (),
) -> Table:
    """The table that :func:`print_table` prints."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    numeric = {c for c in columns if any(isinstance(row.get(c), int | float) for row in rows)}
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in numeric else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=column in whole)
    for row in rows:
        table.add_row(*(_text(row.get(column)) for column in columns))
    return table


def note(message: str) -> None:
    """Print to standard error, where progress and notes go."""
    print(message, file=sys.stderr)  # noqa: T201  what note is for


def clock(seconds: float) -> str:
    """A length of time, such as ``3:20`` (minutes and seconds), ``1:03:20`` or ``2 d 1:03:20``."""
    days, rest = divmod(round(seconds), 86_400)
    hours, rest = divmod(rest, 3600)
    short = f"{rest // 60:02}:{rest % 60:02}"
    if days:
        return f"{days} d {hours}:{short}"
    return f"{hours}:{short}" if hours else f"{rest // 60}:{rest % 60:02}"


def absent_lines(plan: Plan) -> list[str]:
    """A line for every target with languages that lack test files, or the dev files they need.

    And one for every control whose cells would be those of the baseline, because a target is not trained.
    """
    by_reason: dict[tuple[str, str], list[str]] = {}
    for pair in plan.absent:
        files = "dev files to tune a threshold on" if pair in plan.untuned else "test files"
        by_reason.setdefault((pair[0], files), []).append(pair[1])
    lines = [
        f"{task}: no {files}, so not tested: {' '.join(codes)}" for (task, files), codes in by_reason.items()
    ]
    filled = {(cell.intermediate, cell.target) for cell in plan.cells}
    for arm in plan.study.intermediate:
        idle = [each.task for each in plan.study.targets if (arm.name, each.task) not in filled]
        if idle:
            why = f"would be '{NONE_ARM}' again where nothing is trained"
            lines.append(f"{arm.name}: {why}, so left out: {' '.join(idle)}")
    return lines


def analysis_line(study: Study) -> str:
    """What the results of ``study`` are to decide, and the digest by which a later change is seen."""
    said = study.analysis
    looks = f", {said.looks} looks" if said.looks > 1 else ""
    return (
        f"Analysis {said.digest}: {said.decision}, margin {said.margin:g} points, "
        f"confidence {100 * said.confidence:g} %{looks}."
    )


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    # square brackets in data are not markup
    return str(value).replace("[", r"\[")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value
