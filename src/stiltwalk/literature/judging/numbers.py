"""Numbers as papers print them: whether two can be the same number, each rounded in its own way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from stiltwalk.literature.records.claims import Unit, Value

_PRINTED: Final = re.compile(
    r"(?<![\w.,])[+\-−–]?(?P<digits>\d{1,3}(?:,\d{3}){1,6}|\d{1,18})(?P<part>\.\d{1,18})?"
)
"""A number that no letter, point or comma stands right before: the 2 of ``XTREME2`` is none."""

EFFECTS: Final[frozenset[Unit]] = frozenset({"points", "percent", "times"})
"""Units of differences; scores are what differs."""


class Printed(NamedTuple):
    """A number with the digits behind its point."""

    number: float
    decimals: int


class Agreement(NamedTuple):
    """Two values that were compared: the claim's, and the one of the passage that is nearest to it.

    Attributes:
        ours: of the claim.
        theirs: of the passage.
        agree: whether they are the same within rounding.
    """

    ours: Value
    theirs: Value
    agree: bool


def same_number(one: Printed, other: Printed) -> bool:
    """Whether both can be the same number, rounded.

    They can when they differ by at most half a unit of the last digit of the one with fewer digits behind the
    point: 8 and 8.5, 8.2 and 8.25, but not 8.2 and 8.3. Signs do not count: a text says "drops by 3 points"
    as well as "−3 points", and the direction of a claim stands beside its values.
    """
    coarser = min(one.decimals, other.decimals)
    # as printed: the half unit is exact in decimal digits and not in binary ones
    apart = abs(abs(_decimal(one)) - abs(_decimal(other)))
    return apart <= Decimal(5).scaleb(-coarser - 1)


def same_value(one: Value, other: Value) -> bool:
    """Whether both can be the same number of the same unit."""
    return one.unit == other.unit and same_number(_of(one), _of(other))


def compared(ours: Sequence[Value], theirs: Sequence[Value]) -> Agreement | None:
    """The main value of a claim beside the nearest of a passage that counts the same.

    An effect agrees where any of the passage's does. Scores are compared together, since "from 62.4 to 68.9"
    is one result: each of those that stand on the side with fewer must be among the others'. ``None``: one of
    both states nothing that can be compared.
    """
    main = main_value(ours)
    if main is None:
        return None
    mine = [each for each in ours if each.unit == "score"] if main.unit == "score" else [main]
    alike = [each for each in theirs if each.unit == main.unit]
    if not alike:
        return None
    fewer, more = (mine, alike) if len(mine) <= len(alike) else (alike, mine)
    lonely = next((each for each in fewer if not any(same_value(each, other) for other in more)), None)
    shown = lonely or fewer[0]
    found = _nearest(shown, more)
    return (
        Agreement(shown, found, lonely is None) if fewer is mine else Agreement(found, shown, lonely is None)
    )


def _nearest(value: Value, among: Iterable[Value]) -> Value:
    return min(among, key=lambda each: abs(abs(each.number) - abs(value.number)))


def main_value(values: Sequence[Value]) -> Value | None:
    """What a claim says above all: its first effect, else its first score, else its first value."""
    effect = next((each for each in values if each.unit in EFFECTS), None)
    score = next((each for each in values if each.unit == "score"), None)
    return effect or score or next(iter(values), None)


def printed_in(text: str) -> tuple[Printed, ...]:
    """Every number that stands in ``text``, in order, without signs."""
    return tuple(
        Printed(
            float(found["digits"].replace(",", "") + (found["part"] or "")),
            max(0, len(found["part"] or "") - 1),
        )
        for found in _PRINTED.finditer(text)
    )


def printed_among(value: Value, numbers: Iterable[Printed]) -> bool:
    """Whether one of ``numbers`` can be ``value``, whatever it counts."""
    return any(same_number(_of(value), each) for each in numbers)


def _of(value: Value) -> Printed:
    return Printed(value.number, value.decimals)


def _decimal(number: Printed) -> Decimal:
    """What was printed: the float nearest to it, rounded to its digits."""
    return round(Decimal(number.number), number.decimals)
