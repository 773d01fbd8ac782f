"""Results in slots for tests of judging, and sentences that a fake reader knows."""

from __future__ import annotations

from typing import NamedTuple

from stiltwalk.literature.records.claims import Direction, Unit, Value


class Said(NamedTuple):
    """A result as a reader of sentences gives it."""

    subject: str
    comparison: str = ""
    direction: Direction = "better"
    metric: str = ""
    values: tuple[Value, ...] = ()
    data_set: str = ""
    condition: str = ""


def value(text: str, unit: Unit = "points") -> Value:
    """A value as printed: ``+8.2`` has one digit behind the point."""
    digits = text.split(maxsplit=1)[0].replace(",", "").replace("−", "-").rstrip("%x")
    return Value(text=text, number=float(digits), unit=unit, decimals=len(digits.partition(".")[2]))


def values(*texts: str, unit: Unit = "points") -> tuple[Value, ...]:
    """Several values of one unit."""
    return tuple(value(text, unit) for text in texts)
