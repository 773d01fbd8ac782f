"""Cells: a number as people read it, and the same for programs; and tables made of such cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from stiltwalk.analyse.decisions.wording import large
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.render.page.words import degrees, hours, minus, p_value, points
from stiltwalk.render.tables.table import MISSING, Column, Interval, Table, flat

MOST: Final = 100.0
"""Points that anything on 0 to 100 can change by at most: an interval that reaches as far bounds nothing."""


class Cell(NamedTuple):
    """A cell.

    Attributes:
        text: as people read it.
        value: for programs; ``None``: nothing is there.
    """

    text: str
    value: object


NONE: Final = Cell(MISSING, None)


def text(said: str) -> Cell:
    """Words; a dash for none."""
    return Cell(flat(said), flat(said)) if said.strip() else NONE


def inert(said: str) -> str:
    """``said`` for programs: what a spreadsheet would take for a formula begins with an apostrophe.

    The signs are those of requirement 1.2.10 of OWASP's ASVS, and of CWE-1236.
    """
    return f"'{said}" if said.startswith(("=", "+", "-", "@", "\t")) else said


def foreign(said: str) -> Cell:
    """Words of others, which nothing may evaluate; a dash for none."""
    cell = text(said)
    return cell if cell == NONE else Cell(cell.text, inert(cell.text))


def count(number: float | None) -> Cell:
    """``1,250``: how many; with decimals where it has any."""
    if number is None or not math.isfinite(number):
        return NONE
    whole = float(number).is_integer()
    return Cell(f"{number:,.0f}" if whole else degrees(number), int(number) if whole else float(number))


def much(number: float | None) -> Cell:
    """``3.5 B``: a count that nobody reads digit by digit."""
    return NONE if number is None or not math.isfinite(number) else Cell(large(number), float(number))


def time(amount: float | None) -> Cell:
    """``3.4 min``, from hours."""
    return NONE if amount is None or not math.isfinite(amount) else Cell(hours(amount), float(amount))


def decimal(number: float | None, digits: int = 2) -> Cell:
    """``12.40``: a plain number, which has no interval since it is measured and no estimate."""
    if number is None or not math.isfinite(number):
        return NONE
    return Cell(minus(f"{number:,.{digits}f}"), float(number))


def share(part: float | None) -> Cell:
    """``33 %``."""
    return NONE if part is None or not math.isfinite(part) else Cell(f"{100 * part:.0f} %", float(part))


def signed(number: float | None) -> Cell:
    """``+1.20``: a difference whose interval stands elsewhere, or is not to be had."""
    if number is None or not math.isfinite(number):
        return NONE
    return Cell(points(number), float(number))


def probability(p: float, *, known: bool = True) -> Cell:
    """``0.042``; a dash where nothing was tested, or nothing is known."""
    return Cell(p_value(p), float(p)) if known and not math.isnan(p) else NONE


def change(value: float, low: float, high: float, mark: str = "") -> Cell:
    """``+1.20 [+0.10, +2.50]``: a difference; ``mark`` stands behind it."""
    if not math.isfinite(value):
        return NONE
    return Cell(f"{points(value)} {_between(low, high, points)}{mark}", Interval(value, low, high))


def changed(found: Estimate, mark: str = "") -> Cell:
    """``change`` of an estimate."""
    return change(found.value, found.low, found.high, mark)


def level(found: Estimate, mark: str = "") -> Cell:
    """``61.20 [59.10, 63.30]``: a score, which needs no sign."""
    if not math.isfinite(found.value):
        return NONE
    between = _between(found.low, found.high, lambda end: minus(f"{end:.2f}"))
    return Cell(f"{found.value:.2f} {between}{mark}", Interval(found.value, found.low, found.high))


def _between(low: float, high: float, written: Callable[[float], str]) -> str:
    if low < -MOST and high > MOST:
        return "[unbounded]"
    ends = (written(end) if math.isfinite(end) else "unbounded" for end in (low, high))
    return f"[{', '.join(ends)}]"


def left(*names: str) -> tuple[Column, ...]:
    """Columns of text."""
    return tuple(Column(name) for name in names)


def right(*names: str) -> tuple[Column, ...]:
    """Columns of numbers."""
    return tuple(Column(name, "right") for name in names)


def made(
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    notes: Iterable[str] = (),
    heads: int = 1,
) -> Table:
    """A table of cells; columns behind the ``heads`` first ones without any cell are left out.

    Args:
        name: of its files.
        title: what it shows.
        columns: from the left.
        rows: a cell for every column each.
        notes: sentences; an empty one is left out.
        heads: how many of the first columns say what a row is of.
    """
    lines = [tuple(row) for row in rows]
    kept = [
        place for place in range(len(columns)) if place < heads or any(line[place] != NONE for line in lines)
    ]
    return Table(
        name,
        title,
        tuple(columns[place] for place in kept),
        tuple(tuple(line[place].text for place in kept) for line in lines),
        tuple(tuple(line[place].value for place in kept) for line in lines),
        " ".join(note for note in notes if note),
        heads,
    )
