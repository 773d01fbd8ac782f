"""Rows: what was measured, as one line of a table and of ``latest.json``."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

SHARED = 0.2
"""Cores taken by others above which a row says little: two threads wait for whichever is held up."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Attributes:
        name: what is compared, with what: ``train/small/hf-pad128``.
        unit: of ``ours`` and ``theirs``.
        ours: median over the pairs.
        theirs: median over the pairs.
        ratio: median of the pairs' ``ours / theirs``; more is better, but for bytes less is.
        min: the smallest of them.
        max: the largest.
        pairs: how many there were.
        others: processor cores that other programs kept busy meanwhile, on average.
        date: day of the run.
        commit: what was run, ``+`` behind it where files were changed since.
    """

    name: str
    unit: str
    ours: float
    theirs: float
    ratio: float
    min: float
    max: float
    pairs: int
    others: float | None = None
    date: str = ""
    commit: str = ""


def summary(name: str, unit: str, pairs: Sequence[tuple[float, float]]) -> Row:
    """The row of these (ours, theirs) pairs, in figures of four digits."""
    ratios = [ours / theirs for ours, theirs in pairs]
    return Row(
        name,
        unit,
        _short(statistics.median(ours for ours, _ in pairs)),
        _short(statistics.median(theirs for _, theirs in pairs)),
        _short(statistics.median(ratios)),
        _short(min(ratios)),
        _short(max(ratios)),
        len(pairs),
    )


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    lines = [
        "| row | unit | ours | theirs | ratio | min | max | pairs | other load | date, commit |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        others = "–" if row.others is None else f"{row.others:.1f}"
        if row.others is not None and row.others > SHARED:
            others += " (shared)"
        lines.append(
            f"| `{row.name}` | {row.unit} | {row.ours:,g} | {row.theirs:,g} | **{row.ratio:.2f}** | "
            f"{row.min:.2f} | {row.max:.2f} | {row.pairs} | {others} | {row.date}, {row.commit} |"
        )
    return "\n".join(lines) + "\n"


def from_raw(raw: Mapping[str, Any]) -> Row:
    """The row of these fields, of which a script may leave out what is not measured, or add its own."""
    known = {field.name for field in fields(Row)}
    return Row(**{"unit": "", "pairs": 1, **{name: value for name, value in raw.items() if name in known}})


def read(path: Path) -> dict[str, Any]:
    """What ``path`` holds, its rows as records; empty where there is no such file."""
    if not path.exists():
        return {}
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return raw | {"rows": [from_raw(row) for row in raw["rows"]]}


def write(path: Path, where: Mapping[str, Any], rows: Sequence[Row], order: Sequence[str]) -> None:
    """Put ``rows`` into ``path``, in ``order``.

    Rows of other names that are there already stay, as long as they come from the same machine with the same
    versions: ``where`` says which.
    """
    before = read(path)
    same = all(before.get(field) == value for field, value in where.items())
    kept = {row.name: row for row in before.get("rows", ()) if same}
    kept |= {row.name: row for row in rows}
    known = [kept[name] for name in order if name in kept]
    content = {**where, "rows": [asdict(row) for row in known]}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _short(value: float) -> float:
    return float(f"{value:.4g}")
