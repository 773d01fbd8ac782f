"""What charts are put together from: names that fit, limits of axes, labels that do not overlap."""

from __future__ import annotations

import math
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.analyse.estimates import Estimate, unbounded
from stiltwalk.render.charts.drawing import (
    edges,
    powers,
    readable,
    score,
    short_number,
    shortened,
    spans,
    spread_out,
    tenth,
    told,
    told_apart,
)
from stiltwalk.render.charts.style import looks

KNOWN = Estimate(1.2, 0.1, 2.3, 0.5, 4, 0.04, 0.95)


@given(st.text(max_size=120), st.integers(4, 60))
def test_names_fit_and_break_nothing(text: str, most: int) -> None:
    """Never longer than asked for, in one line, without characters that cannot be seen."""
    found = shortened(text, most)
    assert len(found) <= most
    assert not any(unicodedata.category(each) in {"Cc", "Cf"} for each in found)


def test_long_names_that_begin_alike_stay_apart() -> None:
    """The end is kept as well, for arms laid out along an axis differ there."""
    names = [f"a-very-long-name-of-an-arm-laid-out-along-an-axis-b{size}" for size in (8, 16, 32)]
    assert len({shortened(name, 24) for name in names}) == 3
    assert shortened("short", 24) == "short"


def test_readable() -> None:
    """Breaks become spaces; what turns the direction of writing is gone."""
    assert readable("two\nlines\tand \u202eturned\u202c") == "two lines and turned"


def test_numbers_as_people_write_them() -> None:
    """Short beside an axis; with interval and size where pointed at; nothing has no sign."""
    assert [short_number(value) for value in (250, 16_000, 12e6, 3.5e9)] == ["250", "16k", "12M", "3.5B"]
    assert [powers(value) for value in (500, 1e14, 5e14)] == ["500", "10¹⁴", "5×10¹⁴"]
    assert [tenth(value) for value in (1.24, -0.04, -2.0)] == ["+1.2", "+0.0", "\N{MINUS SIGN}2.0"]
    assert told("a on t", KNOWN, 3) == "a on t: +1.20 points [+0.10, +2.30], 3 seeds"
    assert told("a", unbounded(1.0)) == "a: +1.00 points [unbounded]"
    assert score(unbounded(61.0)) == "61.0 [unbounded]"


def test_limits_hold_what_is_drawn() -> None:
    """All values; of ends those that do not lie far away; 0 in the middle of differences."""
    low, high = edges([1.0, -2.0], [4.0, 500.0, math.inf])
    assert (low, high) == pytest.approx((-4.32, 4.32))
    low, high = spans([60.0, 62.0], [58.0, 64.0, -math.inf], 4.0)
    assert low < 58
    assert high > 64
    low, high = spans([60.0, 60.1], [], 4.0)
    assert high - low >= 4


@given(
    st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=30).map(sorted),
    st.floats(1, 20, allow_nan=False),
)
def test_labels_are_apart(wanted: list[float], least: float) -> None:
    """In order, within the axis, and as far apart as asked for or as there is room."""
    found = spread_out(wanted, least, 100)
    room = min(least, 100 / max(len(wanted) - 1, 1))
    assert all(after - before >= room - 1e-6 for before, after in pairwise(found))
    assert found[0] >= -1e-6
    assert found[-1] <= 100 + 1e-6


def test_labels_that_have_room_stay() -> None:
    """Nothing moves where nothing overlaps."""
    assert spread_out([10, 50, 90], 10, 100) == [10, 50, 90]


def test_arms_look_different() -> None:
    """Twenty-four arms, and the one without an intermediate stage; an arm's look hangs on its place alone."""
    names = [f"arm {number}" for number in range(24)]
    found = looks(["none", *names])
    assert len({*found.values()}) == 25
    assert looks(names)["arm 3"] == found["arm 3"]


def test_names_that_differ_stay_different() -> None:
    """Where both ends are alike, names are longer than asked for; what fits is left alone."""
    alike = [f"pocket-nli-steps-n{size}-subset0-of-all-that-there-is" for size in (250, 500)]
    short = told_apart(alike, 24)
    assert len({*short}) == 2
    assert all(24 < len(name) <= len(alike[0]) for name in short)
    assert told_apart(["a", "b", "a"], 24) == ["a", "b", "a"]
    assert told_apart([], 24) == []
