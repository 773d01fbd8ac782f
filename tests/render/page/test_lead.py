"""Tests of the verdict's main number and of the numbers beside it."""

from __future__ import annotations

import math

import pytest

from stiltwalk.analyse.verdicts import Number, Verdict
from stiltwalk.render.page.lead import MOST, lead


def _number(
    of: str,
    value: float,
    low: float,
    high: float,
    *,
    name: str = "gain",
    p: float = 0.2,
    note: str = "headline",
) -> Number:
    return Number(name, of, value, low, high, 0.95, "points", 3, "seeds", p, note)


def _verdict(sentence: str, *numbers: Number) -> Verdict:
    return Verdict("gain", "gain", sentence, numbers, (), (), "")


def test_main_number_is_the_one_of_the_sentence() -> None:
    """Of several gains the one that the sentence quotes, with its interval, is the main one."""
    first, second = _number("a", 0.5, -1, 2), _number("b", 1.2, 0.4, 2)
    found = lead(_verdict("Best b +1.20 points [+0.40, +2.00].", first, second))
    assert found.main == second


def test_a_number_without_an_interval_in_the_sentence_gets_it_here() -> None:
    """A sentence that says a value alone still has its number shown, unbounded as it is."""
    slope = _number("", -0.1, -math.inf, math.inf, name="slope")
    found = lead(_verdict("So far -0.10 points.", _number("a", 3, 2, 4), slope))
    assert found.main == slope


def test_an_amount_is_found_too() -> None:
    """An amount is written without a sign."""
    amount = Number("D90", "", 12_000, 8_000, math.inf, 0.95, "examples", 3, "seeds", math.nan)
    assert lead(_verdict("Saturated at 12,000 examples [8,000, unbounded].", amount)).main == amount


def test_several_alike_have_no_main_one() -> None:
    """Where the sentence quotes none of several, none is singled out; a single tested one is the main one."""
    first, second = _number("a", 0.5, -1, 2), _number("b", 1.2, 0.4, 2)
    assert lead(_verdict("Nothing can be said.", first, second)).main is None
    assert lead(_verdict("Nothing can be said.", first)).main == first
    assert lead(_verdict("Nothing can be said.")).main is None


def test_bars_are_of_one_kind_and_in_order() -> None:
    """Bars share name, unit and view with the main number, the largest first."""
    numbers = (
        _number("a", -0.5, -1, 0.2, note="headline; p by Holm"),
        _number("b", 1.2, 0.4, 2, note="headline; p by Holm"),
        _number("c", 9, 8, 10, note="zero-shot"),
        _number("d", 9, 8, 10, name="gain over control"),
        _number("e", math.nan, -math.inf, math.inf, p=math.nan),
    )
    found = lead(_verdict("Best b +1.20 points [+0.40, +2.00].", *numbers))
    assert [bar.number.of for bar in found.bars] == ["b", "a"]
    assert [bar.sure for bar in found.bars] == [True, False]


def test_bars_lie_on_one_scale() -> None:
    """0 is in the middle; places keep the order and the proportions of the numbers."""
    found = lead(_verdict("", _number("a", -1, -2, 0), _number("b", 1, 0, 2)))
    high, low = found.bars
    assert (low.at - 50, low.low - 50) == pytest.approx((-(high.at - 50), -(high.high - 50)))
    assert low.high == high.low == 50
    assert high.high - 50 == pytest.approx(2 * (high.at - 50), abs=0.02)


def test_what_has_no_end_reaches_the_edge_and_is_open() -> None:
    """An unbounded interval goes from edge to edge and does not stretch the scale of the others."""
    open_, closed = lead(_verdict("", _number("a", 1, -math.inf, math.inf), _number("b", 0.5, 0, 1))).bars
    assert (open_.low, open_.high, open_.open) == (0, 100, True)
    assert not closed.open
    assert closed.at > 60


def test_many_are_counted() -> None:
    """More than there is room for are cut, and it is said how many there are."""
    numbers = [_number(f"a{place}", place / 10, -1, 2) for place in range(MOST + 5)]
    found = lead(_verdict("", *numbers))
    assert (len(found.bars), found.all) == (MOST, MOST + 5)
