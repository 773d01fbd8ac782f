"""Tests of literature.judging.numbers: when two printed numbers can be the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.literature.judging.numbers import (
    Printed,
    compared,
    main_value,
    printed_among,
    printed_in,
    same_number,
    same_value,
)
from tests.literature.judging.results import value, values

PRINTED = st.builds(
    lambda whole, decimals: Printed(float(Decimal(whole).scaleb(-decimals)), decimals),
    st.integers(-(10**6), 10**6),
    st.integers(0, 4),
)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((8, 0), (8.4, 1), True),
        ((8, 0), (8.5, 1), True),
        ((8, 0), (8.6, 1), False),
        ((8, 0), (7.5, 1), True),
        ((8.2, 1), (8.25, 2), True),
        ((8.2, 1), (8.15, 2), True),
        ((8.2, 1), (8.26, 2), False),
        ((8.2, 1), (8.3, 1), False),
        ((0.3, 1), (0.25, 2), True),
        ((1.005, 3), (1.0, 2), True),
        ((-3.0, 1), (3.0, 1), True),
        ((77.2, 1), (77.3, 1), False),
    ],
)
def test_half_a_unit_of_the_coarser_one(one: tuple[float, int], other: tuple[float, int], same: bool) -> None:
    """Exact at the half unit, in decimal digits; signs do not count."""
    assert same_number(Printed(*one), Printed(*other)) is same


@given(PRINTED, PRINTED)
def test_it_does_not_matter_which_is_whose(one: Printed, other: Printed) -> None:
    """Symmetric, and true of every number and itself."""
    assert same_number(one, other) == same_number(other, one)
    assert same_number(one, one)


@given(st.integers(0, 10**6), st.integers(0, 3), st.integers(1, 4))
def test_rounding_keeps_a_number_and_more_changes_it(whole: int, decimals: int, further: int) -> None:
    """All within the half unit is the same, and what is one finer unit beyond it is not."""
    coarse = Printed(float(Decimal(whole).scaleb(-decimals)), decimals)
    fine = decimals + further
    half = Decimal(5).scaleb(-decimals - 1)
    edge = Decimal(whole).scaleb(-decimals) + half
    beyond = edge + Decimal(1).scaleb(-fine)
    assert same_number(coarse, Printed(float(edge), fine))
    assert not same_number(coarse, Printed(float(beyond), fine))


def test_units_must_be_the_same() -> None:
    """8.2 points and 8.2 percent are not one value."""
    assert same_value(value("8.2"), value("8.2 points"))
    assert not same_value(value("8.2"), value("8.2%", "percent"))


def test_the_main_value() -> None:
    """The first effect, else the first score, else the first of all; none of none."""
    effect, score, count = value("2.1"), value("75.3", "score"), value("3", "other")
    assert main_value((count, score, effect)) == effect
    assert main_value((count, score)) == score
    assert main_value((count,)) == count
    assert main_value(()) is None


def test_an_effect_may_be_any_of_the_passage_s() -> None:
    """One of several effects agrees; else the nearest is shown."""
    found = compared(values("4.2"), (value("75.3", "score"), value("9.9"), value("4.23")))
    assert found is not None
    assert (found.ours.text, found.theirs.text, found.agree) == ("4.2", "4.23", True)
    found = compared(values("4.2"), values("9.9", "4.4"))
    assert found is not None
    assert (found.theirs.text, found.agree) == ("4.4", False)


def test_scores_are_one_result_together() -> None:
    """From 62.4 to 68.9 is not from 62.4 to 67.0; the final score alone is among both."""
    both = values("62.4", "68.9", unit="score")
    for theirs, agree in (
        (("62.4", "68.9"), True),
        (("68.9",), True),
        (("62.4", "67.0"), False),
        (("70",), False),
    ):
        for one, other in ((both, values(*theirs, unit="score")), (values(*theirs, unit="score"), both)):
            found = compared(one, other)
            assert found is not None
            assert found.agree is agree
            assert found.ours in one
            assert found.theirs in other


def test_nothing_to_compare() -> None:
    """No value, or none that counts the same."""
    assert compared((), values("4.2")) is None
    assert compared(values("4.2"), ()) is None
    assert compared(values("4.2"), values("75.3", unit="score")) is None


def test_numbers_in_a_text() -> None:
    """As printed, with the commas of thousands, signs left out; not within names."""
    found = printed_in("XTREME2 gains +8.25 points (393,000 examples), −3 in p99 and 1.5x.")
    assert found == (Printed(8.25, 2), Printed(393000, 0), Printed(3, 0), Printed(1.5, 1))
    assert printed_among(value("8.2"), found)
    assert not printed_among(value("8.1"), found)
    assert printed_in("") == ()


def test_a_hostile_text_takes_no_time() -> None:
    """Long runs of digits, commas and points are read in linear time."""
    for text in ("9" * 100_000, "1," * 50_000, "1.1" * 30_000, "-+" * 50_000):
        assert len(printed_in(text)) <= len(text)
