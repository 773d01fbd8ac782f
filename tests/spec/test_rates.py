"""Tests of rates: the three rules by hand, and candidates in their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.rates import RateChoice, RateRule, StageRates, scaled_rate
from stiltwalk.spec.record import parse

RULES: tuple[RateRule, ...] = ("none", "square-root", "linear")


@pytest.mark.parametrize(("rule", "rate"), [("none", 1e-5), ("square-root", 4e-5), ("linear", 16e-5)])
def test_sixteen_times_the_batch(rule: RateRule, rate: float) -> None:
    """By hand: 512 for 32 examples asks for the same, four times or sixteen times the rate."""
    assert scaled_rate(1e-5, 32, 512, rule) == pytest.approx(rate)


@given(st.integers(1, 4096), st.integers(1, 4096), st.integers(1, 4096), st.sampled_from(RULES))
def test_rules_do_not_depend_on_the_way(first: int, second: int, third: int, rule: RateRule) -> None:
    """From a batch to itself nothing changes, and two changes are as good as one."""
    assert scaled_rate(1e-5, first, first, rule) == 1e-5
    by_two = scaled_rate(scaled_rate(1e-5, first, second, rule), second, third, rule)
    assert by_two == pytest.approx(scaled_rate(1e-5, first, third, rule))


def test_candidates() -> None:
    """A rule has one; a list stands for itself, and a rule carries it over to another batch."""
    assert RateChoice(rule="linear").candidates(1e-5, 8, 16) == (2e-5,)
    assert RateChoice().candidates(1e-5, 8, 16) == (1e-5,)
    assert RateChoice(rates=(1e-5, 3e-5)).candidates(1e-5, 8, 16) == (1e-5, 3e-5)
    both = RateChoice(rule="square-root", rates=(1e-5, 3e-5))
    assert both.candidates(7e-5, 8, 32) == pytest.approx((2e-5, 6e-5))
    assert both.candidates(7e-5, 8, 8) == (1e-5, 3e-5)


@pytest.mark.parametrize("rates", [[], [1e-5], [1e-5, 1e-5, 2e-5], [0, 1e-5], [-1e-5, 1e-5]])
def test_a_choice_of_nothing_is_refused(rates: list[float]) -> None:
    """Fewer than two rates, one of them twice, or one that teaches nothing."""
    expected = r"rates: expected two or more different learning rates above 0, found .*set learning_rate"
    with pytest.raises(StudyError, match=expected):
        parse(RateChoice, {"rates": rates}, "the rates")
    with pytest.raises(StudyError, match=r"target: expected two or more different learning rates"):
        parse(StageRates, {"target": rates}, "the rates")


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("lin", r"\."),
        ("linaer", r"\. Did you mean 'linear'\?"),
        ("squareroot", r"\. Did you mean 'square-root'"),
    ],
)
def test_an_unknown_rule_names_the_known_ones(rule: str, hint: str) -> None:
    """The nearest is suggested, and all are listed."""
    expected = (
        rf"there is no rule '{rule}' for learning rates{hint}.*Write none, square-root or linear, or rates"
    )
    for raw in (rule, {"rule": rule}):
        with pytest.raises(StudyError, match=expected):
            parse(RateChoice, raw, "the rates")


def test_a_word_is_a_rule() -> None:
    """``rate: linear`` is ``rate: {rule: linear}``; numbers like 1e-5, text to YAML, are read."""
    assert parse(RateChoice, "linear", "here") == RateChoice(rule="linear")
    assert parse(StageRates, {"target": ["1e-5", 2e-5]}, "here").target == (1e-5, 2e-5)
