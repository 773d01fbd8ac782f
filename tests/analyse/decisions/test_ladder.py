"""Tests of lines over size: the encoder is the unit, families have intercepts, few encoders say nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stiltwalk.analyse.decisions.ladder import by_size, enough_said
from stiltwalk.analyse.evidence import EncoderSize


def _sizes(*counts: int | None, family: str = "f") -> dict[str, EncoderSize]:
    return {f"{family}{i}": EncoderSize(10**9, count, family) for i, count in enumerate(counts)}


def test_one_family_is_simple_regression() -> None:
    """Five sizes a doubling apart, against scipy's line on 0 to 4."""
    values = dict(zip(_sizes(1, 2, 4, 8, 16), [3.0, 2.4, 2.2, 1.1, 1.3], strict=True))
    found = by_size(values, _sizes(1, 2, 4, 8, 16))
    line = stats.linregress([0, 1, 2, 3, 4], list(values.values()))
    assert found.per_doubling.value == pytest.approx(line.slope)
    assert found.per_doubling.se == pytest.approx(line.stderr)
    assert found.per_doubling.p == pytest.approx(line.pvalue)
    assert found.per_doubling.df == 3
    assert found.doublings == 4
    assert found.over_range.value == pytest.approx(4 * line.slope)
    assert found.enough


def test_two_families_have_an_intercept_each() -> None:
    """By hand: within families x is -1, 0, 1 and -.5, .5, y is -1, 0, 1.3 - .1 and -.2, .2.

    Slope (1 + 1.2 + .2) / (2 + .5) on y centred at .1: y of the first family is -1.1, -.1, 1.2; so the slope
    is (1.1 + 1.2 + .1 + .1) / 2.5 = 1. Residuals are -.1, -.1, .2, .3, -.3: squares .24 on 5 - 3 = 2 degrees
    of freedom, and the standard error is sqrt(.12 / 2.5) = 0.2191.
    """
    sizes = _sizes(1, 2, 4, family="a") | _sizes(1, 2, family="b")
    values = {"a0": -1.0, "a1": 0.0, "a2": 1.3, "b0": 9.8, "b1": 10.2}
    found = by_size(values, sizes).per_doubling
    assert (found.value, found.df) == pytest.approx((1.0, 2))
    assert found.se == pytest.approx(math.sqrt(0.12 / 2.5))


def test_families_equal_least_squares_with_dummies() -> None:
    """The same as ordinary least squares with a column for each family."""
    generator = np.random.default_rng(0)
    sizes = _sizes(3, 10, 40, 200, family="a") | _sizes(5, 9, 70, family="b")
    values = dict(zip(sizes, generator.normal(size=7), strict=True))
    x = np.log2([size.encoder_parameters or 0 for size in sizes.values()])
    design = np.column_stack([x, [1] * 4 + [0] * 3, [0] * 4 + [1] * 3])
    coefficients, squares, *_ = np.linalg.lstsq(design, np.array(list(values.values())), rcond=None)
    se = math.sqrt(float(squares[0]) / 4 * np.linalg.inv(design.T @ design)[0, 0])
    found = by_size(values, sizes).per_doubling
    assert (found.value, found.se, found.df) == pytest.approx((coefficients[0], se, 4))


def test_below_five_encoders_nothing_is_known() -> None:
    """Three sizes have a slope without an interval, whatever the fit."""
    found = by_size({"f0": 1.0, "f1": 2.0, "f2": 3.1}, _sizes(1, 2, 4))
    assert not found.enough
    assert found.per_doubling.value == pytest.approx(1.05)
    assert (found.per_doubling.low, found.per_doubling.high) == (-math.inf, math.inf)
    assert "needs at least 5 encoders" in enough_said(found)
    assert enough_said(found).endswith("has 3")


def test_seeds_of_one_shape_are_one_encoder() -> None:
    """Six encoders of two shapes are two points; their values are averaged."""
    sizes = {f"m{i}": EncoderSize(10, 5 if i < 3 else 10, "made") for i in range(6)}
    found = by_size({name: float(i) for i, name in enumerate(sizes)}, sizes)
    assert found.encoders == 2
    assert [rung.value for rung in found.rungs] == [1.0, 4.0]
    assert not found.enough


def test_lone_families_and_unknown_sizes_are_named() -> None:
    """A family of one, an encoder without a size, a value that is no number: left out, and said."""
    sizes = _sizes(1, 2, 4, 8, 16, None) | _sizes(7, family="g")
    values = dict.fromkeys(sizes, 1.0) | {"f0": math.nan, "h": 2.0}
    found = by_size(values, sizes)
    assert found.alone == ("g0",)
    assert set(found.unknown) == {"f0", "f5", "h"}
    assert found.encoders == 4


def test_points_on_a_line_show_no_scatter() -> None:
    """Where nothing is left around the line nothing shows how encoders vary: no interval."""
    found = by_size({f"f{i}": 2.0 * i for i in range(6)}, _sizes(1, 2, 4, 8, 16, 32))
    assert found.per_doubling.value == pytest.approx(2.0)
    assert not found.per_doubling.bounded
    assert found.p_flat(1e9) == 1.0


def test_flat_is_shown_over_the_whole_range() -> None:
    """A slope of nothing with little scatter lies within a margin, and not within a smaller one."""
    values = {f"f{i}": 0.01 * (-1) ** i for i in range(8)}
    found = by_size(values, _sizes(*(2**i for i in range(8))))
    assert found.p_flat(0.3) < 0.001
    assert found.p_flat(0.001) > 0.4


def test_nothing_at_all() -> None:
    """No encoder, no line."""
    assert by_size({}, {}).encoders == 0
    assert math.isnan(by_size({}, {}).per_doubling.value)


@given(st.lists(st.floats(-50, 50), min_size=5, max_size=9, unique=True), st.floats(-100, 100))
def test_a_constant_changes_no_slope(values: list[float], added: float) -> None:
    """Adding the same to every encoder leaves slope and interval where they were."""
    sizes = _sizes(*(10**i for i in range(len(values))))
    before = by_size({f"f{i}": value for i, value in enumerate(values)}, sizes).per_doubling
    after = by_size({f"f{i}": value + added for i, value in enumerate(values)}, sizes).per_doubling
    assert after.value == pytest.approx(before.value, abs=1e-9)
