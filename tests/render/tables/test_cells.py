"""Cells: numbers with their sign and interval, and the same for programs."""

from __future__ import annotations

import math

import pytest

from stiltwalk.analyse.estimates import estimate, unbounded
from stiltwalk.render.tables import cells
from stiltwalk.render.tables.table import Interval

_MINUS = "\N{MINUS SIGN}"


def test_a_change_has_a_sign_and_its_interval() -> None:
    """A difference shows its sign, its interval, and what stands behind it; -0.00 is +0.00."""
    assert cells.change(1.2, -0.1, 2.5) == (f"+1.20 [{_MINUS}0.10, +2.50]", Interval(1.2, -0.1, 2.5))
    assert cells.change(-0.001, -1, 1, " †2").text == f"+0.00 [{_MINUS}1.00, +1.00] †2"


@pytest.mark.parametrize(("low", "high"), [(-math.inf, math.inf), (-400.0, 380.0)])
def test_what_bounds_nothing_says_so(low: float, high: float) -> None:
    """On 0 to 100 nothing changes by more than 100 points."""
    found = cells.change(3.0, low, high)
    assert found == ("+3.00 [unbounded]", Interval(3.0, low, high))


def test_one_open_end() -> None:
    """An interval with one end says that the other is missing."""
    assert cells.change(3.0, 1.0, math.inf).text == "+3.00 [+1.00, unbounded]"


def test_a_level_needs_no_sign() -> None:
    """A score stands without a sign: 61.2 with a standard error of 1 has 1.96 on either side."""
    found = cells.level(estimate(61.2, 1.0, 1e9))
    assert found.text == "61.20 [59.24, 63.16]"
    assert cells.level(unbounded(5.0)).text == "5.00 [unbounded]"


@pytest.mark.parametrize(
    "found",
    [
        cells.change(math.nan, 0, 1),
        cells.level(unbounded()),
        cells.count(None),
        cells.count(math.nan),
        cells.decimal(math.nan),
        cells.signed(math.nan),
        cells.much(None),
        cells.time(math.nan),
        cells.share(math.nan),
        cells.probability(math.nan),
        cells.probability(1.0, known=False),
        cells.text("  "),
    ],
)
def test_what_is_missing_is_a_dash(found: cells.Cell) -> None:
    """What is not known is visible, and empty for programs."""
    assert found == ("–", None)


@pytest.mark.parametrize(
    ("found", "text", "value"),
    [
        (cells.count(1250), "1,250", 1250),
        (cells.count(2.5), "2.5", 2.5),
        (cells.much(3.5e9), "3.5 B", 3.5e9),
        (cells.time(0.5), "30 min", 0.5),
        (cells.decimal(12.345), "12.35", 12.345),
        (cells.share(1 / 3), "33 %", 1 / 3),
        (cells.signed(-1.0), f"{_MINUS}1.00", -1.0),
        (cells.probability(0.0421), "0.042", 0.0421),
        (cells.text(" two\nlines "), "two lines", "two lines"),
    ],
)
def test_numbers_for_people_and_for_programs(found: cells.Cell, text: str, value: object) -> None:
    """People read rounded numbers, programs get all digits."""
    assert found == (text, value)


def test_columns_without_anything_are_left_out() -> None:
    """A column stays where any row has something; notes are joined."""
    table = cells.made(
        "x",
        "X",
        (*cells.left("a"), *cells.right("b", "c")),
        [(cells.NONE, cells.NONE, cells.count(1)), (cells.text("r"), cells.NONE, cells.NONE)],
        ["One.", "", "Two."],
    )
    assert [column.name for column in table.columns] == ["a", "c"]
    assert table.rows == (("–", "1"), ("r", "–"))
    assert table.values == ((None, 1), ("r", None))
    assert table.note == "One. Two."
