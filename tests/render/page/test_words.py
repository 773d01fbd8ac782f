"""Tests of how the page writes numbers and sentences."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.analyse.decisions.wording import large
from stiltwalk.analyse.verdicts import Number
from stiltwalk.render.page import words


def _number(value: float, low: float, high: float, unit: str = "points", p: float = 0.5) -> Number:
    return Number("gain", "a", value, low, high, 0.95, unit, 3, "seeds", p)


@pytest.mark.parametrize(
    ("value", "written"),
    [(1.234, "+1.23"), (-1.234, "−1.23"), (-0.001, "+0.00"), (0.0, "+0.00"), (math.nan, "–")],
)
def test_points_have_a_sign(value: float, written: str) -> None:
    """A difference has its sign, a true minus; what rounds to nothing is no loss; no number is a dash."""
    assert words.points(value) == written


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (-0.3, 2.76, "−0.30 to +2.76"),
        (-math.inf, math.inf, "unbounded"),
        (0.5, math.inf, "+0.50 to unbounded"),
    ],
)
def test_ends_say_what_is_open(low: float, high: float, written: str) -> None:
    """An interval without an end says so, never a number."""
    assert words.ends(low, high) == written


def test_small_p_is_not_nothing() -> None:
    """A p is never written as 0, and none is a dash."""
    assert [words.p_value(p) for p in (0.0421, 1e-9, 1.0, math.nan)] == ["0.042", "< 0.001", "1.000", "–"]


def test_p_without_noise_is_not_tested() -> None:
    """Where nothing bounds a number its p says nothing."""
    assert words.tested(_number(1, 0.5, 1.5))
    assert not words.tested(_number(1, -math.inf, math.inf, p=1.0))
    assert not words.tested(_number(1, 0.5, 1.5, p=math.nan))


def test_numbers_of_other_units_have_no_sign() -> None:
    """Differences in points have a sign; counts of examples are written as counts."""
    assert words.value_of(_number(-1.5, -2, -1)) == "−1.50"
    assert words.value_of(_number(12_000, 8_000, math.inf, "examples")) == "12,000"
    assert words.ends_of(_number(12_000, 8_000, math.inf, "examples")) == "8,000 to unbounded"
    assert words.ends_of(_number(0.01884, 0.0042, 3.5, "examples")) == "0.0042 to 3.50"


@pytest.mark.parametrize(
    ("amount", "written"),
    [(0.001, "4 s"), (0.5, "30 min"), (5.25, "5.25 h"), (1234.0, "1,234 h"), (math.nan, "not known")],
)
def test_hours_are_readable(amount: float, written: str) -> None:
    """Machine time is in the unit in which people read it."""
    assert words.hours(amount) == written


@pytest.mark.parametrize(
    ("amount", "written"), [(950, "950"), (7_040_000, "7.04 M"), (2.7e8, "270 M"), (3.5e9, "3.5 B")]
)
def test_large_counts_are_short(amount: float, written: str) -> None:
    """A count of parameters has three digits and a letter."""
    assert large(amount) == written


def test_hyphens_of_names_stay() -> None:
    """Only a hyphen before a number that stands for itself becomes a minus."""
    text = "worst pocket-2-s -1.11 points [-1.73, -0.48], arm b-128, XLM-R"
    assert words.minus(text) == "worst pocket-2-s −1.11 points [−1.73, −0.48], arm b-128, XLM-R"


def test_right_to_left_names_do_not_turn_numbers() -> None:
    """A Hebrew name is set apart, so that the number behind it keeps its order; overrides are left out."""
    assert words.typeset("best \u05ea\u05d5-\u05d2 -1.20") == "best \u2068\u05ea\u05d5-\u05d2\u2069 −1.20"
    assert words.typeset("a \u202eb\u202c -2") == "a b −2"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_typeset_keeps_the_text(text: str) -> None:
    """But for minus signs and signs of direction, nothing is lost or added."""
    directions = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    bare = text.translate(dict.fromkeys(map(ord, directions))).replace("−", "-")
    found = words.typeset(text)
    assert found.translate(dict.fromkeys(map(ord, directions))).replace("−", "-") == bare
    assert found.count("\u2068") == found.count("\u2069")
