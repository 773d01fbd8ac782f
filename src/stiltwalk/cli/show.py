"""Printing: tables for people, one JSON object for programs."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console, Group
from rich.text import Text

from stiltwalk.cli.fitting import Grid, fitted
from stiltwalk.cli.folding import folded, terminal_width
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.study import Study

WIDE = 200
"""Columns to assume where output goes to a file or a pipe, so that nothing is folded there."""

DUMB = {"dumb", "unknown"}
"""What ``TERM`` calls a terminal whose width is not asked for otherwise."""


def _console() -> Console:
    """Where tables go: as wide as the terminal, whenever it is asked."""
    known = sys.stdout.isatty() and os.environ.get("TERM", "").lower() not in DUMB
    if known:
        return Console(highlight=False)
    # without a height as well, rich takes a dumb terminal for one of 80 columns
    return Console(highlight=False, width=terminal_width(sys.stdout) or WIDE, height=25)


console = _console()


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

    Where the terminal is narrow it is folded at words, those of the columns ``whole`` not at all, or falls
    apart into several tables, or a block for each row (``fitting.fitted``).
    """
    console.print(table_of(rows, columns, title, whole))


def table_of(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    title: str | None = None,
    whole: Collection[str] = (),
) -> Group:
    """What :func:`print_table` prints, for the console's width now."""
    grid = Grid(
        names=tuple(columns),
        rows=tuple(tuple(_text(row.get(column)) for column in columns) for row in rows),
        right=frozenset(
            place
            for place, column in enumerate(columns)
            if any(isinstance(row.get(column), int | float) for row in rows)
        ),
        whole=frozenset(place for place, column in enumerate(columns) if column in whole),
    )
    head = [Text(title, style="table.title")] if title else []
    return Group(*head, *fitted(grid, console.width))


def note(message: str) -> None:
    """Print to standard error, where progress and notes go."""
    print(folded(message, sys.stderr), file=sys.stderr)  # noqa: T201  what note is for


def size(count: float) -> str:
    """``count`` bytes in the unit that people would say them in."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


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
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value
